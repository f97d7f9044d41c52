"""Monitors: what may be wished for, what stays secret, and when they are measured."""

from datetime import timedelta
from typing import Any

import msgspec
import pytest
import sqlalchemy as sa

from tests.night import URL, Night
from tests.team import NOON
from tests.watching import BROKEN, FINE, SHOP, environment, found, monitor, monitor_now
from tocsin.domain.monitoring.alert_rule import AlertRule
from tocsin.domain.monitoring.cadence import last_round, next_round
from tocsin.domain.monitoring.environment import BUILT_IN_AGENT, Environment
from tocsin.domain.monitoring.monitor import Dns, Heartbeat, Http, Measurement, PostgreSql
from tocsin.kit.ids import new_id
from tocsin.kit.sealing import digest
from tocsin.store.monitoring.alert_rules import RULES
from tocsin.store.monitoring.violations import VIOLATIONS
from tocsin.usecases.errors import Invalid, NotFound
from tocsin.usecases.monitoring import agents, heartbeats, monitors, rounds
from tocsin.usecases.monitoring.monitors import Wish

SECOND = timedelta(seconds=1)
GUARDED = Http(url="https://shop.example.com/", username="ann", password="hidden")


async def rule(night: Night, env: Environment, *monitor_ids: str) -> AlertRule:
    made = AlertRule(
        id=new_id(),
        environment_id=env.id,
        name=f"Down {new_id()}",
        alarm="!ok",
        monitor_ids=monitor_ids,
        created_at=NOON,
    )
    async with night.database.begin() as tx:
        return await RULES.insert(tx, made)


async def test_monitors_are_made_changed_listed_and_removed(night: Night, env: Environment) -> None:
    shop = await monitor(night, env, " The  shop ", interval=30)
    names = await monitor(night, await environment(night, "DNS"), "Names", Dns(name="example.com"))
    changed = await monitors.change(night.house, shop.id, Wish(timeout=5), NOON)

    assert (changed.name, changed.kind, changed.interval, changed.timeout) == (
        "The shop",
        "http",
        30,
        5,
    )
    assert (await monitors.get(night.house, shop.id)).monitor == changed
    assert [one.monitor for one in await monitors.find(night.house)] == [names, changed]
    assert [one.monitor for one in await monitors.find(night.house, env.id)] == [changed]

    await monitors.remove(night.house, shop.id, NOON)
    assert [one.monitor for one in await monitors.find(night.house)] == [names]


@pytest.mark.parametrize(
    ("wish", "sentence"),
    [
        (Wish(name=" "), "Name cannot be blank."),
        (Wish(interval=9, timeout=5), "Interval must be 10 to 86,400 seconds."),
        (Wish(interval=86_401), "Interval must be 10 to 86,400 seconds."),
        (Wish(timeout=0), "Timeout must be 1 to 60 seconds."),
        (Wish(timeout=10, interval=10), "Timeout must be shorter than the interval."),
        (Wish(retries=6), "Retries must be 0 to 5."),
        (Wish(agent_ids=("PNONE",)), "Agent PNONE was not found."),
        (Wish(target=Dns(name="example.com")), "Kind cannot be changed from http."),
        (Wish(target=Http(url="")), "URL must be an address such as https://example.com/health."),
    ],
)
async def test_a_fault_is_told_in_a_sentence(
    night: Night, env: Environment, wish: Wish, sentence: str
) -> None:
    shop = await monitor(night, env)

    with pytest.raises(Invalid) as refusal:
        await monitors.change(night.house, shop.id, wish, NOON)
    assert refusal.value.sentences == (sentence,)


async def test_a_monitor_without_a_target_is_none(night: Night, env: Environment) -> None:
    with pytest.raises(Invalid, match=r"Target cannot be empty\."):
        await monitors.create(night.house, env.id, Wish(name="Shop"), NOON)


async def test_a_name_is_given_once_in_an_environment(night: Night, env: Environment) -> None:
    shop, other = await monitor(night, env), await monitor(night, env, "Other")
    await monitor(night, await environment(night, "Staging"))

    for asked in (
        monitors.create(night.house, env.id, Wish(name="SHOP", target=SHOP), NOON),
        monitors.change(night.house, other.id, Wish(name=shop.name), NOON),
    ):
        with pytest.raises(Invalid, match="already been taken in this environment"):
            await asked


async def test_a_target_is_sealed_and_shown_without_its_secrets(
    night: Night, env: Environment
) -> None:
    guarded = await monitor(night, env, target=GUARDED)

    assert b"hidden" not in guarded.target_encrypted
    assert "hidden" not in guarded.shown
    assert "shop.example.com" in guarded.shown
    assert monitors.target_of(night.house, guarded) == GUARDED


