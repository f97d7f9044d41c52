"""Due work: leased once, in order, and back again when its lease ends."""

from collections.abc import Collection, Iterable
from datetime import UTC, datetime, timedelta

import pytest

from tocsin.domain.work import TIMER, Work
from tocsin.store import work as store
from tocsin.store.database import Database
from tocsin.store.driver import driver
from tocsin.store.work import Due
from tocsin.store.writes import Writes, flush

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
SECOND = timedelta(seconds=1)
MINUTE = timedelta(minutes=1)


def page(
    due: datetime = NOON, method: str | None = "P1", user: str | None = "PANN", lane: str = "email"
) -> Work:
    return Work(lane=lane, kind="notify", due=due, contact_method_id=method, user_id=user)


async def keep(database: Database, works: Iterable[Work]) -> None:
    async with database.begin() as tx:
        await flush(await driver(tx), Writes(work=list(works)))


async def lease(
    database: Database, now: datetime, limit: int = 10, busy: Collection[str] = ()
) -> list[Work]:
    async with database.begin() as tx:
        return await store.lease(tx, "email", now, limit=limit, busy=busy)


async def test_work_is_leased_when_it_is_due_and_only_once(database: Database) -> None:
    await keep(database, [page(NOON), page(NOON + SECOND), page(lane="sms")])

    (first,) = await lease(database, NOON)

    assert (first.lane, first.planned_for, first.attempts) == ("email", NOON, 1)
    assert first.due == NOON + MINUTE
    assert await lease(database, NOON) == []


async def test_a_lease_that_ends_brings_the_work_back(database: Database) -> None:
    await keep(database, [page()])
    await lease(database, NOON)

    (again,) = await lease(database, NOON + MINUTE)

    assert (again.planned_for, again.attempts) == (NOON, 2)


async def test_what_is_due_to_one_address_is_not_torn_apart_by_others(database: Database) -> None:
    await keep(database, [page(method=f"P{number % 2}") for number in range(6)])

    leased = await lease(database, NOON, limit=3)

    assert [work.contact_method_id for work in leased] == ["P0", "P0", "P0"]


async def test_an_address_is_leased_whole_whatever_the_limit(database: Database) -> None:
    later = [page(NOON - SECOND, f"P{number}") for number in range(3, 6)]
    works = [page(NOON - MINUTE, "P1")] + 7 * [page(NOON - SECOND, "P1"), page(method="P2")]
    await keep(database, [*works, *later])

    leased = await lease(database, NOON, limit=4)

    assert [work.contact_method_id for work in leased] == ["P1"] * 8
    assert len(await lease(database, NOON, limit=20)) == 10


async def test_timers_which_have_no_address_keep_to_the_limit(database: Database) -> None:
    await keep(database, 9 * [page(method=None, user=None)])

    assert len(await lease(database, NOON, limit=4)) == 4


async def test_the_oldest_comes_first_and_no_more_than_asked_for(database: Database) -> None:
    await keep(database, [page(NOON - i * SECOND, f"P{i}") for i in range(9)])

    leased = await lease(database, NOON, limit=3)

    assert [work.contact_method_id for work in leased] == ["P8", "P7", "P6"]


async def test_what_another_node_is_leasing_is_passed_over(database: Database) -> None:
    await keep(database, [page(method="P1"), page(method="P2")])

    async with database.begin() as one, database.begin() as other:
        first = await store.lease(one, "email", NOON, limit=1)
        second = await store.lease(other, "email", NOON, limit=10)

    assert len(first) == len(second) == 1
    assert first[0].id != second[0].id


async def test_busy_addresses_wait(database: Database) -> None:
    login = page(method=None, user="PBEN")
    await keep(database, [page(), login])

    assert [w.address for w in await lease(database, NOON, busy={"P1"})] == ["PBEN"]
    assert [w.address for w in await lease(database, NOON, busy={"PBEN"})] == ["P1"]


async def test_finished_work_is_gone_and_postponed_work_comes_later(database: Database) -> None:
    await keep(database, [page(method="P1"), page(method="P2")])
    done, late = await lease(database, NOON)

    async with database.begin() as tx:
        await store.finish(tx, [done.id])
        await store.postpone(tx, [late.id], NOON + 2 * SECOND)

    assert await lease(database, NOON + SECOND) == []
    assert [w.id for w in await lease(database, NOON + 2 * SECOND)] == [late.id]


async def test_a_look_tells_what_is_due_and_when_the_next_is(database: Database) -> None:
    await keep(database, [page(), page(NOON + MINUTE), page(NOON + SECOND, lane="sms")])

    async with database.hot() as connection:
        seen = await store.look(connection, ["email", "sms", TIMER], NOON)

    assert seen == [
        Due("email", True, NOON + MINUTE),
        Due("sms", False, NOON + SECOND),
        Due(TIMER, False, None),
    ]


@pytest.mark.parametrize("lease_it", [True, False])
async def test_the_backlog_counts_what_is_due(database: Database, lease_it: bool) -> None:
    await keep(database, [page(NOON - MINUTE), page(), page(NOON + MINUTE)])
    if lease_it:
        await lease(database, NOON)

    async with database.read() as tx:
        waiting = await store.backlog(tx, NOON)

    assert waiting == ([] if lease_it else [store.Backlog("email", 2, NOON - MINUTE)])
