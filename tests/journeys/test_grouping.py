"""Many alerts of one trouble are one incident: people are paged once, and it ends with the last."""

from typing import Any

from tests.journeys.story import Story


async def set_grouping(story: Story, **config: Any) -> None:
    service = story.team.service.id
    await story.change("services", service, alert_grouping_parameters=config or {"type": None})


async def counts(story: Story, title: str) -> dict[str, int]:
    answer = await story.ask("GET", f"/incidents/{await story.id_of(title)}")
    return dict(answer["incident"]["alert_counts"])


async def test_a_storm_within_the_time_is_one_incident_until_all_of_it_is_clear(
    story: Story,
) -> None:
    await set_grouping(story, type="time", config={"timeout": 10})
    await story.alert("Disk full")
    await story.wait(minutes=1)
    await story.alert("Database slow")
    await story.alert("Checkout down")
    assert story.mailed() == ["Ann: Disk full"]

    await story.wait(minutes=4)
    assert story.mailed() == ["Ben: Disk full"]
    await story.all_clear("Disk full")
    await story.all_clear("Checkout down")
    assert await counts(story, "Disk full") == {"all": 3, "triggered": 1, "resolved": 2}
    assert await story.status("Disk full") == "triggered"

    await story.all_clear("Database slow")
    assert await story.status("Disk full") == "resolved"
    await story.alert("Checkout down")
    assert story.mailed() == ["Ann: Checkout down"]


async def test_each_alert_of_a_group_is_told_with_the_event_that_began_it(story: Story) -> None:
    fields = {"aggregate": "all", "fields": ["source"]}
    await set_grouping(story, type="content_based", config=fields)
    for title in ("Disk full", "Database slow"):
        await story.alert(title)

    path = f"/incidents/{await story.id_of('Disk full')}"
    alerts = (await story.ask("GET", f"{path}/alerts"))["alerts"]
    log = (await story.ask("GET", f"{path}/log_entries?is_overview=true"))["log_entries"]
    began = [alert["first_trigger_log_entry"]["id"] for alert in alerts]
    triggers = [entry for entry in log if entry["type"] == "trigger_log_entry"]
    assert [alert["summary"] for alert in alerts] == ["Disk full", "Database slow"]
    assert sorted(began) == sorted(entry["id"] for entry in triggers)


async def test_an_acknowledged_incident_takes_like_alerts_in_silence(story: Story) -> None:
    await set_grouping(story, type="intelligent", config={"time_window": 600})
    await story.alert("Disk full on db-1")
    await story.answer("Disk full on db-1", status="acknowledged")
    await story.alert("Disk full on db-2")
    await story.alert("Certificate of the shop expires")

    assert story.mailed() == ["Ann: Disk full on db-1", "Ann: Certificate of the shop expires"]
    assert await story.status("Disk full on db-1") == "acknowledged"


async def test_without_grouping_each_alert_is_an_incident_of_its_own(story: Story) -> None:
    await set_grouping(story, type="time", config={"timeout": 0})
    await set_grouping(story)
    await story.alert("Disk full")
    await story.alert("Database slow")

    assert story.mailed() == ["Ann: Disk full", "Ann: Database slow"]
