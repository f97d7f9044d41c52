"""A house with apps in it: one that keeps a secret, and one that can keep none."""

from collections.abc import AsyncIterator
from typing import Final

import httpx
import pytest
from msgspec.structs import replace
from starlette.types import ASGIApp, Receive, Scope, Send

from tests.api.conftest import PUBLIC_URL, Welcome
from tests.api.oauth.apps import Program, register
from tocsin.api.http import rest_app
from tocsin.api.oauth import OauthApp, is_ours
from tocsin.api.resources import OPS
from tocsin.domain.people.user import User
from tocsin.usecases.house import House

ALL: Final = frozenset(op.scope for op in OPS)


@pytest.fixture
def house(house: House) -> House:
    """Let apps ask for what the API offers."""
    return replace(house, scopes=ALL)


@pytest.fixture
def faces(house: House) -> ASGIApp:
    """Give both faces that apps see."""
    oauth, rest = OauthApp(house), rest_app(house)

    async def faces(scope: Scope, receive: Receive, send: Send) -> None:
        await (oauth if is_ours(scope["path"]) else rest)(scope, receive, send)

    return faces


@pytest.fixture
async def http(faces: ASGIApp) -> AsyncIterator[httpx.AsyncClient]:
    """Give a client of both."""
    transport = httpx.ASGITransport(faces)
    async with httpx.AsyncClient(transport=transport, base_url=PUBLIC_URL) as client:
        yield client


@pytest.fixture
async def app(house: House, http: httpx.AsyncClient) -> Program:
    return await register(house, http)


@pytest.fixture
async def phone(house: House, http: httpx.AsyncClient) -> Program:
    """Give an app that can keep no secret."""
    return await register(house, http, name="Phone", public=True)


@pytest.fixture
async def bob(welcome: Welcome) -> User:
    return await welcome("Bob")
