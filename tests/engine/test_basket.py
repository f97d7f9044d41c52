"""The basket and the lookout: nothing is lost that there is room for, and nothing is crowded."""

import asyncio
from collections.abc import Sequence
from datetime import timedelta

import pytest
from prometheus_client import CollectorRegistry

from tests.team import NOON
from tests.watching import SHOP
from tocsin.domain.monitoring.errand import Errand
from tocsin.domain.monitoring.monitor import Measurement, Result
from tocsin.engine import lookout as lookouts
from tocsin.engine.basket import MOST_AT_A_TIME, Basket
from tocsin.engine.lookout import Lookout
from tocsin.engine.round_meters import RoundMeters
from tocsin.kit.clock import system_clock


class Away(Exception):  # noqa: N818 - it comes back
    """Nobody is there to take anything."""


class Shelf:
    """Takes results unless it is away."""

    def __init__(self) -> None:
        self.taken: list[str] = []
        self.parcels: list[int] = []
        self.fault: Exception | None = None

    async def take(self, results: Sequence[Result]) -> None:
        if self.fault:
            raise self.fault
        self.parcels.append(len(results))
        self.taken += [result.monitor_id for result in results]


@pytest.fixture
def shelf() -> Shelf:
    return Shelf()


def basket(shelf: Shelf, registry: CollectorRegistry, most: int = 100) -> Basket:
    return Basket(shelf.take, RoundMeters(registry), away=Away, most=most)


def result(name: str) -> Result:
    return Result(
        monitor_id=name, agent_id="A", round=NOON, at=NOON, measurement=Measurement(ok=True)
    )


def errand(name: str) -> Errand:
    return Errand(monitor_id=name, name=name, target=SHOP, interval=60, timeout=10, retries=0)


async def test_what_comes_in_a_moment_goes_together(
    shelf: Shelf, registry: CollectorRegistry
) -> None:
    full = basket(shelf, registry)
    serving = asyncio.create_task(full.serve())
    for name in "abc":
        full.put(result(name))
        await asyncio.sleep(0.01)
    await asyncio.sleep(0.15)
    full.put(result("d"))
    await asyncio.sleep(0.15)
    serving.cancel()

    assert shelf.parcels == [3, 1]


async def test_what_nobody_takes_is_kept_in_order_and_shown(
    shelf: Shelf, registry: CollectorRegistry
) -> None:
    full = basket(shelf, registry)
    shelf.fault = Away()
    for name in "abc":
        full.put(result(name))
    with pytest.raises(Away):
        await full.empty()
    assert registry.get_sample_value("tocsin_rounds_kept") == 3

    full.put(result("d"))
    shelf.fault = None
    await full.empty()
    assert shelf.taken == ["a", "b", "c", "d"]
    assert registry.get_sample_value("tocsin_rounds_kept") == 0


async def test_when_there_is_no_more_room_the_oldest_go(
    shelf: Shelf, registry: CollectorRegistry
) -> None:
    full = basket(shelf, registry, most=2)
    for name in "abc":
        full.put(result(name))
    await full.empty()

    assert shelf.taken == ["b", "c"]


async def test_what_comes_while_a_parcel_is_refused_is_newer_than_what_was_in_it(
    registry: CollectorRegistry,
) -> None:
    shelf = Shelf()

    async def take(results: Sequence[Result]) -> None:
        if not shelf.parcels:
            shelf.parcels.append(0)
            full.put(result("c"))
            raise Away
        await shelf.take(results)

    full = Basket(take, RoundMeters(registry), away=Away, most=2)
    for name in "ab":
        full.put(result(name))
    with pytest.raises(Away):
        await full.empty()
    await full.empty()

    assert shelf.taken == ["b", "c"]


async def test_a_parcel_that_nobody_can_ever_take_is_given_up(
    shelf: Shelf, registry: CollectorRegistry
) -> None:
    full = basket(shelf, registry)
    full.put(result("a"))
    shelf.fault = ZeroDivisionError()
    with pytest.raises(ZeroDivisionError):
        await full.empty()

    shelf.fault = None
    full.put(result("b"))
    await full.empty()
    assert shelf.taken == ["b"]


async def test_parcels_have_a_size(shelf: Shelf, registry: CollectorRegistry) -> None:
    full = basket(shelf, registry, most=2000)
    for _ in range(MOST_AT_A_TIME + 1):
        full.put(result("a"))
    await full.empty()

    assert shelf.parcels == [MOST_AT_A_TIME, 1]


class Watcher(Lookout):
    """A lookout whose looks end when they are let."""

    def __init__(self, registry: CollectorRegistry) -> None:
        self.open = asyncio.Event()
        self.found: list[Result] = []
        super().__init__(
            self._wait, self.found.append, RoundMeters(registry), agent_id="A", clock=system_clock
        )

    async def _wait(self, _: Errand) -> Measurement:
        await self.open.wait()
        return Measurement(ok=True)


async def test_a_monitor_is_looked_at_once_at_a_time(registry: CollectorRegistry) -> None:
    watcher = Watcher(registry)
    for _ in range(2):
        watcher.start(errand("a"), system_clock())
    watcher.open.set()
    await watcher.finish()

    assert [one.monitor_id for one in watcher.found] == ["a"]
    assert registry.get_sample_value("tocsin_rounds_total", {"outcome": "skipped"}) == 1


async def test_a_look_begins_at_its_instant(registry: CollectorRegistry) -> None:
    watcher = Watcher(registry)
    watcher.open.set()
    planned = system_clock() + timedelta(seconds=0.2)
    watcher.start(errand("a"), planned)
    await watcher.finish()

    [found] = watcher.found
    assert found.round == planned
    # Two clocks are involved, and they may differ by a little.
    assert timedelta(milliseconds=-5) <= found.at - planned < timedelta(seconds=0.2)


async def test_whoever_leases_waits_until_there_is_room(registry: CollectorRegistry) -> None:
    watcher = Watcher(registry)
    await watcher.wait_for_room()
    for n in range(lookouts.PLACES):
        watcher.start(errand(f"{n}"), system_clock())
    assert watcher.room == 0

    waiting = asyncio.create_task(watcher.wait_for_room())
    await asyncio.sleep(0.05)
    assert not waiting.done()
    watcher.open.set()
    await waiting
    await watcher.finish()
    assert len(watcher.found) == lookouts.PLACES
    assert watcher.room == lookouts.PLACES


async def test_looks_that_do_not_end_are_abandoned(
    registry: CollectorRegistry, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lookouts, "PATIENCE", 0.05)
    watcher = Watcher(registry)
    watcher.start(errand("a"), system_clock())
    await watcher.finish()

    assert watcher.found == []
