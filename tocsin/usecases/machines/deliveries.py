"""Deliveries, as the dispatcher handles them and as people read them afterwards."""

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncConnection

from tocsin.domain.machines.delivery import Dispatch, after
from tocsin.domain.monitoring.notification_channel import Outcome
from tocsin.store.machines import deliveries as store
from tocsin.store.work import Backlog
from tocsin.usecases.errors import NotFound
from tocsin.usecases.house import House
from tocsin.usecases.parts import Part, read_part


async def lease(
    house: House, now: datetime, *, each: int, limit: int, busy: Mapping[str, int]
) -> list[Dispatch]:
    """Take what is due, ``each`` at most to a destination, ``busy`` included."""
    async with house.database.begin() as tx:
        return await store.lease(tx, now, each=each, limit=limit, busy=busy)


async def record(house: House, dispatch: Dispatch, outcome: Outcome, now: datetime) -> None:
    """Write down what came of an attempt, where nothing else follows from it."""
    async with house.database.begin() as tx:
        await store.settle(tx, after(dispatch, outcome, now))


async def next_due(house: House, after: datetime) -> datetime | None:
    """Say when something will be due that is not yet."""
    async with house.database.begin() as tx:
        return await store.next_due(tx, after)


async def backlog(house: House, now: datetime) -> list[Backlog]:
    """Count what is due and still undone."""
    async with house.database.read() as tx:
        return await store.backlog(tx, now)


async def log_of(
    tx: AsyncConnection, destination_id: str, part: Part
) -> tuple[list[Dispatch], int | None]:
    """List what was, or is to be, told to a destination, the newest first."""
    where = store.DELIVERIES.c.destination_id == destination_id
    return await read_part(tx, store.DELIVERIES, part, where, order_by=store.NEWEST_FIRST)


async def find_in_log(tx: AsyncConnection, destination_id: str, id_: str) -> Dispatch:
    """Find one delivery of a destination. Raises NotFound."""
    found = await store.DELIVERIES.get(tx, id_)
    if found is None or found.destination_id != destination_id:
        raise NotFound("Delivery", id_)
    return found
