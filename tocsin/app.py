"""The parts of the house, joined: the only place where they all meet."""

import asyncio
import gc
import signal
import socket
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager, nullcontext
from functools import partial
from typing import Any, Final

import msgspec
import structlog
import uvicorn
from prometheus_client import CollectorRegistry
from starlette.types import ASGIApp, Receive, Scope, Send

from tocsin import __version__
from tocsin.api import agents, answers, callbacks, health, hearing, heartbeats, oauth
from tocsin.api.agents import AgentsApp
from tocsin.api.answers import AnswersApp
from tocsin.api.callbacks import CallbacksApp
from tocsin.api.events import EventsApp
from tocsin.api.health import HealthApp
from tocsin.api.hearing import HearingApp
from tocsin.api.heartbeats import HeartbeatsApp
from tocsin.api.http import rest_app
from tocsin.api.metrics import EventMetrics
from tocsin.api.oauth import OauthApp
from tocsin.api.protocol import BoundedHttp
from tocsin.api.resources import OPS
from tocsin.channels import CHANNELS, DECLARED
from tocsin.channels.tools import Tools
from tocsin.channels.webhook import signing_key
from tocsin.config import Settings
from tocsin.domain.monitoring.envoy import Envoy
from tocsin.domain.reaching.channel import Channel
from tocsin.domain.reaching.provider import Provider
from tocsin.engine.carrying import Carrying
from tocsin.engine.couriers import Couriers
from tocsin.engine.dispatcher import PLACES
from tocsin.engine.engine import Engine
from tocsin.engine.lookout import Look, looking_with
from tocsin.engine.postbox import receiving
from tocsin.engine.posting import Posting
from tocsin.engine.recording_courier import recording_courier
from tocsin.engine.room_courier import room_courier
from tocsin.engine.signal_courier import signal_courier
from tocsin.engine.webhook_courier import webhook_courier
from tocsin.engine.write_back_courier import write_back_courier
from tocsin.kit.clock import Clock, system_clock
from tocsin.kit.http import Outbound, make_client
from tocsin.kit.listening import bound
from tocsin.kit.sealing import Sealer, kept_secret
from tocsin.kit.smtp import MailServer
from tocsin.kit.vapid import vapid_of
from tocsin.outlets.pagerduty_rest import PagerDutyRest
from tocsin.probes.look import open_tools
from tocsin.store.database import Database
from tocsin.store.migrate import upgrade
from tocsin.usecases import account, first_start, integration_settings
from tocsin.usecases.directory import Directory
from tocsin.usecases.house import Decisions, House, decided
from tocsin.usecases.ingest import Ingest
from tocsin.usecases.reaching import providers
from tocsin.web.app import is_for_people, web_app
from tocsin.web.hub import Live

EVENT_PATHS: Final = ("/v2/", "/generic/", "/integration/")
USER_AGENT: Final = f"Tocsin/{__version__}"
LAST_REQUESTS: Final = 7  # seconds that requests have to end in; everything must stop within ten

IsFor = Callable[[Scope], bool]

log = structlog.get_logger("tocsin.app")


class Parts(msgspec.Struct, frozen=True, kw_only=True):
    """A house that is ready to work. Nothing of it runs yet."""

    house: House
    ingest: Ingest
    engine: Engine
    live: Live
    http: ASGIApp


@asynccontextmanager
async def build(
    settings: Settings, database_url: str, *, clock: Clock = system_clock
) -> AsyncIterator[Parts]:
    """Join the parts over a migrated database, and close in the end what was opened."""
    async with AsyncExitStack() as stack:
        database = await Database.open(database_url, connections=settings.database_pool)
        stack.push_async_callback(database.close)
        sealer = Sealer(settings.secret_key or kept_secret(settings.data))
        outbound = Outbound(settings.outbound_deny, settings.outbound_allow)
        decisions = Decisions()
        language = partial(_language, settings, decisions)
        carrying = await _carrying(
            settings, sealer, outbound, stack, clock=clock, language=language
        )
        house = House(
            database=database,
            settings=settings,
            sealer=sealer,
            directory=Directory(settings.catch_all),
            declared=DECLARED,
            channels=carrying.given,
            scopes=frozenset(op.scope for op in OPS),
            waiting=lambda: ingest.waiting,
            decisions=decisions,
            clock=clock,
            envoy=await _envoy(outbound, clock, stack),
        )
        registry = CollectorRegistry()
        engine = Engine(
            house,
            carrying,
            registry,
            lambda: ingest.is_crowded,
            couriers=await _couriers(house, carrying, outbound, stack),
            look=await _look(outbound, clock, stack),
        )
        ingest = _ingest(house, settings.ingest_queue, engine)
        live = Live(house)
        watched = HealthApp(house, registry)
        heard = HearingApp(house, lambda one: carrying.of(one.kind, one), engine.count_heard)
        face: ASGIApp = watched
        if settings.role != "engine":
            face = _faces(house, live, ingest, registry, watched=watched, heard=heard)
        yield Parts(house=house, ingest=ingest, engine=engine, live=live, http=face)


def _ingest(house: House, limit: int, engine: Engine) -> Ingest:
    return Ingest(
        database=house.database,
        directory=house.directory,
        clock=house.clock,
        limit=limit,
        after_commit=engine.wake,
    )


