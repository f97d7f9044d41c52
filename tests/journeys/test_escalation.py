"""Somebody is paged, and if nobody answers somebody else, to the policy's end and behind it."""

from tests.journeys.story import Story


async def test_an_alert_is_mailed_to_whoever_is_first_on_the_policy(story: Story) -> None:
    await story.alert("Disk full")

    assert story.mailed() == ["Ann: Disk full"]


async def test_nobody_answers_and_the_second_level_is_mailed(story: Story) -> None:
    await story.alert("Disk full")
    await story.wait(minutes=4, seconds=59)
    assert story.mailed() == ["Ann: Disk full"]

    await story.wait(seconds=1)
    assert story.mailed() == ["Ben: Disk full"]

    await story.wait(hours=1)
    assert story.mailed() == []


async def test_a_policy_that_repeats_begins_anew_when_it_has_ended(story: Story) -> None:
    await story.change("escalation_policies", story.team.policy.id, num_loops=1)
    await story.alert("Disk full")
    await story.wait(hours=1)

    assert story.mailed() == ["Ann: Disk full", "Ben: Disk full"] * 2


async def test_an_incident_climbs_the_policy_that_stood_when_it_began(story: Story) -> None:
    await story.alert("Disk full")
    await story.change("escalation_policies", story.team.policy.id, num_loops=9)
    await story.wait(hours=1)

    assert story.mailed() == ["Ann: Disk full", "Ben: Disk full"]


async def test_low_urgency_is_mailed_once_and_never_climbs(story: Story) -> None:
    rule = {"type": "constant", "urgency": "severity_based"}
    await story.change("services", story.team.service.id, incident_urgency_rule=rule)
    await story.alert("Disk filling up", "warning")
    await story.wait(hours=1)

    assert story.mailed() == ["Ann: Disk filling up"]


async def test_an_alert_that_grows_worse_is_paged_anew_and_climbs(story: Story) -> None:
    rule = {"type": "constant", "urgency": "severity_based"}
    await story.change("services", story.team.service.id, incident_urgency_rule=rule)
    await story.alert("Disk filling up", "warning")
    await story.wait(minutes=30)
    assert story.mailed() == ["Ann: Disk filling up"]

    await story.alert("Disk filling up", "critical")
    await story.wait(minutes=5)
    assert story.mailed() == ["Ann: Disk filling up", "Ben: Disk filling up"]


async def test_where_nobody_is_on_call_the_owners_are_mailed_and_an_alarm_says_why(
    story: Story,
) -> None:
    schedule = await story.make("schedules", name="Nobody", time_zone="UTC", schedule_layers=[])
    target = {"id": schedule["id"], "type": "schedule_reference"}
    rules = [{"escalation_delay_in_minutes": 5, "targets": [target]}]
    policy = story.team.policy.id
    await story.change("escalation_policies", policy, escalation_rules=rules)
    await story.alert("Disk full")

    assert story.mailed() == ["Ann: Disk full"]
    [alarm] = await story.alarms()
    assert alarm.startswith("Nobody can be paged through the escalation policy Web")


async def test_a_level_where_nobody_is_on_call_is_passed_at_once(story: Story) -> None:
    schedule = await story.make("schedules", name="Nobody", time_zone="UTC", schedule_layers=[])
    empty = [{"id": schedule["id"], "type": "schedule_reference"}]
    ben = [{"id": story.team.ben.id, "type": "user_reference"}]
    rules = [{"escalation_delay_in_minutes": 5, "targets": targets} for targets in (empty, ben)]
    await story.change("escalation_policies", story.team.policy.id, escalation_rules=rules)
    await story.alert("Disk full")

    assert story.mailed() == ["Ben: Disk full"]
    assert await story.alarms() == []
