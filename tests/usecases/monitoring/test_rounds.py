"""Rounds: from what agents found to violations, and to what people are told."""

import asyncio
from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from msgspec.structs import replace

from tests.hearing import channel, deliver, planned, rule, violations
from tests.night import Night
from tests.plans import questions
from tests.watching import BROKEN, FINE, environment, found, monitor
from tocsin.domain.monitoring.environment import Environment
from tocsin.domain.monitoring.monitor import Measurement, Monitor
from tocsin.domain.monitoring.notification_channel import NotificationChannel
from tocsin.store.monitoring import measurements
from tocsin.store.monitoring.alert_rules import RULES
from tocsin.store.monitoring.monitoring_tables import measurements as table
from tocsin.store.monitoring.monitors import MONITORS
from tocsin.store.monitoring.violations import VIOLATIONS
from tocsin.usecases.monitoring import agents, alert_rules, environments, monitors, rounds

MINUTE = timedelta(minutes=1)


@pytest.fixture
async def chat(night: Night, env: Environment) -> NotificationChannel:
    return await channel(night, env)


async def finds(night: Night, one: Monitor, measurement: Measurement, **given: Any) -> int:
    """Let the built-in agent find something, and a minute pass."""
    given = {"round": night.now, "at": night.now} | given
    unwanted = await rounds.record(
        night.house, [found(one, night, measurement, **given)], night.now
    )
    night.passes(minutes=1)
    await deliver(night)
    return unwanted


async def states(night: Night) -> list[str]:
    return [one.state for one in await violations(night)]


async def count(night: Night) -> int:
    async with night.database.read() as tx:
        return int((await tx.execute(sa.select(sa.func.count()).select_from(table))).scalar_one())


async def test_what_is_found_is_written_judged_and_told(
    night: Night, env: Environment, chat: NotificationChannel
) -> None:
    shop = await monitor(night, env)
    down = await rule(night, env)

    for measurement in (FINE, BROKEN, BROKEN, FINE):
        await finds(night, shop, measurement)

    [violation] = await violations(night)
    assert await count(night) == 4
    assert await planned(night) == ["trigger", "resolve"]
    assert (violation.number, violation.rule_id, violation.monitor_id) == (1, down.id, shop.id)
    assert (violation.state, violation.cleared_because) == ("cleared", "recovered")
    assert violation.summary == "Shop: Answered 500"


async def test_many_violations_take_no_more_questions_than_one(
    night: Night, env: Environment, chat: NotificationChannel
) -> None:
    one, *many = [found(await monitor(night, env, f"Shop {n}"), night, BROKEN) for n in range(6)]
    await rule(night, env)

    with questions(night.database) as few:
        await rounds.record(night.house, [one], night.now)
    with questions(night.database) as asked:
        await rounds.record(night.house, many, night.now)

    assert len(asked) == len(few)
    assert await planned(night) == ["trigger"] * 6


async def test_the_same_result_again_changes_nothing(night: Night, env: Environment) -> None:
    shop = await monitor(night, env)
    await rule(night, env)
    same = [found(shop, night, BROKEN)] * 2

    await rounds.record(night.house, same, night.now)
    await rounds.record(night.house, same, night.now)

    assert await count(night) == 1
    assert len(await violations(night)) == 1


async def test_nothing_found_is_nothing_written(night: Night) -> None:
    assert await rounds.record(night.house, [], night.now) == 0


async def test_results_that_nobody_wants_are_dropped_and_counted(
    night: Night, env: Environment
) -> None:
    shop, gone = await monitor(night, env), await monitor(night, env, "Old shop")
    await monitors.remove(night.house, gone.id, night.now)
    batch = [
        found(shop, night, FINE),
        found(shop, night, FINE, agent_id="PSTRANGER"),
        found(gone, night, FINE),
    ]

    assert await rounds.record(night.house, batch, night.now) == 2
    assert await count(night) == 1


async def test_what_was_measured_comes_back_as_it_was(night: Night, env: Environment) -> None:
    shop = await monitor(night, env)
    rich = Measurement(
        ok=False,
        fault_kind="content",
        fault="“Buy” is missing.",
        values={"response_time": 12.5, "records": ["a", "b"], "value": None, "big": 2**53},
    )
    result = found(shop, night, rich)

    await rounds.record(night.house, [result], night.now)

    async with night.database.read() as tx:
        assert await measurements.newest(tx, {shop.id: 9}) == {shop.id: [result]}


