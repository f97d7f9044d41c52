"""Violations: taken and closed, here or on the other side, and listed."""

from datetime import timedelta
from typing import Any

import pytest

from tests.hearing import channel, deliver, planned, rule, violations
from tests.night import URL, Night
from tests.watching import BROKEN, FINE, environment, found, monitor
from tocsin.domain.monitoring.alert_rule import Violation
from tocsin.domain.monitoring.environment import Environment
from tocsin.domain.monitoring.monitor import Measurement, Monitor
from tocsin.usecases.errors import NotFound
from tocsin.usecases.monitoring import alert_rules, rounds
from tocsin.usecases.monitoring import violations as usecase
from tocsin.usecases.parts import Part

ALL = Part(limit=100, counted=True)
SECOND = timedelta(seconds=1)


@pytest.fixture
async def shop(night: Night, env: Environment) -> Monitor:
    await rule(night, env)
    return await monitor(night, env)


async def finds(night: Night, one: Monitor, measurement: Measurement) -> None:
    await rounds.record(night.house, [found(one, night, measurement)], night.now)
    night.passes(minutes=1)
    await deliver(night)


async def broken(night: Night, one: Monitor) -> Violation:
    """Let a monitor find something bad, and return what came of it."""
    await finds(night, one, BROKEN)
    return (await violations(night))[-1]


async def closed(night: Night, violation: Violation, **given: str) -> Violation:
    told = {"by": "Ann"} | given
    return await usecase.close(
        night.house, violation.id, because="closed by hand", now=night.now - SECOND, **told
    )


async def test_somebody_takes_a_violation_and_all_who_were_told_hear_of_it(
    night: Night, env: Environment, shop: Monitor
) -> None:
    chat, pager = await channel(night, env, "Chat"), await channel(night, env, "Pager")
    violation = await broken(night, shop)

    taken = await usecase.acknowledge(night.house, violation.id, by="Ann", now=night.now)

    assert (taken.acknowledged_by, taken.acknowledged_at) == ("Ann", night.now)
    assert taken == await usecase.get(night.house, violation.id)
    assert await planned(night, chat) == await planned(night, pager) == ["trigger", "acknowledge"]


async def test_whoever_comes_second_changes_nothing(
    night: Night, env: Environment, shop: Monitor
) -> None:
    chat = await channel(night, env)
    violation = await broken(night, shop)
    await usecase.acknowledge(night.house, violation.id, by="Ann", now=night.now)

    taken = await usecase.acknowledge(night.house, violation.id, by="Ben", now=night.now)

    assert taken.acknowledged_by == "Ann"
    assert await planned(night, chat) == ["trigger", "acknowledge"]


async def test_the_channel_that_said_so_is_not_told_again(
    night: Night, env: Environment, shop: Monitor
) -> None:
    chat, pager = await channel(night, env, "Chat"), await channel(night, env, "Pager")
    violation = await broken(night, shop)
    said = {"by": "Ben on the pager", "but": pager.id}

    await usecase.acknowledge(night.house, violation.id, now=night.now, **said)
    await usecase.close(
        night.house, violation.id, because="closed elsewhere", now=night.now, **said
    )

    assert await planned(night, chat) == ["trigger", "acknowledge", "resolve"]
    assert await planned(night, pager) == ["trigger"]
    again = await usecase.get(night.house, violation.id)
    assert (again.cleared_because, again.cleared_by) == ("closed elsewhere", "Ben on the pager")


async def test_what_was_closed_stays_so_until_a_round_was_good(
    night: Night, env: Environment, shop: Monitor
) -> None:
    await closed(night, await broken(night, shop))

    for _ in range(5):
        await finds(night, shop, BROKEN)
    assert [one.state for one in await violations(night)] == ["cleared"]

    await finds(night, shop, FINE)
    assert [one.muted for one in await violations(night)] == [False]

    await finds(night, shop, BROKEN)
    assert [one.state for one in await violations(night)] == ["cleared", "active"]


async def test_what_was_closed_comes_back_when_its_rule_is_changed(
    night: Night, env: Environment, shop: Monitor
) -> None:
    violation = await broken(night, shop)
    await closed(night, violation)

    wish = alert_rules.Wish(alarm="!ok || response_time > 100")
    await alert_rules.change(night.house, violation.rule_id, wish, night.now)
    await finds(night, shop, BROKEN)

    assert [one.state for one in await violations(night)] == ["cleared", "active"]


async def test_what_is_over_is_not_taken_or_closed_again(
    night: Night, env: Environment, shop: Monitor
) -> None:
    chat = await channel(night, env)
    violation = await closed(night, await broken(night, shop))

    assert await closed(night, violation, by="Ben") == violation
    acknowledged = await usecase.acknowledge(night.house, violation.id, by="Ben", now=night.now)
    assert acknowledged == violation
    assert await planned(night, chat) == ["trigger", "resolve"]


async def test_violations_are_listed_the_newest_first(
    night: Night, env: Environment, shop: Monitor
) -> None:
    blog = await monitor(night, await environment(night, "Staging"), "Blog")
    await finds(night, shop, BROKEN)
    await finds(night, shop, FINE)
    second = await broken(night, shop)

    async def numbers(**asked: Any) -> list[int]:
        listed, total = await usecase.find(night.house, ALL, **asked)
        assert total == len(listed)
        return [one.number for one in listed]

    assert await numbers() == await numbers(environment_id=env.id) == [2, 1]
    assert await numbers(rule_id=second.rule_id) == await numbers(monitor_id=shop.id) == [2, 1]
    assert await numbers(monitor_id=blog.id) == []
    assert await numbers(state="active") == [2]
    assert await numbers(state="cleared", monitor_id=shop.id) == [1]


async def test_a_violation_has_a_page(night: Night, env: Environment, shop: Monitor) -> None:
    violation = await broken(night, shop)

    assert usecase.link(night.house, violation) == f"{URL}/violations/{violation.id}"


async def test_what_is_not_there_is_not_found(night: Night) -> None:
    with pytest.raises(NotFound, match=r"Violation QNONE was not found\."):
        await usecase.get(night.house, "QNONE")
    with pytest.raises(NotFound):
        await usecase.acknowledge(night.house, "QNONE", by="Ann", now=night.now)
