"""Deliveries: in order within a thread, side by side otherwise, a few at a time to each."""

from datetime import UTC, datetime, timedelta

import sqlalchemy as sa

from tocsin.domain.delivery import Dispatch
from tocsin.kit.ids import new_id
from tocsin.store import deliveries as store
from tocsin.store.database import Database
from tocsin.store.delivery_tables import deliveries

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
SECOND = timedelta(seconds=1)
MINUTE = timedelta(minutes=1)


def dispatch(thread: str = "Q1", to: str = "P1", kind: str = "one") -> Dispatch:
    return Dispatch(
        id=new_id("Q"),
        lane="webhook",
        destination_id=to,
        thread_id=thread,
        kind=kind,
        subject={"said": kind},
        due=NOON,
        created_at=NOON,
    )


async def plan(database: Database, *dispatches: Dispatch) -> None:
    async with database.begin() as tx:
        await store.plan(tx, dispatches)


async def test_what_is_planned_waits_in_the_order_given(database: Database) -> None:
    planned = [dispatch(kind=str(number)) for number in range(50)]

    await plan(database, *planned)

    async with database.read() as tx:
        rows = (await tx.execute(sa.select(deliveries).order_by(deliveries.c.sequence))).all()
    assert [row.id for row in rows] == [one.id for one in planned]
    assert {row.status for row in rows} == {"waiting"}
