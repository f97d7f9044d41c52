"""The dispatcher: in order, side by side, again after faults, and nobody waits for a slow one."""

import asyncio
import time
from contextlib import AbstractAsyncContextManager
from datetime import datetime, timedelta

import pytest
from prometheus_client import CollectorRegistry

from tests.night import Night
from tests.working import at_work
from tocsin.domain.machines.delivery import Dispatch
from tocsin.domain.monitoring.notification_channel import Outcome
from tocsin.engine.couriers import Courier
from tocsin.engine.dispatcher import PER_DESTINATION
from tocsin.engine.engine import Engine
from tocsin.kit.ids import new_id
from tocsin.store.database import Database
from tocsin.store.machines import deliveries as store
from tocsin.usecases.house import House
from tocsin.usecases.machines import deliveries

ARRIVED = Outcome(ok=True, detail="HTTP 200 OK")
FAILED = Outcome(ok=False, detail="HTTP 500", retry=True)
SLOW, DEAD, QUICK = "PSLOW", "PDEAD", "PQUICK"


class Far:
    """The far end: notes what arrives, and is slow or down if told so."""

    def __init__(self) -> None:
        self.arrived: list[Dispatch] = []
        self.attempts = 0
        self.takes: dict[str, float] = {}
        self.answers: dict[str, Outcome | Exception] = {}
        self.under_way = 0
        self.most_under_way = 0

    @property
    def courier(self) -> Courier[Dispatch]:
        return Courier(_compose, self.send, deliveries.record)

    async def send(self, dispatch: Dispatch) -> Outcome:
        self.attempts += 1
        self.under_way += 1
        self.most_under_way = max(self.most_under_way, self.under_way)
        await asyncio.sleep(self.takes.get(dispatch.destination_id, 0))
        self.under_way -= 1
        answer = self.answers.get(dispatch.destination_id, ARRIVED)
        if isinstance(answer, Exception):
            raise answer
        if answer.ok:
            self.arrived.append(dispatch)
        return answer

    def kinds(self) -> list[str]:
        return [dispatch.kind for dispatch in self.arrived]


async def _compose(house: House, dispatch: Dispatch, now: datetime) -> Dispatch | Outcome:
    return Outcome(ok=False, detail="Nobody wants it.") if dispatch.kind == "stale" else dispatch


@pytest.fixture
def far() -> Far:
    return Far()


@pytest.fixture
def engine(night: Night, far: Far, registry: CollectorRegistry) -> Engine:
    return Engine(night.house, (), registry, couriers={"webhook": far.courier})


async def plan(night: Night, to: str, *kinds: str, thread: str = "Q1") -> list[Dispatch]:
    now = night.house.clock()
    dispatches = [
        Dispatch(
            id=new_id("Q"),
            lane="webhook",
            destination_id=to,
            thread_id=thread,
            kind=kind,
            subject={},
            due=now,
            created_at=now,
        )
        for kind in kinds
    ]
    async with night.house.database.begin() as tx:
        await store.plan(tx, dispatches)
    return dispatches


async def stored(night: Night, dispatch: Dispatch) -> Dispatch:
    async with night.house.database.read() as tx:
        found = await store.DELIVERIES.get(tx, dispatch.id)
    assert found is not None
    return found


async def test_a_thread_arrives_in_its_order(night: Night, far: Far, engine: Engine) -> None:
    await plan(night, QUICK, *"abcdef")

    await engine.run_due(night.house.clock())

    assert far.kinds() == list("abcdef")


async def test_nothing_overtakes_what_is_tried_again(
    night: Night, far: Far, engine: Engine
) -> None:
    now = night.house.clock()
    far.answers[QUICK] = FAILED
    first, _ = await plan(night, QUICK, "first", "second")
    await plan(night, QUICK, "else", thread="Q2")

    await engine.run_due(now)
    assert (far.attempts, far.kinds()) == (2, [])
    assert (await stored(night, first)).detail == "HTTP 500"

    far.answers.clear()
    await engine.run_due(now + timedelta(seconds=4))
    assert far.kinds() == []
    await engine.run_due(now + timedelta(seconds=5))
    assert [kind for kind in far.kinds() if kind != "else"] == ["first", "second"]