async def test_a_paused_monitor_is_written_down_but_not_judged(
    night: Night, env: Environment
) -> None:
    shop = await monitor(night, env, paused=True)
    await rule(night, env)

    await finds(night, shop, BROKEN)

    assert await count(night) == 1
    assert await violations(night) == []


async def test_rules_speak_of_their_monitors_and_no_others(night: Night, env: Environment) -> None:
    shop, blog = await monitor(night, env), await monitor(night, env, "Blog")
    other = await environment(night, "Staging")
    await rule(night, env, "Of the shop", monitor_ids=(shop.id,))
    await rule(night, env, "Of none", enabled=False)
    await rule(night, other, "Elsewhere")

    await rounds.record(night.house, [found(one, night, BROKEN) for one in (shop, blog)], night.now)

    assert [one.rule_name for one in await violations(night)] == ["Of the shop"]


async def test_a_warning_that_becomes_an_alarm_is_told_again_in_the_same_thread(
    night: Night, env: Environment, chat: NotificationChannel
) -> None:
    shop = await monitor(night, env)
    late = Measurement(ok=False, fault_kind="timeout", fault="No answer within 10 s.")
    await rule(night, env, alarm='fault_kind != "timeout" && !ok', warning="!ok")

    await finds(night, shop, late)
    await finds(night, shop, BROKEN)

    [violation] = await violations(night)
    assert (violation.level, violation.severity) == ("alarm", "critical")
    assert await planned(night) == ["trigger", "trigger"]


async def test_agents_that_report_at_once_know_of_each_other(
    night: Night, env: Environment
) -> None:
    names = ("North", "South")
    north, south = [(await agents.create(night.house, name, night.now))[0].id for name in names]
    shop = await monitor(night, env, agent_ids=(north, south))
    await rule(night, env, agents_violating=2)

    await asyncio.gather(
        *(
            rounds.record(night.house, [found(shop, night, BROKEN, agent_id=agent_id)], night.now)
            for agent_id in (north, south)
        )
    )

    [violation] = await violations(night)
    assert (violation.state, violation.agent_ids) == ("active", (north, south))


async def test_nodes_that_find_the_same_at_once_open_one_violation(
    night: Night, env: Environment
) -> None:
    shop = await monitor(night, env)
    await rule(night, env)

    await asyncio.gather(
        *(
            rounds.record(
                night.house,
                [found(shop, night, BROKEN, round=night.now + second)],
                night.now + second,
            )
            for second in (timedelta(seconds=n) for n in range(8))
        )
    )

    assert await states(night) == ["active"]


async def test_a_round_whose_agents_never_report_leaves_nothing_hanging(
    night: Night, env: Environment, chat: NotificationChannel
) -> None:
    names = ("North", "South")
    north, south = [(await agents.create(night.house, name, night.now))[0].id for name in names]
    shop = await monitor(night, env, agent_ids=(north, south))
    await rule(night, env)
    await finds(night, shop, BROKEN, agent_id=north)
    await finds(night, shop, FINE, agent_id=north)
    assert await states(night) == ["active"]

    await rounds.catch_up(night.house, night.now)

    assert await states(night) == ["cleared"]
    assert await planned(night) == ["trigger", "resolve"]


async def test_what_was_tracked_is_forgotten_when_nothing_is_heard(
    night: Night, env: Environment
) -> None:
    shop = await monitor(night, env)
    await rule(night, env, rounds_violating=2, rounds_out_of=3)
    await finds(night, shop, BROKEN)
    await rounds.catch_up(night.house, night.now)
    assert await states(night) == ["tracking"]

    await rounds.catch_up(night.house, night.passes(minutes=9))

    assert await violations(night) == []


async def test_what_is_active_stays_so_while_nothing_is_heard(
    night: Night, env: Environment
) -> None:
    shop = await monitor(night, env)
    await rule(night, env)
    await finds(night, shop, BROKEN)

    await rounds.catch_up(night.house, night.passes(hours=9))

    assert await states(night) == ["active"]


async def test_what_is_left_of_things_that_are_gone_is_cleared(
    night: Night, env: Environment
) -> None:
    names = ("Monitor gone", "Monitor paused", "Rule gone", "Rule disabled")
    shops = [await monitor(night, env, name) for name in names]
    made = [await rule(night, env, one.name, monitor_ids=(one.id,)) for one in shops]
    for one in shops:
        await finds(night, one, BROKEN)
    async with night.database.begin() as tx:
        await MONITORS.delete(tx, shops[0].id)
        await MONITORS.update(tx, replace(shops[1], paused=True))
        await RULES.delete(tx, made[2].id)
        await RULES.update(tx, replace(made[3], enabled=False))

    await rounds.catch_up(night.house, night.now)

    assert {one.monitor_name: one.cleared_because for one in await violations(night)} == {
        "Monitor gone": "monitor deleted",
        "Monitor paused": "monitor paused",
        "Rule gone": "rule deleted",
        "Rule disabled": "rule disabled",
    }


