"""Due work, as the engine handles it: looked for, leased, put off, measured."""

from collections.abc import Callable, Collection, Sequence
from datetime import datetime, timedelta
from typing import Final

from tocsin.domain.work import Work
from tocsin.kit.ids import new_id
from tocsin.store import work as store
from tocsin.store.driver import driver
from tocsin.store.pieces import FOR_DISPATCHERS, FOR_LANES, FOR_PROBERS, WAKE_ENGINES
from tocsin.store.work import LEASE_SECONDS, Backlog, Due
from tocsin.store.writes import AlarmRow, Writes, flush
from tocsin.usecases.house import House

__all__ = ["LEASE_SECONDS", "Backlog", "Due", "backlog", "lease", "listen", "look", "put_off"]

FIRST_PAUSE: Final = 5  # seconds, as the longest; twice as long each time
LONGEST_PAUSE: Final = 600
TOLD_AFTER: Final = 5  # attempts


async def listen(
    house: House,
    wake_lanes: Callable[[], None],
    wake_dispatcher: Callable[[], None],
    wake_prober: Callable[[], None],
) -> None:
    """Wake those for whom anybody has planned something, until cancelled."""
    wakes = {
        FOR_LANES: wake_lanes,
        FOR_DISPATCHERS: wake_dispatcher,
        FOR_PROBERS: wake_prober,
    }

    def hear(whom: str) -> None:
        for name, wake in wakes.items():
            if whom in {name, ""}:  # nobody by name: something may have been missed
                wake()

    await house.database.listen(WAKE_ENGINES, hear)


async def look(house: House, lanes: Sequence[str], now: datetime) -> list[Due]:
    """Say for each lane whether something is due, and when the next thing will be."""
    async with house.database.hot() as connection:
        return await store.look(connection, lanes, now)


async def lease(
    house: House,
    lane: str,
    now: datetime,
    *,
    limit: int,
    busy: Collection[str] = (),
    lease_seconds: int = LEASE_SECONDS,
) -> list[Work]:
    """Take due work of a lane for a while, except for the addresses that are busy."""
    async with house.database.begin() as tx:
        return await store.lease(tx, lane, now, limit=limit, busy=busy, lease_seconds=lease_seconds)


async def put_off(house: House, works: Sequence[Work], fault: str, now: datetime) -> None:
    """Let work that failed come back later and later; in the end the administrators hear of it."""
    attempts = max(work.attempts for work in works)
    pause = min(FIRST_PAUSE * 2 ** (attempts - 1), LONGEST_PAUSE)
    alarms = [
        AlarmRow(
            id=new_id("Q"),
            at=now,
            incident_id=work.incident_id,
            sentence=f"Due work ({work.kind}) fails again and again: {fault}",
        )
        for work in works
        if work.attempts == TOLD_AFTER
    ]
    async with house.database.begin() as tx:
        await store.postpone(tx, [work.id for work in works], now + timedelta(seconds=pause))
        await flush(await driver(tx), Writes(alarms=alarms))


async def backlog(house: House, now: datetime) -> list[Backlog]:
    """Count what is due and still undone."""
    async with house.database.read() as tx:
        return await store.backlog(tx, now)
