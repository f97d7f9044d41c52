"""The built-in agent: rounds at their instants, each once, whatever the world is like meanwhile."""

import asyncio
from contextlib import AbstractAsyncContextManager
from datetime import timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa
from prometheus_client import CollectorRegistry

from tests.hook import Hook
from tests.night import Night
from tests.watching import Eyes, environment, monitor, monitor_now, results
from tests.working import at_work
from tocsin.domain.monitoring.cadence import last_round, next_round
from tocsin.domain.monitoring.environment import BUILT_IN_AGENT
from tocsin.domain.monitoring.errand import Errand
from tocsin.domain.monitoring.monitor import Heartbeat, Http, Measurement
from tocsin.engine.engine import Engine
from tocsin.engine.lookout import Look, looking_with
from tocsin.engine.prober import Prober
from tocsin.engine.round_meters import RoundMeters
from tocsin.kit.http import Outbound
from tocsin.probes.look import open_tools
from tocsin.store.database import Database
from tocsin.store.migrate import upgrade
from tocsin.store.monitoring.monitoring_tables import measurements
from tocsin.store.postgres import Postgres
from tocsin.usecases.monitoring import heartbeats, monitors
from tocsin.usecases.monitoring.monitors import Wish

MINUTE = timedelta(minutes=1)


@pytest.fixture
async def real(database: Database) -> Night:
    """Give a night whose clock is the real one."""
    return await Night.falls(database, real_time=True)


@pytest.fixture
def eyes() -> Eyes:
    return Eyes()


@pytest.fixture
def prober(night: Night, eyes: Eyes) -> Prober:
    return Prober(night.house, eyes, RoundMeters(CollectorRegistry()))


def running(
    night: Night, look: Look, registry: CollectorRegistry | None = None
) -> AbstractAsyncContextManager[Engine]:
    return at_work(Engine(night.house, (), registry or CollectorRegistry(), look=look))


async def all_rounds(night: Night) -> list[str]:
    """Name the monitor of each measurement that is stored."""
    async with night.database.read() as tx:
        return list((await tx.execute(sa.select(measurements.c.monitor_id))).scalars())


async def until_measured(night: Night, count: int) -> None:
    async with asyncio.timeout(10):
        while len(await all_rounds(night)) < count:  # noqa: ASYNC110 - rows tell nobody
            await asyncio.sleep(0.05)


async def test_each_round_is_measured_once_at_its_instant(night: Night, prober: Prober) -> None:
    shop = await monitor(night, await environment(night))
    assert await prober.step(night.now) == 1
    assert await prober.step(night.now) == 0

    second = next_round(shop.id, 60, night.now)
    assert await prober.step(second - timedelta(milliseconds=1)) == 0
    assert await prober.step(second) == 1

    [newest] = await results(night, shop.id)
    assert (newest.agent_id, newest.round, newest.at) == (BUILT_IN_AGENT, second, second)
    assert (await monitor_now(night.house, shop.id)).next_round == second + MINUTE


async def test_what_was_missed_is_left_out(night: Night, prober: Prober) -> None:
    shop = await monitor(night, await environment(night))
    await prober.step(night.now)
    night.passes(hours=5)

    assert await prober.step(night.now) == 1
    assert await prober.step(night.now) == 0
    [newest] = await results(night, shop.id)
    assert newest.round == last_round(shop.id, 60, night.now)


async def test_a_round_in_between_does_not_move_the_others(night: Night, prober: Prober) -> None:
    shop = await monitor(night, await environment(night))
    await prober.step(night.now)
    night.passes(seconds=0.5)
    await monitors.measure_now(night.house, shop.id, night.now)

    assert await prober.step(night.now) == 1
    [newest] = await results(night, shop.id)
    assert newest.round == night.now
    after = await monitor_now(night.house, shop.id)
    assert after.next_round == next_round(shop.id, 60, night.now)


async def test_a_site_that_goes_down_and_comes_back_is_seen(night: Night, hook: Hook) -> None:
    shop = await monitor(night, await environment(night), target=Http(url=hook.url), retries=0)
    seen = []
    async with open_tools(Outbound(), user_agent="Tocsin/test") as tools:
        prober = Prober(night.house, looking_with(tools), RoundMeters(CollectorRegistry()))
        for status in ("200 OK", "503 Service Unavailable", "200 OK"):
            hook.say(status)
            await prober.step(night.passes(minutes=1))
            seen += [one.measurement for one in await results(night, shop.id)]

    assert [one.ok for one in seen] == [True, False, True]
    assert [one.fault_kind for one in seen] == ["", "status", ""]
    assert seen[1].values["status"] == 503