async def test_who_was_told_hears_the_end_when_a_monitor_is_paused_or_removed(
    night: Night, env: Environment, chat: NotificationChannel
) -> None:
    shop, blog = await monitor(night, env), await monitor(night, env, "Blog")
    await rule(night, env)
    await finds(night, shop, BROKEN)
    await finds(night, blog, BROKEN)

    await monitors.change(night.house, shop.id, monitors.Wish(paused=True), night.now)
    await monitors.remove(night.house, blog.id, night.now)

    assert await planned(night) == ["trigger", "trigger", "resolve", "resolve"]
    assert [one.cleared_because for one in await violations(night)] == [
        "monitor paused",
        "monitor deleted",
    ]


async def test_an_agent_that_is_taken_off_a_monitor_holds_no_violation_up(
    night: Night, env: Environment
) -> None:
    names = ("North", "South")
    north, south = [(await agents.create(night.house, name, night.now))[0].id for name in names]
    shop = await monitor(night, env, agent_ids=(north, south))
    await rule(night, env)
    batch = [
        found(shop, night, measurement, agent_id=agent_id)
        for agent_id, measurement in ((north, FINE), (south, BROKEN))
    ]
    await rounds.record(night.house, batch, night.now)

    await monitors.change(night.house, shop.id, monitors.Wish(agent_ids=(north,)), night.now)

    [violation] = await violations(night)
    assert violation.cleared_because == "monitor changed"


async def test_with_an_environment_all_its_violations_end(night: Night, env: Environment) -> None:
    shop = await monitor(night, env)
    await rule(night, env)
    await finds(night, shop, BROKEN)
    await monitors.change(night.house, shop.id, monitors.Wish(paused=True), night.now)

    await environments.remove(night.house, env.id, night.now)

    assert await states(night) == ["cleared"]


async def test_what_goes_to_and_fro_is_told_once_until_it_is_calm(
    night: Night, env: Environment, chat: NotificationChannel
) -> None:
    shop = await monitor(night, env)
    await rule(night, env)
    for _ in range(4):
        await finds(night, shop, BROKEN)
        await finds(night, shop, FINE)
    *_, newest = await violations(night)
    assert (newest.state, newest.flapping) == ("active", True)
    told = await planned(night)
    assert told == [*("trigger", "resolve") * 3, "trigger"]

    for _ in range(13):
        await finds(night, shop, FINE)
    assert await planned(night) == told

    await finds(night, shop, FINE)
    assert await planned(night) == [*told, "resolve"]


async def test_a_storm_of_violations_is_written_in_one_batch(
    night: Night, env: Environment, chat: NotificationChannel
) -> None:
    shops = [await monitor(night, env, f"Shop {n}") for n in range(20)]
    await rule(night, env)

    await rounds.record(night.house, [found(one, night, BROKEN) for one in shops], night.now)

    found_ = await violations(night)
    assert [one.number for one in found_] == list(range(1, 21))
    assert {one.monitor_id for one in found_} == {one.id for one in shops}
    assert await planned(night) == ["trigger"] * 20


async def test_a_rule_that_was_changed_ends_what_does_not_break_it_any_more(
    night: Night, env: Environment, chat: NotificationChannel
) -> None:
    shop = await monitor(night, env)
    down = await rule(night, env)
    await finds(night, shop, BROKEN)
    wish = alert_rules.Wish

    await alert_rules.change(night.house, down.id, wish(name="Out of order"), night.now)
    assert await states(night) == ["active"]

    await alert_rules.change(night.house, down.id, wish(alarm='fault_kind == "dns"'), night.now)
    [violation] = await violations(night)
    assert violation.cleared_because == "rule changed"
    assert await planned(night) == ["trigger", "resolve"]


async def test_violations_that_nobody_was_told_of_leave_no_trace(
    night: Night, env: Environment, chat: NotificationChannel
) -> None:
    shop = await monitor(night, env)
    down = await rule(night, env, rounds_violating=2, rounds_out_of=2)
    await finds(night, shop, BROKEN)

    await alert_rules.remove(night.house, down.id, night.now)

    assert await violations(night) == []
    assert await planned(night) == []
    async with night.database.read() as tx:
        assert await VIOLATIONS.count(tx) == 0
