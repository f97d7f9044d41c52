"""Serving: the parts work until somebody stops them."""

import asyncio
import gc
import signal
import socket
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager, nullcontext
from typing import Any, Final

import structlog
import uvicorn
from starlette.types import ASGIApp

from tocsin import __version__
from tocsin.api.protocol import BoundedHttp
from tocsin.app import joining
from tocsin.app.joining import Parts
from tocsin.config import Settings
from tocsin.engine.postbox import receiving
from tocsin.kit.listening import bound
from tocsin.store.migrate import upgrade
from tocsin.usecases import account, first_start
from tocsin.usecases.house import House
from tocsin.usecases.reaching import providers

LAST_REQUESTS: Final = 7  # seconds that requests have to end in; everything must stop within ten
GC_AFTER: Final = (10_000, 20, 20)  # new objects, and so many rounds among those that were young

log = structlog.get_logger("tocsin.app")


async def serve(
    settings: Settings, database_url: str, *, when_ready: Callable[[Parts], Awaitable[None]]
) -> None:
    """Migrate, give an empty installation what it needs, and serve until told to stop."""
    with bound(settings.host, settings.port) as sockets:
        await upgrade(database_url)
        async with joining.build(settings, database_url) as parts:
            await _first_start(settings, parts.house)
            async with running(settings, parts):
                await _answer(parts, sockets, when_ready)


async def _answer(
    parts: Parts, sockets: list[socket.socket], when_ready: Callable[[Parts], Awaitable[None]]
) -> None:
    """Take requests until told to stop."""
    server = make_server(parts)
    async with asyncio.TaskGroup() as group:
        serving = group.create_task(server.serve(sockets))
        with _stopped_by_signals(server, parts):
            await _until_started(server, serving)
            gc.freeze()  # what lives as long as the server need not be looked through again,
            gc.set_threshold(*GC_AFTER)  # nor all else at every few events
            url = parts.house.settings.public_url
            log.info("Tocsin is ready", version=__version__, url=url)
            await when_ready(parts)
            await serving


@asynccontextmanager
async def running(settings: Settings, parts: Parts) -> AsyncIterator[None]:
    """Let ingest and engine work in the background, as the node's role wants it."""
    background = [
        asyncio.create_task(parts.ingest.run()),
        asyncio.create_task(account.follow(parts.house)),
        asyncio.create_task(providers.follow(parts.house)),
    ]
    engine = asyncio.create_task(parts.engine.run()) if settings.role != "api" else None
    try:
        async with receiving(parts.house, settings.mail_domain or "", settings.mail_in):
            yield
    finally:
        if engine:
            await parts.engine.stop()
            await engine
        for task in background:
            task.cancel()
        await asyncio.gather(*background, return_exceptions=True)


async def _first_start(settings: Settings, house: House) -> None:
    await first_start.recognise(house)
    await account.recall(house)
    owner = None
    if settings.admin_email:
        owner = first_start.Owner(email=settings.admin_email, password=settings.admin_password)
    await first_start.set_up(house, owner=owner, token=settings.api_token, now=house.clock())
    if await first_start.is_unclaimed(house):
        url, code = f"{settings.public_url}/setup", first_start.code_of(house.sealer)
        log.warning(f"Nobody owns this installation yet: open {url} and give the code {code}")


def make_server(parts: Parts) -> uvicorn.Server:
    """Return what takes requests, once it is run, until it is told to stop."""
    return _Server(_uvicorn(parts.http))


class _Server(uvicorn.Server):
    """Uvicorn without its signal handlers: it would die of the signal before we have closed."""

    def capture_signals(self) -> Any:
        """Leave signals to us."""
        return nullcontext()


def _uvicorn(app: ASGIApp) -> uvicorn.Config:
    return uvicorn.Config(
        app,
        http=BoundedHttp,
        loop="none",
        ws="none",
        lifespan="off",
        log_config=None,
        access_log=False,
        server_header=False,
        timeout_graceful_shutdown=LAST_REQUESTS,
    )


@contextmanager
def _stopped_by_signals(server: uvicorn.Server, parts: Parts) -> Iterator[None]:
    loop = asyncio.get_running_loop()

    def stop() -> None:
        server.should_exit = True
        parts.live.close()
        parts.engine.close()

    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop)
    try:
        yield
    finally:
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.remove_signal_handler(number)


async def _until_started(server: uvicorn.Server, serving: asyncio.Task[None]) -> None:
    while not server.started and not serving.done():  # noqa: ASYNC110 - uvicorn tells nobody
        await asyncio.sleep(0.01)