async def test_what_nobody_wants_is_not_sent(night: Night, far: Far, engine: Engine) -> None:
    stale, _ = await plan(night, QUICK, "stale", "fresh")

    await engine.run_due(night.house.clock())

    assert far.kinds() == ["fresh"]
    assert (await stored(night, stale)).status == "dropped"


async def test_what_breaks_unforeseen_is_tried_again(
    night: Night, far: Far, engine: Engine, registry: CollectorRegistry
) -> None:
    now = night.house.clock()
    far.answers[QUICK] = ZeroDivisionError("a secret")
    (broken,) = await plan(night, QUICK, "one")
    await plan(night, DEAD, "two")

    await engine.run_due(now)
    assert far.kinds() == ["two"]
    assert (await stored(night, broken)).detail == "Tocsin stumbled: ZeroDivisionError."
    assert registry.get_sample_value("tocsin_engine_failures_total", {"lane": "webhook"}) == 1

    far.answers.clear()
    await engine.run_due(now + timedelta(seconds=5))
    assert far.kinds() == ["two", "one"]


async def test_attempts_are_counted_by_what_came_of_them(
    night: Night, far: Far, engine: Engine, registry: CollectorRegistry
) -> None:
    far.answers[DEAD] = FAILED
    await plan(night, QUICK, "a", "stale")
    await plan(night, DEAD, "b")

    await engine.run_due(night.house.clock())

    for outcome in ("arrived", "failed", "refused"):
        labels = {"lane": "webhook", "outcome": outcome}
        assert registry.get_sample_value("tocsin_deliveries_total", labels) == 1


def running(night: Night, far: Far) -> AbstractAsyncContextManager[Engine]:
    return at_work(Engine(night.house, (), CollectorRegistry(), couriers={"webhook": far.courier}))


@pytest.fixture
async def real_night(database: Database) -> Night:
    return await Night.falls(database, real_time=True)


async def until_arrived(far: Far, count: int, seconds: float = 5) -> None:
    async with asyncio.timeout(seconds):
        while len(far.arrived) < count:  # noqa: ASYNC110 - it is only looked at from outside
            await asyncio.sleep(0.005)


async def test_planning_wakes_the_dispatcher(real_night: Night, far: Far) -> None:
    async with running(real_night, far):
        await asyncio.sleep(0.2)
        begun = time.monotonic()
        await plan(real_night, QUICK, "now")
        await until_arrived(far, 1)

    assert time.monotonic() - begun < 1


async def test_a_slow_destination_delays_no_other(real_night: Night, far: Far) -> None:
    far.takes[SLOW] = 0.5
    for number in range(200):
        await plan(real_night, SLOW, "slow", thread=f"Q{number}")
    async with running(real_night, far):
        await asyncio.sleep(0.3)
        assert far.under_way == PER_DESTINATION
        begun = time.monotonic()
        await plan(real_night, QUICK, "quick")
        async with asyncio.timeout(5):
            while "quick" not in far.kinds():  # noqa: ASYNC110 - it is only looked at
                await asyncio.sleep(0.005)
        took = time.monotonic() - begun

    assert took < 0.4


async def test_whatever_is_on_its_way_arrives_before_the_stop(real_night: Night, far: Far) -> None:
    far.takes[QUICK] = 0.3
    (dispatch,) = await plan(real_night, QUICK, "last")
    async with running(real_night, far):
        async with asyncio.timeout(5):
            while not far.under_way:  # noqa: ASYNC110 - it is only looked at from outside
                await asyncio.sleep(0.005)

    assert (await stored(real_night, dispatch)).status == "delivered"


async def test_two_nodes_share_the_work_and_repeat_nothing(real_night: Night, far: Far) -> None:
    async with running(real_night, far), running(real_night, far):
        for number in range(20):
            await plan(real_night, QUICK, "a", "b", "c", thread=f"Q{number}")
        await until_arrived(far, 60)

    assert len({dispatch.id for dispatch in far.arrived}) == far.attempts == 60
    for number in range(20):
        told = [d.kind for d in far.arrived if d.thread_id == f"Q{number}"]
        assert told == ["a", "b", "c"]
