"""Whether this node can do its work: asked by those who watch over it."""

import asyncio
from typing import Final

import msgspec

from tocsin.store.migrate import is_current
from tocsin.usecases import nodes
from tocsin.usecases.errors import DatabaseAway
from tocsin.usecases.house import House

PATIENCE: Final = 2.0  # seconds; whoever asks does not wait for long


class Readiness(msgspec.Struct, frozen=True, kw_only=True):
    """What must hold before requests are sent here."""

    database: bool = False
    migrations: bool = False
    engine: bool = False

    @property
    def is_ready(self) -> bool:
        """Whether all of it holds."""
        return self.database and self.migrations and self.engine


async def look(house: House) -> Readiness:
    """Look whether the database answers, is up to date, and some engine's heart beats."""
    try:
        async with asyncio.timeout(PATIENCE), house.database.read() as tx:
            if not await is_current(tx):
                return Readiness(database=True)
        async with asyncio.timeout(PATIENCE):
            beating = await nodes.is_beating(house, house.clock())
    except (DatabaseAway, TimeoutError):
        return Readiness()
    return Readiness(database=True, migrations=True, engine=beating)
