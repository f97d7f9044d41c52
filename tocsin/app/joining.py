"""Joining: the parts of the house, made and handed to each other."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager

import msgspec
from prometheus_client import CollectorRegistry
from starlette.types import ASGIApp

from tocsin.api.hearing import HearingApp
from tocsin.api.resources import OPS
from tocsin.app import senders
from tocsin.app.faces import face_of
from tocsin.channels import DECLARED
from tocsin.config import Settings
from tocsin.engine.engine import Engine
from tocsin.kit.clock import Clock, system_clock
from tocsin.kit.http import Outbound
from tocsin.kit.sealing import Sealer, kept_secret
from tocsin.store.database import Database
from tocsin.usecases.directory import Directory
from tocsin.usecases.house import Decisions, House
from tocsin.usecases.intake.ingest import Ingest
from tocsin.web.hub import Live


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
        database = await _open_database(settings, database_url, stack)
        sealer = Sealer(settings.secret_key or kept_secret(settings.data))
        outbound = Outbound(settings.outbound_deny, settings.outbound_allow)
        decisions = Decisions()
        carrying = await senders.open_carrying(
            settings, sealer, outbound, stack, clock=clock, decisions=decisions
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
            envoy=await senders.open_envoy(outbound, clock, stack),
            check=carrying.check,
        )
        registry = CollectorRegistry()
        engine = Engine(
            house,
            carrying,
            registry,
            lambda: ingest.is_crowded,
            couriers=await senders.open_couriers(house, carrying, outbound, stack),
            look=await senders.open_look(outbound, clock, stack),
        )
        ingest = _ingest(house, settings.ingest_queue, engine)
        live = Live(house)
        heard = HearingApp(house, lambda one: carrying.of(one.kind, one), engine.count_heard)
        http = face_of(house, live, ingest, registry, heard=heard)
        yield Parts(house=house, ingest=ingest, engine=engine, live=live, http=http)


async def _open_database(settings: Settings, url: str, stack: AsyncExitStack) -> Database:
    database = await Database.open(url, connections=settings.database_pool)
    stack.push_async_callback(database.close)
    return database


def _ingest(house: House, limit: int, engine: Engine) -> Ingest:
    return Ingest(
        database=house.database,
        directory=house.directory,
        clock=house.clock,
        limit=limit,
        after_commit=engine.wake,
    )
