"""Monitors tell this very server: what an alert rule finds becomes an incident, and ends it."""

from collections.abc import AsyncIterator
from typing import Any

import pytest

from tests import watching
from tests.domain.guide import as_pasted
from tests.journeys.story import Story
from tocsin.auth.keys import issue
from tocsin.domain.monitoring.alert_rule import Violation
from tocsin.domain.monitoring.channel_config import Config, PagerDuty
from tocsin.domain.monitoring.monitor import Measurement, Monitor, Result
from tocsin.usecases.monitoring import (
    agents,
    alert_rules,
    environments,
    notification_channels,
    rounds,
    violations,
)
from tocsin.usecases.parts import Part


class Shop:
    """A shop that an agent in Vienna measures; a slow page is a warning, a very slow one worse."""

    def __init__(self, story: Story, url: str, monitor: Monitor) -> None:
        self.story = story
        self.url = url
        self.monitor = monitor

    async def tell(self, config: Config) -> str:
        """Let a channel hear of everything in the environment."""
        house, now = self.story.house, self.story.now
        wish = notification_channels.Wish(name="Pager", config=config)
        env_id = self.monitor.environment_id
        channel = await notification_channels.create(house, env_id, wish, now)
        await environments.change(house, env_id, environments.Wish(channel_ids=(channel.id,)))
        return channel.id

    async def answers_in(self, milliseconds: int) -> None:
        """Let the agent measure, and everything follow from it."""
        await self.story.wait(minutes=1)
        result = Result(
            monitor_id=self.monitor.id,
            agent_id=self.monitor.agent_ids[0],
            round=self.story.now,
            at=self.story.now,
            measurement=Measurement(ok=True, values={"response_time": milliseconds}),
        )
        await rounds.record(self.story.house, [result], self.story.now)
        await self.story.wait()

    async def violation(self) -> Violation:
        """Return the newest violation."""
        found, _ = await violations.find(self.story.house, Part(limit=5))
        return found[0]

    async def incidents(self) -> list[dict[str, Any]]:
        """Return all incidents as the API shows them."""
        return list((await self.story.ask("GET", "/incidents"))["incidents"])

    async def stands(self) -> list[tuple[str, str]]:
        """Say how urgent each incident is, and how it stands."""
        return [(one["urgency"], one["status"]) for one in await self.incidents()]


@pytest.fixture
async def shop(story: Story) -> AsyncIterator[Shop]:
    env = await watching.environment(story, "Shop")
    agent, _ = await agents.create(story.house, "Vienna", story.now)
    monitor = await watching.monitor(story, env, "Cart", agent_ids=(agent.id,))
    rule = alert_rules.Wish(
        name="Slow pages", alarm="response_time > 500", warning="response_time > 200"
    )
    await alert_rules.create(story.house, env.id, rule, story.now)
    urgency = {"type": "constant", "urgency": "severity_based"}
    await story.change("services", story.team.service.id, incident_urgency_rule=urgency)
    async with story.serve() as url:
        yield Shop(story, url, monitor)


async def test_a_warning_is_a_low_urgency_incident_that_an_alarm_raises(shop: Shop) -> None:
    await shop.tell(PagerDuty(integration_key=shop.story.team.key, base_url=shop.url))

    await shop.answers_in(300)
    assert await shop.stands() == [("low", "triggered")]
    await shop.answers_in(800)
    assert await shop.stands() == [("high", "triggered")]
    await shop.answers_in(20)
    assert await shop.stands() == [("high", "resolved")]

    assert await shop.story.alarms() == []


async def test_an_alarm_is_a_high_urgency_incident_that_leads_back_to_the_monitor(
    shop: Shop,
) -> None:
    await shop.tell(PagerDuty(integration_key=shop.story.team.key, base_url=shop.url))

    await shop.answers_in(800)

    violation = await shop.violation()
    [incident] = await shop.incidents()
    assert (incident["urgency"], incident["title"]) == ("high", violation.summary)
    assert incident["incident_key"] == violation.id
    path = f"/incidents/{incident['id']}/alerts"
    [alert] = (await shop.story.ask("GET", path))["alerts"]
    link = f"https://oncall.example.com/violations/{violation.id}"
    assert link in str(alert["body"]["contexts"])
    assert alert["body"]["details"]["values"] == {"response_time": 800}
    assert alert["body"]["details"]["agents"] == "Vienna"


async def test_who_acknowledges_the_violation_acknowledges_the_incident(shop: Shop) -> None:
    await shop.tell(PagerDuty(integration_key=shop.story.team.key, base_url=shop.url))
    await shop.answers_in(800)
    violation = await shop.violation()

    await violations.acknowledge(shop.story.house, violation.id, by="Ann", now=shop.story.now)
    await shop.story.wait()

    assert await shop.stands() == [("high", "acknowledged")]


async def test_an_old_key_is_told_in_version_1(shop: Shop) -> None:
    config = PagerDuty(integration_key=shop.story.team.key, base_url=shop.url, dialect="v1")
    await shop.tell(config)

    await shop.answers_in(800)
    assert await shop.stands() == [("high", "triggered")]
    await shop.answers_in(20)
    assert await shop.stands() == [("high", "resolved")]


async def test_a_removed_channel_leaves_no_incident_open(shop: Shop) -> None:
    id_ = await shop.tell(PagerDuty(integration_key=shop.story.team.key, base_url=shop.url))
    await shop.answers_in(800)

    await notification_channels.remove(shop.story.house, id_, shop.story.now)
    await shop.story.wait()

    assert await shop.stands() == [("high", "resolved")]


async def test_requests_copied_from_a_guide_begin_and_end_an_incident(shop: Shop) -> None:
    story = shop.story
    async with story.database.begin() as tx:
        _, token = await issue(tx, description="CoScale", now=story.now)
    config = as_pasted(
        base_url=shop.url,
        token=token,
        email="ann@example.com",
        service_id=story.team.service.id,
    )
    await shop.tell(config)

    await shop.answers_in(300)
    [incident] = await shop.incidents()
    violation = await shop.violation()
    assert incident["title"].startswith(
        f"Alert triggered for {violation.summary} response_time > 200 https://shop.example.com/"
        " from Vienna at "
    )
    await shop.answers_in(800)
    await violations.acknowledge(story.house, violation.id, by="Ann", now=story.now)
    await story.wait()
    assert [status for _, status in await shop.stands()] == ["acknowledged"]
    await shop.answers_in(20)

    assert [status for _, status in await shop.stands()] == ["resolved"]
    assert await story.alarms() == []


async def test_a_key_that_nobody_knows_is_not_taken_for_a_success(shop: Shop) -> None:
    id_ = await shop.tell(PagerDuty(integration_key="0" * 32, base_url=shop.url))

    await shop.answers_in(800)

    known = await notification_channels.get(shop.story.house, id_)
    assert known.channel.proof == "failed"
    assert "Invalid routing key" in known.channel.last_detail
    assert "did not take the trigger" in (await shop.story.alarms())[0]