def _faces(
    house: House,
    live: Live,
    ingest: Ingest,
    registry: CollectorRegistry,
    *,
    watched: ASGIApp,
    heard: ASGIApp,
) -> ASGIApp:
    return Faces(
        (_begins_with(*EVENT_PATHS), _events_app(house, ingest, registry)),
        (_is_one_of(*health.PATHS), watched),
        (_begins_with(agents.PREFIX), AgentsApp(house)),
        (_begins_with(heartbeats.PREFIX), HeartbeatsApp(house)),
        (answers.is_ours, AnswersApp(house)),
        (_begins_with(callbacks.PREFIX), CallbacksApp(house)),
        (_begins_with(hearing.PREFIX), heard),
        (lambda scope: oauth.is_ours(scope["path"]), OauthApp(house)),
        (is_for_people, web_app(house, live, ingest.take)),
        otherwise=rest_app(house),
    )


def _events_app(house: House, ingest: Ingest, registry: CollectorRegistry) -> ASGIApp:
    listen = partial(integration_settings.listen, house)
    return EventsApp(ingest.take, EventMetrics(registry), listen=listen)


class Faces:
    """Sends each request to the first face that it is for."""

    def __init__(self, *faces: tuple[IsFor, ASGIApp], otherwise: ASGIApp) -> None:
        self._faces = faces
        self._otherwise = otherwise

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass one request on."""
        face = next((face for is_for, face in self._faces if is_for(scope)), self._otherwise)
        await face(scope, receive, send)


def _begins_with(*prefixes: str) -> IsFor:
    return lambda scope: scope["path"].startswith(prefixes)


def _is_one_of(*paths: str) -> IsFor:
    return lambda scope: scope["path"] in paths


async def serve(
    settings: Settings, database_url: str, *, when_ready: Callable[[Parts], Awaitable[None]]
) -> None:
    """Migrate, give an empty installation what it needs, and serve until told to stop."""
    with bound(settings.host, settings.port) as sockets:
        await upgrade(database_url)
        async with build(settings, database_url) as parts:
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
            gc.freeze()  # what lives as long as the server need not be looked through again
            url = parts.house.settings.public_url
            log.info("Tocsin is ready", version=__version__, url=url)
            await when_ready(parts)
            await serving


def _language(settings: Settings, decisions: Decisions) -> str:
    return decided(settings, decisions.newest).language


async def _carrying(
    settings: Settings,
    sealer: Sealer,
    outbound: Outbound,
    stack: AsyncExitStack,
    *,
    clock: Clock,
    language: Callable[[], str],
) -> Carrying:
    """Make the channels that need no provider, and what makes those of providers."""
    # Lanes bound how much is under way: a common bound would let one that hangs starve others.
    http = make_client(outbound, user_agent=USER_AGENT, connections=None)
    tools = Tools(
        http=await stack.enter_async_context(http),
        clock=clock,
        signing_key=signing_key(sealer),
        mail=_mail_server(settings, stack),
        mail_domain=settings.mail_domain or "",
        vapid=vapid_of(sealer),
        outbound=outbound,
        language=language,
    )
    given = [one.make(tools, {}, "") for one in CHANNELS if not one.declaration.settings]
    carrying = Carrying(filter(None, given), partial(_channel_of, settings, tools))
    stack.push_async_callback(carrying.close)
    return carrying


def _channel_of(settings: Settings, tools: Tools, provider: Provider) -> Channel | None:
    channel = next((one for one in CHANNELS if one.declaration.name == provider.type), None)
    callback = f"{settings.public_url}/callbacks/{provider.id}"
    return channel.make(tools, provider.settings, callback) if channel else None


def _mail_server(settings: Settings, stack: AsyncExitStack) -> MailServer | None:
    if settings.smtp_url is None:
        return None
    server = MailServer(**msgspec.structs.asdict(settings.smtp_url))
    stack.push_async_callback(server.close)
    return server


async def _look(outbound: Outbound, clock: Clock, stack: AsyncExitStack) -> Look:
    """Make what monitors look with."""
    tools = open_tools(outbound, user_agent=USER_AGENT, clock=clock)
    return looking_with(await stack.enter_async_context(tools))


async def _envoy(outbound: Outbound, clock: Clock, stack: AsyncExitStack) -> Envoy:
    """Make what asks other servers, in its own time: no delivery waits for it."""
    http = make_client(outbound, user_agent=USER_AGENT)
    return PagerDutyRest(await stack.enter_async_context(http), clock)


async def _couriers(
    house: House, carrying: Carrying, outbound: Outbound, stack: AsyncExitStack
) -> Couriers:
    """Make what carries deliveries to machines: however many wait, no page waits behind them."""
    http = make_client(outbound, user_agent=USER_AGENT, connections=PLACES)
    await stack.enter_async_context(http)
    posting = Posting(house, carrying)
    return {
        "signal": signal_courier(http, posting, signing_key(house.sealer)),
        "webhook": webhook_courier(http),
        "write_back": write_back_courier(http),
        "room": room_courier(carrying),
        "recording": recording_courier(carrying),
    }


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