async def test_a_heartbeat_is_judged_by_when_it_was_called(night: Night, prober: Prober) -> None:
    target = Heartbeat(period=120, grace=0)
    beat = await monitor(night, await environment(night), "Backup", target)

    async def judged() -> str:
        await prober.step(night.passes(minutes=1))
        [result] = await results(night, beat.id)
        return result.measurement.fault_kind

    await heartbeats.call(night.house, beat.id, "done", night.now)
    assert [await judged() for _ in range(3)] == ["", "", "missed"]
    await heartbeats.call(night.house, beat.id, "done", night.now)
    assert await judged() == ""
    await heartbeats.call(night.house, beat.id, "fail", night.now)
    assert await judged() == "failed"


async def test_nothing_is_measured_that_is_paused(night: Night, prober: Prober, eyes: Eyes) -> None:
    shop = await monitor(night, await environment(night))
    await monitors.change(night.house, shop.id, Wish(paused=True), night.now)

    assert await prober.step(night.passes(hours=1)) == 0
    assert eyes.looked == []


async def test_a_look_that_breaks_is_a_fault_and_harms_no_other(night: Night) -> None:
    env = await environment(night)
    broken, fine = await monitor(night, env, "Broken"), await monitor(night, env, "Fine")

    async def look(errand: Errand) -> Measurement:
        if errand.name == "Broken":
            raise ValueError("a secret")
        return Measurement(ok=True)

    prober = Prober(night.house, look, RoundMeters(CollectorRegistry()))
    assert await prober.step(night.now) == 2
    [found] = await results(night, broken.id)
    assert (found.measurement.fault_kind, found.measurement.fault) == (
        "refused",
        "The look broke: ValueError",
    )
    [other] = await results(night, fine.id)
    assert other.measurement.ok


async def test_a_running_engine_measures_a_new_monitor_at_once(real: Night, eyes: Eyes) -> None:
    registry = CollectorRegistry()
    async with running(real, eyes, registry):
        await asyncio.sleep(0.3)
        real.now = real.house.clock()
        await monitor(real, await environment(real))
        await until_measured(real, 1)

    assert registry.get_sample_value("tocsin_rounds_total", {"outcome": "ok"}) == 1
    assert registry.get_sample_value("tocsin_round_lateness_seconds_count") == 1


async def test_several_nodes_share_the_rounds(real: Night) -> None:
    env = await environment(real)
    seen: dict[str, list[str]] = {"one": [], "two": []}

    def node(name: str) -> Look:
        async def look(errand: Errand) -> Measurement:
            seen[name].append(errand.name)
            await asyncio.sleep(0.01)
            return Measurement(ok=True)

        return look

    for n in range(40):
        await monitor(real, env, f"Shop {n}", interval=3600)
    async with running(real, node("one")), running(real, node("two")):
        await until_measured(real, 40)

    assert sorted(seen["one"] + seen["two"]) == sorted(f"Shop {n}" for n in range(40))


async def test_an_engine_that_stops_writes_what_it_has_found(real: Night) -> None:
    begun = asyncio.Event()

    async def look(_: Errand) -> Measurement:
        begun.set()
        await asyncio.sleep(0.3)
        return Measurement(ok=True)

    await monitor(real, await environment(real))
    async with running(real, look):
        await begun.wait()

    assert len(await all_rounds(real)) == 1


@pytest.mark.slow
async def test_what_is_found_while_the_database_is_away_is_written_when_it_is_back(
    folder: Path,
) -> None:
    postgres = await Postgres.start(folder, fast_and_unsafe=True)
    await upgrade(postgres.url)
    database = await Database.open(postgres.url)
    night = await Night.falls(database, real_time=True)
    begun, back = asyncio.Event(), asyncio.Event()

    async def look(_: Errand) -> Measurement:
        begun.set()
        await back.wait()
        return Measurement(ok=True)

    await monitor(night, await environment(night), interval=3600)
    async with running(night, look):
        await begun.wait()
        await postgres.stop()
        back.set()
        await asyncio.sleep(0.5)
        postgres = await Postgres.start(folder, fast_and_unsafe=True)
        await until_measured(night, 1)
    await database.close()
    await postgres.stop()
