"""Heartbeats: a job calls its address, and that is written down; the next round judges it."""

from collections.abc import Awaitable, Callable, Mapping
from datetime import datetime
from typing import Final, Literal

from sqlalchemy.ext.asyncio import AsyncConnection

from tocsin.kit.sealing import digest
from tocsin.store.monitoring import monitors as store
from tocsin.usecases.house import House

Call = Literal["done", "start", "fail"]
Note = Callable[[AsyncConnection, str, datetime], Awaitable[None]]

_NOTES: Final[Mapping[Call, Note]] = {
    "done": store.note_call,
    "start": store.note_start,
    "fail": store.note_failure,
}


async def identify(house: House, key: str) -> str | None:
    """Return the id of the monitor that has this key."""
    async with house.database.read() as tx:
        return await store.with_key(tx, digest(key))


async def call(house: House, monitor_id: str, what: Call, now: datetime) -> None:
    """Write down that a job is done, begins, or failed; a failure is judged at once."""
    async with house.database.begin() as tx:
        await _NOTES[what](tx, monitor_id, now)
        if what == "fail":
            await store.wake(tx)
