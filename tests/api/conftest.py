"""The REST API over a real database, with a clock moved by hand; each answer is judged."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack
from datetime import UTC, datetime, timedelta
from typing import Any, Final

import httpx
import pytest
from starlette.types import ASGIApp

from tests.api.watched import Watched, watch
from tests.contract.judge import assert_matches
from tocsin.api.http import rest_app
from tocsin.api.resources import OPS
from tocsin.api.rest import Op
from tocsin.auth.keys import issue
from tocsin.config import read_settings
from tocsin.domain.people.user import Role, User
from tocsin.kit.ids import new_id
from tocsin.kit.paths import MethodNotAllowedError, PathNotFoundError, PathTree
from tocsin.kit.sealing import Sealer
from tocsin.store.database import Database
from tocsin.store.people.users import USERS
from tocsin.usecases.directory import Directory
from tocsin.usecases.house import House

NOON: Final = datetime(2026, 11, 21, 12, tzinfo=UTC)
PUBLIC_URL: Final = "https://oncall.example.com"

Connect = Callable[..., Awaitable[httpx.AsyncClient]]
Welcome = Callable[..., Awaitable[User]]


class Hands:
    """A clock that stands still until it is moved."""

    def __init__(self) -> None:
        self.now = NOON

    def __call__(self) -> datetime:
        return self.now

    def move(self, **step: float) -> None:
        """Go forward by so many ``minutes``, ``hours`` or ``days``."""
        self.now += timedelta(**step)


@pytest.fixture
def clock() -> Hands:
    return Hands()


@pytest.fixture
def house(database: Database, clock: Hands) -> House:
    return House(
        database=database,
        settings=read_settings({"TOCSIN_PUBLIC_URL": PUBLIC_URL}),
        sealer=Sealer("a secret of thirty-two letters.."),
        directory=Directory(),
        clock=clock,
    )


@pytest.fixture
def app(house: House) -> ASGIApp:
    return rest_app(house, OPS)


@pytest.fixture
def welcome(house: House) -> Welcome:
    """Let somebody in: ``await welcome("Bob", role="observer")``."""

    async def welcome(name: str, role: Role = "user") -> User:
        email = f"{name.lower()}@example.com"
        user = User(id=new_id(), name=name, email=email, role=role, created_at=house.clock())
        async with house.database.begin() as tx:
            return await USERS.insert(tx, user)

    return welcome


@pytest.fixture
async def alice(welcome: Welcome) -> User:
    """Give the owner of the account."""
    return await welcome("Alice", role="owner")


@pytest.fixture
async def connect(house: House, app: ASGIApp) -> AsyncIterator[Connect]:
    """Give new clients: ``await connect(user)``, or of the account without a user."""
    async with AsyncExitStack() as stack:

        async def connect(user: User | None = None, *, read_only: bool = False) -> Any:
            async with house.database.begin() as tx:
                _, secret = await issue(
                    tx,
                    description="A test",
                    now=house.clock(),
                    user_id=user.id if user else None,
                    read_only=read_only,
                )
            client = httpx.AsyncClient(
                transport=httpx.ASGITransport(app),
                base_url=PUBLIC_URL,
                headers={"authorization": f"Token token={secret}"},
                event_hooks={"response": [judge]},
            )
            return await stack.enter_async_context(client)

        yield connect


@pytest.fixture
async def api(connect: Connect, alice: User) -> httpx.AsyncClient:
    """Give a client with full access, that acts in Alice's name."""
    client = await connect()
    client.headers["from"] = alice.email
    return client


@pytest.fixture
async def watched(api: httpx.AsyncClient, house: House, alice: User, welcome: Welcome) -> Watched:
    """Give a service that a monitoring tool watches, with Alice and then Bob on its policy."""
    return await watch(api, house, alice, await welcome("Bob"))


async def judge(response: httpx.Response) -> None:
    """Hold an answer against the published contract."""
    request = response.request
    try:
        op, _ = _TREE.find(request.method, request.url.raw_path.decode().partition("?")[0])
    except (PathNotFoundError, MethodNotAllowedError):
        return
    await response.aread()
    assert_matches(op.id, response.status_code, response.json() if response.content else None)


def _tree() -> PathTree[Op]:
    tree: PathTree[Op] = PathTree()
    for op in OPS:
        tree.add(op.method, op.path, op)
    return tree


_TREE: Final = _tree()
