"""Whoever is on call by the wall's clock is woken, also after nights of odd lengths."""

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from tests.journeys.story import Story, ref

VIENNA = ZoneInfo("Europe/Vienna")


@pytest.mark.parametrize(
    "night",
    [datetime(2026, 3, 28, 23, tzinfo=VIENNA), datetime(2026, 10, 24, 23, tzinfo=VIENNA)],
    ids=["an hour is missing", "an hour comes twice"],
)
async def test_the_morning_hand_off_is_at_eight_whatever_the_clocks_did_in_the_night(
    story: Story, night: datetime
) -> None:
    ann, ben = story.team.ann, story.team.ben
    evening = night.replace(hour=8)
    layer = {
        "start": evening.isoformat(),
        "rotation_virtual_start": evening.isoformat(),
        "rotation_turn_length_seconds": 86_400,
        "users": [{"user": ref(ann)}, {"user": ref(ben)}],
    }
    schedule = await story.make(
        "schedules", name="Daily", time_zone="Europe/Vienna", schedule_layers=[layer]
    )
    target = {"id": schedule["id"], "type": "schedule_reference"}
    rules = [{"escalation_delay_in_minutes": 60, "targets": [target]}]
    await story.change("escalation_policies", story.team.policy.id, escalation_rules=rules)

    morning = datetime.fromtimestamp(evening.timestamp(), VIENNA).replace(day=evening.day + 1)
    story.now = datetime.fromtimestamp(morning.timestamp() - 60, ZoneInfo("UTC"))
    await story.alert("A minute to eight")
    await story.wait(minutes=1)
    await story.alert("Eight")

    assert story.mailed() == ["Ann: A minute to eight", "Ben: Eight"]
