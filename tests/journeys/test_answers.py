"""Somebody answers: what stops, what waits, and what begins again by itself."""

from tests.journeys.story import Story, assigned_to


async def test_an_acknowledgement_stops_the_mails(story: Story) -> None:
    await story.alert("Disk full")
    await story.answer("Disk full", status="acknowledged")
    await story.wait(minutes=29)

    assert story.mailed() == ["Ann: Disk full"]
    assert await story.status("Disk full") == "acknowledged"


async def test_an_acknowledgement_that_times_out_is_paged_again_and_climbs(story: Story) -> None:
    await story.alert("Disk full")
    await story.answer("Disk full", status="acknowledged")
    story.mailed()

    await story.wait(minutes=30)
    assert story.mailed() == ["Ann: Disk full"]
    await story.wait(minutes=5)
    assert story.mailed() == ["Ben: Disk full"]


async def test_monitoring_acknowledges_as_people_do(story: Story) -> None:
    await story.alert("Disk full")
    await story.acknowledge_by_event("Disk full")
    await story.wait(minutes=29)

    assert story.mailed() == ["Ann: Disk full"]


async def test_the_all_clear_ends_it_before_the_next_level_is_woken(story: Story) -> None:
    await story.alert("Disk full")
    await story.wait(minutes=4)
    await story.all_clear("Disk full")
    await story.wait(hours=5)

    assert story.mailed() == ["Ann: Disk full"]
    assert await story.status("Disk full") == "resolved"


async def test_what_is_resolved_and_breaks_again_is_a_new_incident(story: Story) -> None:
    await story.alert("Disk full")
    await story.answer("Disk full", status="resolved")
    await story.alert("Disk full")

    assert story.mailed() == ["Ann: Disk full"] * 2
    assert [incident.status for incident in await story.incidents()] == ["resolved", "triggered"]


async def test_a_snooze_ends_and_the_page_comes_again(story: Story) -> None:
    await story.alert("Disk full")
    await story.answer("Disk full", status="acknowledged")
    path = f"/incidents/{await story.id_of('Disk full')}/snooze"
    await story.ask("POST", path, {"duration": 7200})
    await story.wait(hours=1, minutes=59)
    assert story.mailed() == ["Ann: Disk full"]

    await story.wait(minutes=1)
    assert story.mailed() == ["Ann: Disk full"]


async def test_a_reassigned_incident_pages_its_new_assignee_and_nobody_else(story: Story) -> None:
    await story.alert("Disk full")
    story.mailed()
    await story.answer("Disk full", assignments=assigned_to(story.team.ben))
    await story.wait(hours=1)

    assert story.mailed() == ["Ben: Disk full"]


async def test_pages_that_were_planned_for_later_are_not_sent_after_an_answer(story: Story) -> None:
    await story.give(story.team.ann, "email", "ann.again@example.com", minutes=2)
    await story.alert("Disk full")
    await story.wait(minutes=1)
    await story.answer("Disk full", status="acknowledged")
    await story.wait(minutes=10)

    assert story.mailed() == ["Ann: Disk full"]


async def test_alerts_in_a_maintenance_window_wake_nobody(story: Story) -> None:
    window = await story.make(
        "maintenance_windows",
        start_time="2026-03-02T12:00:00Z",
        end_time="2026-03-02T13:00:00Z",
        services=[{"id": story.team.service.id, "type": "service_reference"}],
    )
    assert window["services"][0]["id"] == story.team.service.id
    await story.alert("Disk full")
    await story.wait(minutes=30)
    assert story.mailed() == []

    await story.wait(minutes=31)
    await story.alert("Disk really full")
    assert story.mailed() == ["Ann: Disk really full"]


async def test_what_nobody_resolves_is_resolved_in_the_end(story: Story) -> None:
    await story.alert("Disk full")
    await story.wait(hours=3, minutes=59)
    assert await story.status("Disk full") == "triggered"

    await story.wait(minutes=1)
    assert await story.status("Disk full") == "resolved"
