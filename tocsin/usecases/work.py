"""Due work, as the engine handles it: looked for, leased, postponed, measured."""

from collections.abc import Callable, Collection, Sequence
from datetime import datetime

from tocsin.domain.work import Work
from tocsin.store import work as store
from tocsin.store.work import Backlog, Due
from tocsin.store.writes import WAKE_ENGINES
from tocsin.usecases.house import House

__all__ = ["Backlog", "Due", "backlog", "lease", "listen", "look", "postpone"]


async def listen(house: House, wake: Callable[[], None]) -> None:
    """Call ``wake`` whenever anybody has planned work, until cancelled."""
    await house.database.listen(WAKE_ENGINES, lambda _: wake())


async def look(house: House, lanes: Sequence[str], now: datetime) -> list[Due]:
    """Say for each lane whether something is due, and when the next thing will be."""
    async with house.database.begin() as tx:
        return await store.look(tx, lanes, now)


async def lease(
    house: House, lane: str, now: datetime, *, limit: int, busy: Collection[str] = ()
) -> list[Work]:
    """Take due work of a lane, except for the addresses that are busy."""
    async with house.database.begin() as tx:
        return await store.lease(tx, lane, now, limit=limit, busy=busy)


async def postpone(house: House, works: Sequence[Work], until: datetime) -> None:
    """Put work off that could not be done."""
    async with house.database.begin() as tx:
        await store.postpone(tx, [work.id for work in works], until)


async def backlog(house: House, now: datetime) -> list[Backlog]:
    """Count what is due and still undone."""
    async with house.database.read() as tx:
        return await store.backlog(tx, now)
