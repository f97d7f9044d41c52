"""Open pages of the monitoring side follow what is measured, found and told."""

from datetime import timedelta

import pytest

from tests.night import Night
from tests.watching import environment
from tests.web.watching import BROKEN, FINE, channel, measure, monitor, rule
from tocsin.usecases import news
from tocsin.usecases.monitoring import notification_channels, violations
from tocsin.usecases.parts import Part
from tocsin.web.hub import Live


async def test_a_page_of_a_monitor_hears_of_its_rounds_and_of_no_others(night: Night) -> None:
    env = await environment(night)
    one, other = await monitor(night, env), await monitor(night, env, "Other")
    async with Live(night.house).follow(f"monitor:{one.id}") as follower:
        await measure(night, other, FINE)
        assert not await follower.rings(within=1)
        await measure(night, one, FINE)
        assert await follower.rings(within=5)


async def test_a_list_of_monitors_hears_of_any_round_and_any_violation(night: Night) -> None:
    env = await environment(night)
    await rule(night, env)
    one = await monitor(night, env)
    async with Live(night.house).follow("monitors") as follower:
        await measure(night, one, FINE)
        assert await follower.rings(within=5)
        night.passes(minutes=1)
        await measure(night, one, BROKEN)
        assert await follower.rings(within=5)


async def test_a_page_of_a_violation_hears_that_somebody_took_it(night: Night) -> None:
    env = await environment(night)
    await rule(night, env)
    await measure(night, await monitor(night, env), BROKEN)
    [found], _ = await violations.find(night.house, Part(limit=1))
    async with Live(night.house).follow(f"violation:{found.id}") as follower:
        now = night.passes(seconds=1)
        await violations.acknowledge(night.house, found.id, by="Ann", now=now)
        assert await follower.rings(within=5)


async def test_a_page_of_a_channel_hears_of_what_it_is_told(night: Night) -> None:
    told = await channel(night, await environment(night))
    async with Live(night.house).follow(f"destination:{told.id}") as follower:
        await notification_channels.try_out(night.house, told.id, "trigger", night.now)
        assert await follower.rings(within=5)


@pytest.mark.parametrize(("seconds", "is_stale"), [(0, True), (60, False)])
async def test_a_page_is_stale_if_something_was_measured_since(
    night: Night, seconds: int, is_stale: bool
) -> None:
    one = await monitor(night, await environment(night))
    await measure(night, one, FINE)
    since = night.now + timedelta(seconds=seconds)

    for topic in (f"monitor:{one.id}", "monitors"):
        assert await news.is_stale(night.house, topic, since) is is_stale
    assert not await news.is_stale(night.house, "monitor:QX", since)


async def test_a_page_is_stale_if_a_violation_was_closed_since(night: Night) -> None:
    env = await environment(night)
    await rule(night, env)
    one = await monitor(night, env)
    await measure(night, one, BROKEN)
    [found], _ = await violations.find(night.house, Part(limit=1))
    since = night.passes(minutes=1)
    closed = night.passes(seconds=1)
    await violations.close(night.house, found.id, by="Ann", because="closed by hand", now=closed)

    for topic in (f"monitor:{one.id}", "monitors"):
        assert await news.is_stale(night.house, topic, since)
        assert not await news.is_stale(night.house, topic, night.passes(minutes=1))