async def test_a_secret_that_a_form_leaves_blank_stays(night: Night, env: Environment) -> None:
    guarded = await monitor(night, env, target=GUARDED)
    wished = msgspec.structs.replace(GUARDED, password="", method="HEAD")
    changed = await monitors.change(night.house, guarded.id, Wish(target=wished), NOON)

    assert monitors.target_of(night.house, changed) == msgspec.structs.replace(
        wished, password="hidden"
    )


async def test_a_secret_is_not_taken_along_to_another_host(night: Night, env: Environment) -> None:
    guarded = await monitor(night, env, target=GUARDED)
    wished = Http(url="https://elsewhere.example.org/", username="ann")

    with pytest.raises(Invalid, match="Secrets must be given again"):
        await monitors.change(night.house, guarded.id, Wish(target=wished), NOON)


async def test_a_new_monitor_is_measured_at_once_in_the_round_that_all_agents_share(
    night: Night, env: Environment
) -> None:
    shop = await monitor(night, env)

    assert shop.next_round == last_round(shop.id, 60, NOON)
    assert shop.next_round <= NOON


async def test_what_changes_decides_when_the_next_round_is(night: Night, env: Environment) -> None:
    shop = await monitor(night, env)
    later = NOON + 5 * SECOND

    async def next_after(**given: object) -> object:
        wish = msgspec.convert({}, Wish)
        wish = msgspec.structs.replace(wish, **given)
        return (await monitors.change(night.house, shop.id, wish, later)).next_round

    assert await next_after(name="Renamed") == shop.next_round
    assert await next_after(interval=30) == next_round(shop.id, 30, later)
    assert await next_after(target=Http(url="https://example.org/")) == later
    assert await next_after(paused=True) is None
    assert await next_after(name="Still paused") is None
    assert await next_after(paused=False) == later


async def test_what_only_others_measure_is_not_leased_here(night: Night, env: Environment) -> None:
    agent, _ = await agents.create(night.house, "Oslo", NOON)
    shop = await monitor(night, env, agent_ids=(agent.id, agent.id))
    both = await monitor(night, env, "Both", agent_ids=(agent.id, BUILT_IN_AGENT))

    assert (shop.next_round, shop.agent_ids) == (None, (agent.id,))
    assert both.next_round is not None
    with pytest.raises(Invalid, match="Only agents elsewhere measure this"):
        await monitors.measure_now(night.house, shop.id, NOON)


async def test_a_monitor_is_measured_between_its_rounds_if_somebody_wants_it(
    night: Night, env: Environment
) -> None:
    shop = await monitor(night, env)
    await monitors.measure_now(night.house, shop.id, NOON)
    assert (await monitor_now(night.house, shop.id)).next_round == NOON

    await monitors.change(night.house, shop.id, Wish(paused=True), NOON)
    with pytest.raises(Invalid, match="A paused monitor measures nothing"):
        await monitors.measure_now(night.house, shop.id, NOON)


async def test_a_heartbeat_has_an_address_that_is_found_by_its_hash(
    night: Night, env: Environment
) -> None:
    beat = await monitor(night, env, "Backup", Heartbeat(period=3600))
    url = monitors.heartbeat_url(night.house, beat)

    assert url
    assert url.startswith(f"{URL}/heartbeat/")
    key = url.rpartition("/")[-1]
    assert len(key) == 32
    assert beat.key_hash == digest(key)
    assert await heartbeats.identify(night.house, key) == beat.id
    assert await heartbeats.identify(night.house, "0" * 32) is None
    assert monitors.heartbeat_url(night.house, await monitor(night, env)) is None


async def test_a_heartbeat_is_waited_for_here(night: Night, env: Environment) -> None:
    agent, _ = await agents.create(night.house, "Oslo", NOON)

    with pytest.raises(Invalid, match="A heartbeat is waited for here"):
        await monitor(night, env, "Backup", Heartbeat(period=60), agent_ids=(agent.id,))


async def test_a_job_tells_how_long_it_took(night: Night, env: Environment) -> None:
    beat = await monitor(night, env, "Backup", Heartbeat(period=3600))
    await heartbeats.call(night.house, beat.id, "start", NOON)
    await heartbeats.call(night.house, beat.id, "done", NOON + 90 * SECOND)
    assert (await monitor_now(night.house, beat.id)).took == 90_000

    await heartbeats.call(night.house, beat.id, "done", NOON + 95 * SECOND)
    after = await monitor_now(night.house, beat.id)
    assert (after.took, after.called_at) == (None, NOON + 95 * SECOND)


async def test_a_failed_job_is_judged_at_once(night: Night, env: Environment) -> None:
    beat = await monitor(night, env, "Backup", Heartbeat(period=3600))
    await heartbeats.call(night.house, beat.id, "fail", NOON + SECOND)
    after = await monitor_now(night.house, beat.id)
    assert (after.failed_at, after.next_round) == (NOON + SECOND, NOON + SECOND)

    await monitors.change(night.house, beat.id, Wish(paused=True), NOON)
    await heartbeats.call(night.house, beat.id, "fail", NOON + SECOND)
    assert (await monitor_now(night.house, beat.id)).next_round is None


