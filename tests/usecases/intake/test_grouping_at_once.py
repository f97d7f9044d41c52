"""Grouping while others are at work: what they begin is joined, what they end is not."""

import asyncio
from typing import Any

import msgspec
import pytest
import sqlalchemy as sa

from tests.grouped import (
    ALIKE,
    TIME,
    WHILE_OPEN,
    alerts,
    content,
    grouped,
    groups,
    parcel,
    receive,
    resolve,
)
from tocsin.store import tables
from tocsin.store.database import Database


@pytest.mark.parametrize("both", [TIME, content("all", "severity"), ALIKE])
async def test_two_batches_at_once_begin_one_incident(
    database: Database, both: dict[str, Any]
) -> None:
    night = await grouped(database, both)
    one, other = "Disk full on web-1", "Disk full on web-2"
    async with database.hot() as connection:
        await receive(night, connection, [parcel(night, one)])
        second = asyncio.create_task(night.trigger(other))
        await _waits_for_a_lock(database)
    await second

    assert await groups(night) == [{one, other}]


@pytest.mark.parametrize("merged", [False, True])
async def test_an_incident_that_ends_at_this_moment_is_not_joined(
    database: Database, merged: bool
) -> None:
    night = await grouped(database, WHILE_OPEN)
    [older] = await night.trigger("older")
    async with database.begin() as tx:
        query = sa.select(tables.incidents.c.id).with_for_update()
        await tx.execute(query)
        joining = asyncio.create_task(night.trigger("disk"))
        await _waits_for_a_lock(database)
        ended = {"status": "resolved", "merged_into": "QOTHER" if merged else None}
        state = sa.cast(msgspec.to_builtins(older) | ended, sa.JSON)
        await tx.execute(sa.update(tables.incidents).values(status="resolved", state=state))
    await joining

    assert await groups(night) == [{"older"}, {"disk"}]


async def test_resolving_an_incident_while_it_is_joined_leaves_no_alert_open(
    database: Database,
) -> None:
    night = await grouped(database, WHILE_OPEN)
    [incident] = await night.trigger("disk")
    async with database.hot() as connection:
        await receive(night, connection, [parcel(night, "cpu"), parcel(night, "disk", "resolve")])
        resolving = asyncio.create_task(resolve(night, incident))
        await _waits_for_a_lock(database)
    await resolving

    [over] = await night.incidents()
    assert over.status == "resolved"
    assert {alert.status for alert in (await alerts(night)).values()} == {"resolved"}


async def _waits_for_a_lock(database: Database) -> None:
    query = sa.text("select count(*) from pg_locks where not granted")
    for _ in range(500):
        async with database.read() as tx:
            if (await tx.execute(query)).scalar_one():
                return
        await asyncio.sleep(0.01)
    raise AssertionError("Nothing waits.")
