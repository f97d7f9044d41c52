"""Deliveries: in order within a thread, side by side otherwise, a few at a time to each."""

import asyncio
import time
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

import sqlalchemy as sa

from tocsin.domain.machines.delivery import Dispatch, after
from tocsin.domain.monitoring.notification_channel import Outcome
from tocsin.kit.ids import new_id
from tocsin.store.database import Database
from tocsin.store.machines import deliveries as store
from tocsin.store.machines.delivery_tables import deliveries
from tocsin.store.work import Backlog

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
SECOND = timedelta(seconds=1)
MINUTE = timedelta(minutes=1)
ARRIVED = Outcome(ok=True, detail="HTTP 200 OK")
FAILED = Outcome(ok=False, detail="HTTP 500 Internal Server Error", retry=True)


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


async def lease(
    database: Database,
    now: datetime = NOON,
    each: int = 8,
    limit: int = 100,
    busy: Mapping[str, int] | None = None,
) -> list[Dispatch]:
    async with database.begin() as tx:
        return await store.lease(tx, now, each=each, limit=limit, busy=busy or {})


async def settle(database: Database, leased: Dispatch, outcome: Outcome, now: datetime) -> None:
    async with database.begin() as tx:
        await store.settle(tx, after(leased, outcome, now))


async def test_only_the_first_of_a_thread_is_leased_and_only_once(database: Database) -> None:
    first = dispatch(kind="first")
    await plan(database, first, dispatch(kind="second"))

    (leased,) = await lease(database)

    assert (leased.id, leased.attempts, leased.due) == (first.id, 1, NOON + MINUTE)
    assert leased.subject == {"said": "first"}
    assert await lease(database) == []


async def test_the_next_of_a_thread_goes_once_the_first_is_over(database: Database) -> None:
    await plan(database, dispatch(kind="first"), dispatch(kind="second"))
    (first,) = await lease(database)

    await settle(database, first, ARRIVED, NOON)

    (second,) = await lease(database)
    assert second.kind == "second"
    await settle(database, second, ARRIVED, NOON)
    async with database.read() as tx:
        assert await store.next_due(tx, NOON - SECOND) is None


async def test_nothing_overtakes_what_waits_for_its_next_attempt(database: Database) -> None:
    await plan(database, dispatch(kind="first"), dispatch(kind="second"))
    (first,) = await lease(database)

    await settle(database, first, FAILED, NOON)
    await plan(database, dispatch(kind="third"))

    assert await lease(database, NOON + 4 * SECOND) == []
    (again,) = await lease(database, NOON + 5 * SECOND)
    assert (again.id, again.attempts) == (first.id, 2)


async def test_what_is_planned_while_the_last_ends_is_not_forgotten(database: Database) -> None:
    await plan(database, dispatch())
    (first,) = await lease(database)

    async with database.begin() as planning:
        await store.plan(planning, [dispatch(kind="second")])
        ending = asyncio.create_task(settle(database, first, ARRIVED, NOON))
        await asyncio.sleep(0.05)

    await ending
    (second,) = await lease(database)
    assert second.kind == "second"


async def test_a_thread_that_ends_meanwhile_is_opened_anew(database: Database) -> None:
    await plan(database, dispatch())
    (first,) = await lease(database)

    async with database.begin() as ending:
        await store.settle(ending, after(first, ARRIVED, NOON))
        planning = asyncio.create_task(plan(database, dispatch(kind="second")))
        await asyncio.sleep(0.05)

    await planning
    (second,) = await lease(database)
    assert second.kind == "second"


async def test_a_lease_that_ends_brings_the_dispatch_back(database: Database) -> None:
    await plan(database, dispatch(), dispatch())
    (first,) = await lease(database)

    (again,) = await lease(database, NOON + MINUTE)

    assert (again.id, again.attempts) == (first.id, 2)