async def test_a_monitor_shows_what_each_agent_found_last(night: Night, env: Environment) -> None:
    agent, _ = await agents.create(night.house, "Oslo", NOON)
    shop = await monitor(night, env, agent_ids=(agent.id, BUILT_IN_AGENT))
    old = found(shop, night, BROKEN, round=NOON - SECOND)
    ours, theirs = found(shop, night, FINE), found(shop, night, BROKEN, agent_id=agent.id)
    await rounds.record(night.house, [old, ours, theirs], NOON)

    watched = await monitors.get(night.house, shop.id)
    assert {result.agent_id: result for result in watched.results} == {
        BUILT_IN_AGENT: ours,
        agent.id: theirs,
    }


async def test_pausing_or_removing_a_monitor_ends_its_violations(
    night: Night, env: Environment
) -> None:
    shop, other = await monitor(night, env), await monitor(night, env, "Other")
    await rule(night, env)
    await rounds.record(
        night.house, [found(shop, night, BROKEN), found(other, night, BROKEN)], NOON
    )
    assert [len(one.violations) for one in await monitors.find(night.house)] == [1, 1]

    await monitors.change(night.house, shop.id, Wish(paused=True), NOON)
    await monitors.remove(night.house, other.id, NOON)
    async with night.database.read() as tx:
        over = await VIOLATIONS.select(tx)
    assert {one.monitor_name: one.cleared_because for one in over} == {
        "Shop": "monitor paused",
        "Other": "monitor deleted",
    }
    assert (await monitors.get(night.house, shop.id)).violations == []


async def test_no_rule_comes_to_speak_of_all_monitors_because_one_is_removed(
    night: Night, env: Environment
) -> None:
    shop, other = await monitor(night, env), await monitor(night, env, "Other")
    alone, both = await rule(night, env, shop.id), await rule(night, env, shop.id, other.id)
    await monitors.remove(night.house, shop.id, NOON)

    async with night.database.read() as tx:
        after = await RULES.get_many(tx, [alone.id, both.id])
    assert after[alone.id].monitor_ids == (shop.id,)
    assert after[both.id].monitor_ids == (other.id,)


async def test_a_plot_has_a_point_for_each_round_or_for_some(
    night: Night, env: Environment
) -> None:
    shop = await monitor(night, env)
    minute = timedelta(minutes=1)
    seen = [(0, FINE), (1, BROKEN), (2, Measurement(ok=True, values={"response_time": 20}))]
    await rounds.record(
        night.house, [found(shop, night, what, round=NOON + n * minute) for n, what in seen], NOON
    )

    async def plot(**until: float) -> list[tuple[float | None, bool]]:
        points = await monitors.history(
            night.house,
            shop.id,
            value="response_time",
            since=NOON,
            until=NOON + timedelta(**until),
        )
        return [(point.value, point.ok) for point in points]

    assert await plot(minutes=3) == [(12, True), (None, False), (20, True)]
    assert await plot(minutes=1) == [(12, True)]
    assert await plot(days=30) == [(16, False)]


async def test_what_is_not_there_is_not_found(night: Night, env: Environment) -> None:
    for asked in (
        monitors.get(night.house, "PNONE"),
        monitors.change(night.house, "PNONE", Wish(name="A"), NOON),
        monitors.remove(night.house, "PNONE", NOON),
        monitors.measure_now(night.house, "PNONE", NOON),
        monitors.history(night.house, "PNONE", value="x", since=NOON, until=NOON + SECOND),
        monitors.create(night.house, "PNONE", Wish(name="A", target=SHOP), NOON),
    ):
        with pytest.raises(NotFound, match=r"PNONE was not found\."):
            await asked


async def test_a_dsn_that_is_left_blank_stays(night: Night, env: Environment) -> None:
    base = PostgreSql(dsn="postgresql://ann:hidden@db.example.com/shop")
    one = await monitor(night, env, "Database", base)
    changed = await monitors.change(
        night.house, one.id, Wish(target=PostgreSql(dsn="", query="select 2")), NOON
    )

    assert "hidden" not in changed.shown
    assert monitors.target_of(night.house, changed) == PostgreSql(dsn=base.dsn, query="select 2")


async def test_the_list_of_monitors_asks_the_same_few_questions_however_many_there_are(
    night: Night, env: Environment
) -> None:
    asked: list[str] = []

    def hear(*given: Any) -> None:
        asked.append(given[2])

    for n in range(5):
        await monitor(night, env, f"Shop {n}")
    engine = night.database.engine.sync_engine
    sa.event.listen(engine, "before_cursor_execute", hear)
    await monitors.find(night.house)
    sa.event.remove(engine, "before_cursor_execute", hear)

    assert len(asked) == 3
