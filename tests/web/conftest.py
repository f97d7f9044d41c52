"""The pages over a real database, seen by a browser without script."""

import re
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack
from html import unescape
from typing import Final

import httpx
import pytest
from starlette.types import ASGIApp

from tests.night import URL, Night
from tests.team import person
from tocsin.auth.passwords import hash_password
from tocsin.auth.sessions import begin
from tocsin.domain.people.user import User
from tocsin.store.people.users import set_password
from tocsin.web.app import web_app
from tocsin.web.cookies import OURS_ALONE
from tocsin.web.hub import Live
from tocsin.web.visit import SESSION

PASSWORD: Final = "correct horse battery staple"

_PROOF: Final = re.compile(r'name="proof" value="([^"]+)"')


class Browser:
    """Keeps cookies, fills in forms, and follows a form's answer to the next page."""

    def __init__(self, http: httpx.AsyncClient) -> None:
        self.http = http

    async def open(self, path: str) -> httpx.Response:
        """Ask for a page."""
        return await self.http.get(path)

    async def send(
        self, page: httpx.Response, path: str, **fields: str | list[str]
    ) -> httpx.Response:
        """Send a form that stands on a page."""
        return await self.http.post(path, data=fields | {"proof": proof_on(page)})

    async def sign_in(self, user: User, password: str = PASSWORD, **fields: str) -> httpx.Response:
        """Fill in the form at the door."""
        door = await self.open("/login")
        given = {"email": user.email, "password": password} | fields
        return await self.send(door, "/login", **given)

    async def press(self, incident_id: str, button: str, **fields: str) -> httpx.Response:
        """Open an incident, press a button, and look at the page that comes of it."""
        page = await self.open(f"/incidents/{incident_id}")
        answer = await self.send(page, f"/incidents/{incident_id}/{button}", **fields)
        return await self.open(answer.headers["location"]) if answer.is_redirect else answer


Visitor = Callable[..., Awaitable[Browser]]
Resident = Callable[..., Awaitable[User]]


@pytest.fixture
def app(night: Night) -> ASGIApp:
    return web_app(night.house, Live(night.house), night.take)


@pytest.fixture(scope="session")
async def hashed() -> str:
    """Hash the one password once: it is meant to be slow."""
    return await hash_password(PASSWORD)


@pytest.fixture
async def resident(night: Night, hashed: str) -> Resident:
    """Let somebody have a password: ``await resident("Carol", role="observer")``."""

    async def resident(name: str, **given: str) -> User:
        async with night.database.begin() as tx:
            user = await person(tx, name, **given)
            await set_password(tx, user.id, hashed)
        return user

    return resident


@pytest.fixture
async def visitor(app: ASGIApp, night: Night) -> AsyncIterator[Visitor]:
    """Give new browsers: ``await visitor(user)``, or without a user, before the door.

    Whoever is named is in already, without the slow look at a password.
    """
    async with AsyncExitStack() as stack:

        async def visitor(user: User | None = None, address: str = "192.0.2.1") -> Browser:
            transport = httpx.ASGITransport(app, client=(address, 4000), raise_app_exceptions=False)
            http = httpx.AsyncClient(transport=transport, base_url=URL)
            browser = Browser(await stack.enter_async_context(http))
            if user:
                async with night.database.begin() as tx:
                    token = await begin(tx, user.id, night.house.clock())
                http.cookies.set(OURS_ALONE + SESSION, token)
            return browser

        yield visitor


@pytest.fixture
async def carol(resident: Resident) -> User:
    """Give somebody who may act."""
    return await resident("Carol")


@pytest.fixture
async def browser(visitor: Visitor, carol: User) -> Browser:
    """Give the browser in which Carol is signed in."""
    return await visitor(carol)


def proof_on(page: httpx.Response) -> str:
    """Return what a page's forms hold to prove that they are ours."""
    found = _PROOF.search(page.text)
    assert found, page.text
    return found[1]


def text_of(page: httpx.Response) -> str:
    """Return what people read on a page."""
    body = re.sub(r"</?(time|strong)\b[^>]*>", "", f"<body{page.text.partition('<body')[2]}")
    return " ".join(unescape(re.sub(r"<[^>]*>", " ", body)).split())