async def test_threads_and_destinations_do_not_wait_for_each_other(database: Database) -> None:
    await plan(database, dispatch("Q1"), dispatch("Q2"), dispatch("Q1", "P2"))

    leased = await lease(database)

    assert {(d.destination_id, d.thread_id) for d in leased} == {
        ("P1", "Q1"),
        ("P1", "Q2"),
        ("P2", "Q1"),
    }


async def test_a_destination_gets_no_more_than_its_share(database: Database) -> None:
    crowd = [dispatch(f"Q{number}") for number in range(20)]
    await plan(database, *crowd, dispatch("Q1", "P2"))

    leased = await lease(database, each=3, busy={"P1": 1})

    assert sorted(d.destination_id for d in leased) == ["P1", "P1", "P2"]


async def test_whoever_has_the_fewest_under_way_comes_first(database: Database) -> None:
    for to in ("P1", "P2", "P3"):
        await plan(database, dispatch("Q1", to), dispatch("Q2", to))

    leased = await lease(database, limit=3, busy={"P1": 2})

    assert {d.destination_id for d in leased} == {"P2", "P3"}


async def test_what_another_node_is_leasing_is_passed_over(database: Database) -> None:
    await plan(database, dispatch("Q1"), dispatch("Q2"))

    async with database.begin() as one, database.begin() as other:
        first = await store.lease(one, NOON, each=1, limit=1, busy={})
        second = await store.lease(other, NOON, each=9, limit=9, busy={})

    assert len(first) == len(second) == 1
    assert first[0].id != second[0].id


async def test_a_destination_that_is_given_up_has_nothing_waiting(database: Database) -> None:
    await plan(database, dispatch("Q1"), dispatch("Q1"), dispatch("Q2"), dispatch("Q1", "P2"))

    async with database.begin() as tx:
        await store.drop_waiting(tx, "P1", "It is disabled.", NOON)

    assert [d.destination_id for d in await lease(database)] == ["P2"]
    async with database.read() as tx:
        dropped = await store.DELIVERIES.select(tx, deliveries.c.destination_id == "P1")
    assert {(d.status, d.detail, d.due) for d in dropped} == {("dropped", "It is disabled.", None)}


async def test_a_destination_that_is_gone_leaves_nothing(database: Database) -> None:
    await plan(database, dispatch("Q1"))

    async with database.begin() as tx:
        await store.forget_destination(tx, "P1")
        assert await store.DELIVERIES.count(tx) == 0
        assert await store.next_due(tx, NOON - SECOND) is None


async def test_what_waits_is_counted_by_its_lane(database: Database) -> None:
    await plan(database, dispatch("Q1"), dispatch("Q1"), dispatch("Q2"))

    async with database.read() as tx:
        assert await store.backlog(tx, NOON) == [Backlog("webhook", 2, NOON)]
        assert await store.backlog(tx, NOON - SECOND) == []


async def test_ten_thousand_that_wait_cost_a_lease_nothing(database: Database) -> None:
    await plan(database, *(dispatch("Q0") for _ in range(5_000)))
    await plan(database, *(dispatch(f"Q{n}") for n in range(5_000)))
    await plan(database, *(dispatch("Q1", f"P{n}") for n in range(2, 20)))
    async with database.begin() as tx:
        await tx.execute(sa.text("analyze deliveries, delivery_threads"))
    await lease(database)

    begun = time.perf_counter()
    for _ in range(10):
        assert await lease(database, busy={"P1": 8}) == []

    assert time.perf_counter() - begun < 0.5


async def test_what_was_given_up_meanwhile_is_not_tried_again(database: Database) -> None:
    await plan(database, dispatch("Q1"), dispatch("Q2"))
    failed, arrived = await lease(database)
    async with database.begin() as tx:
        await store.drop_waiting(tx, "P1", "It is disabled.", NOON)

    await settle(database, failed, FAILED, NOON)
    await settle(database, arrived, ARRIVED, NOON)

    assert await lease(database, NOON + MINUTE) == []
    async with database.read() as tx:
        found = await store.DELIVERIES.get_many(tx, [failed.id, arrived.id])
    assert (found[failed.id].status, found[arrived.id].status) == ("dropped", "delivered")
