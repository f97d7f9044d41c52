"""The page of an incident: what it tells, and what its buttons do."""

import re
from html import unescape
from typing import Any

import pytest
import sqlalchemy as sa
from httpx import Response

from tests.night import Night
from tests.web.conftest import Browser, Resident, Visitor, text_of
from tests.web.test_incidents import HOSTILE
from tocsin.domain.people.user import User
from tocsin.domain.response.incident import Incident
from tocsin.store import tables
from tocsin.usecases.response.incidents import Change, by_hand, change, ring


async def test_an_incident_is_found_by_its_id_and_by_its_number(
    browser: Browser, night: Night
) -> None:
    [incident] = await night.trigger("Disk full")

    for name in (incident.id, "1"):
        page = await browser.open(f"/incidents/{name}")
        assert "<h1>Disk full</h1>" in page.text


@pytest.mark.parametrize("name", ["QNOBODY", "999", "%00", "9" * 30, "a-b", "Ä"])
async def test_an_unknown_incident_is_told_kindly(browser: Browser, name: str) -> None:
    page = await browser.open(f"/incidents/{name}")

    assert page.status_code == 404
    assert "There is nothing at this address" in text_of(page)


async def test_the_page_tells_the_whole_story(browser: Browser, night: Night) -> None:
    [incident] = await night.trigger(
        "Disk full",
        component="disk",
        custom_details={"free": "3 %", "mounts": {"/var": 97}},
        links=[{"href": "https://example.com/runbook", "text": "Runbook"}],
        images=[
            {"src": "https://example.com/graph.png", "alt": "The last hour"},
            {"src": "http://example.com/open.png", "alt": "Sent in the open"},
        ],
    )
    said = text_of(page := await browser.open(f"/incidents/{incident.id}"))

    for told in (
        "Ann is being paged. Next: Ben at 13:05 by e-mail, in 5 min.",
        "Who is called next Ben at 13:05 by e-mail",
        "Source db-1",
        "Component disk",
        "free 3 %",
        '"/var": 97',
        "Triggered through the API",
        "Assigned to Ann by the escalation policy",
        "Policy Web Level 1 of 2",
        "No change of this service was reported",
        "Nobody has been told yet.",
    ):
        assert told in said
    assert '<a href="https://example.com/runbook" rel="noreferrer">Runbook</a>' in page.text
    assert '<img src="https://example.com/graph.png" alt="The last hour"' in page.text
    assert '<a href="http://example.com/open.png" rel="noreferrer">Sent in' in page.text
    assert "img-src 'self' https:;" in page.headers["content-security-policy"]


async def test_each_delivery_tells_what_became_of_it(browser: Browser, night: Night) -> None:
    [incident] = await night.trigger("Disk full")
    for status, detail in (("success", "250 OK"), ("failed", "550 No such person")):
        values = {"id": f"Q{status[:12].upper()}", "incident_id": incident.id, "at": night.now}
        values |= {"user_id": night.team.ann.id, "kind": "email", "address": "ann@example.com"}
        values |= {"status": status, "detail": detail}
        await night.sql(sa.insert(tables.notifications).values(values))
    said = text_of(await browser.open(f"/incidents/{incident.id}"))

    assert "Ann by e-mail, 13:00 Sent a***@example.com" in said
    assert "Failed: 550 No such person" in said


async def test_hostile_words_stay_words(browser: Browser, night: Night) -> None:
    [incident] = await night.trigger(
        HOSTILE,
        custom_details={HOSTILE: HOSTILE, "list": [HOSTILE]},
        links=[{"href": "javascript:alert(1)", "text": HOSTILE}],
        images=[{"src": "data:text/html,x", "href": HOSTILE, "alt": HOSTILE}],
        client_url="JaVaScRiPt:alert(1)",
        **dict.fromkeys(("client", "source", "component", "group", "event_class"), HOSTILE),
    )
    await browser.press(incident.id, "note", note=HOSTILE)
    await browser.press(incident.id, "resolve", resolution=HOSTILE)
    await browser.press(incident.id, "take")
    here = f"/incidents/{incident.id}"
    others = (f"/incidents/reassign?id={incident.id}", f"/incidents/merge?id={incident.id}")

    for path in ("/incidents", here, f"{here}?timeline=short", f"{here}/edit", *others):
        page = await browser.open(path)
        assert page.status_code == 200
        assert not re.search(r"<(script>|img)|javascript:|href=\"data:", page.text)
        assert "{{ 7*7 }}" in page.text
        assert HOSTILE in unescape(page.text)


async def test_acknowledging_is_one_button(browser: Browser, night: Night, carol: User) -> None:
    [incident] = await night.trigger("Disk full")
    said = text_of(await browser.press(incident.id, "acknowledge"))

    [after] = await night.incidents()
    assert after.status == "acknowledged"
    assert [a.by.id for a in after.acknowledgements] == [carol.id]
    assert "You have it. The pages have stopped." in said
    assert "Carol acknowledged it just now." in said
    assert "Acknowledged by Carol" in said


async def test_a_second_tap_on_acknowledge_does_no_harm(browser: Browser, night: Night) -> None:
    [incident] = await night.trigger("Disk full")
    for _ in range(2):
        page = await browser.press(incident.id, "acknowledge")
        assert buttons(page)[0] == "Acknowledge again"

    assert (await night.incidents())[0].status == "acknowledged"


async def test_every_button_does_what_it_says(browser: Browser, night: Night) -> None:
    [incident] = await night.trigger("Disk full")
    for button, fields, status, told in (
        ("escalate", {"level": "2"}, "triggered", "Ben is being paged."),
        ("acknowledge", {}, "acknowledged", "Carol acknowledged it"),
        ("hand-back", {}, "triggered", "Ben is being paged."),
        ("snooze", {"for": "hour"}, "acknowledged", "Snoozed: the pages begin again in 1 h."),
        ("snooze", {"for": "four"}, "acknowledged", "Snoozed for 4 hours. Then the pages"),
        ("snooze", {"for": "morning"}, "acknowledged", "Snoozed until Tue 3 Mar 08:00."),
        ("resolve", {"resolution": "Rebooted."}, "resolved", "Resolved just now by Carol."),
        ("reopen", {}, "triggered", "Reopened by Carol"),
    ):
        assert told in text_of(await browser.press(incident.id, button, **fields))
        assert (await night.incidents())[0].status == status


async def test_what_makes_no_sense_now_is_said_beside_the_incident(
    browser: Browser, night: Night
) -> None:
    [incident] = await night.trigger("Disk full")
    stale = await browser.open(f"/incidents/{incident.id}")
    await browser.press(incident.id, "resolve")
    answer = await browser.send(stale, f"/incidents/{incident.id}/acknowledge")

    assert answer.status_code == 409
    assert 'role="alert"' in answer.text
    assert "<h1>Disk full</h1>" in answer.text


async def test_two_clicks_climb_one_level(browser: Browser, night: Night) -> None:
    [incident] = await night.trigger("Disk full")
    page = await browser.open(f"/incidents/{incident.id}")
    for _ in range(2):
        await browser.send(page, f"/incidents/{incident.id}/escalate", level="2")

    assert (await night.incidents())[0].level == 1


@pytest.mark.parametrize("role", ["observer", "read_only_user", "restricted_access"])
async def test_whoever_only_reads_sees_no_button_and_can_press_none(
    resident: Resident, visitor: Visitor, night: Night, role: str
) -> None:
    browser = await visitor(await resident("Otto", role=role))
    [incident] = await night.trigger("Disk full")
    page = await browser.open(f"/incidents/{incident.id}")
    answer = await browser.send(page, f"/incidents/{incident.id}/resolve")

    assert "Acknowledge" not in text_of(page)
    assert answer.status_code == 403
    assert "Your role does not allow this." in text_of(answer)
    assert (await night.incidents())[0].status == "triggered"


async def test_a_button_without_its_proof_does_nothing(browser: Browser, night: Night) -> None:
    [incident] = await night.trigger("Disk full")
    answer = await browser.http.post(f"/incidents/{incident.id}/acknowledge")

    assert answer.status_code == 403
    assert (await night.incidents())[0].status == "triggered"


@pytest.mark.parametrize(
    ("path", "fields", "status"),
    [
        ("{}/explode", {}, 404),
        ("{}/escalate", {}, 400),
        ("{}/escalate", {"level": "x"}, 400),
        ("{}/escalate", {"level": "99"}, 409),
        ("{}/snooze", {"for": "ever"}, 400),
        ("{}/reopen", {}, 409),
        ("{}/note", {"note": " "}, 409),
        ("{}/remove-note", {"id": "QNOBODY"}, 404),
        ("{}/move-alert", {"number": "77"}, 409),
        ("{}/resolve-alert", {"alert": "QNOBODY"}, 404),
        ("QNOBODY/acknowledge", {}, 404),
    ],
)
async def test_senseless_buttons_are_refused(
    browser: Browser, night: Night, path: str, fields: dict[str, str], status: int
) -> None:
    [incident] = await night.trigger("Disk full")
    page = await browser.open("/incidents")
    answer = await browser.send(page, f"/incidents/{path.format(incident.id)}", **fields)

    assert answer.status_code == status
    assert answer.headers["content-type"].startswith("text/html")


@pytest.mark.parametrize("button", ["acknowledge", "hand-back", "snooze", "resolve"])
async def test_nothing_opens_what_is_over_in_the_meantime(
    browser: Browser, night: Night, button: str
) -> None:
    [incident] = await night.trigger("Disk full")
    await browser.press(incident.id, "resolve")
    answer = await browser.press(incident.id, button, **{"for": "hour"})

    assert answer.status_code == 409
    assert (await night.incidents())[0].status == "resolved"


async def test_a_resolution_can_be_taken_back_and_pages_nobody(
    browser: Browser, night: Night, carol: User
) -> None:
    [incident] = await night.trigger("Disk full")
    page = await browser.press(incident.id, "resolve")
    planned = len(await night.work())
    assert f'action="/incidents/{incident.id}/take"' in page.text
    said = text_of(await browser.press(incident.id, "take"))

    assert "Open again, and yours. Nobody is paged." in said
    assert "Carol acknowledged it just now." in said
    assert len(await night.work()) == planned


async def test_who_is_called_next_is_told_with_time_and_way(browser: Browser, night: Night) -> None:
    await night.give(night.team.ann, "sms", "5550100", minutes=3)
    await night.give(night.team.ben, "phone", "5550101", minutes=2)
    [incident] = await night.trigger("Disk full")
    said = text_of(await browser.open(f"/incidents/{incident.id}"))
    assert "Next: Ann at 13:03 by SMS, in 3 min. Then Ben at 13:05 by e-mail." in said
    assert "Ann at 13:03 by SMS Ben at 13:05 by e-mail Ben at 13:07 by telephone" in said

    said = text_of(await browser.press(incident.id, "escalate", level="2"))
    assert "Ben is being paged. Next: Ben at 13:02 by telephone" in said
    assert "Nobody comes after that: the escalation policy ends here." in said


@pytest.mark.parametrize(
    ("given", "told"),
    [
        ({"urgency": "low"}, "With low urgency nobody else is called."),
        ({"assignees": True}, "It was given to one person by hand: nobody comes after."),
    ],
)
async def test_where_nobody_comes_next_it_says_why(
    browser: Browser, night: Night, given: dict[str, Any], told: str
) -> None:
    [incident] = await night.trigger("Disk full")
    if "assignees" in given:
        given = {"assignees": (night.team.ben.id,)}
    await _change(night, incident, **given)

    assert told in text_of(await browser.open(f"/incidents/{incident.id}"))


async def test_what_resolved_by_itself_says_so(browser: Browser, night: Night) -> None:
    [incident] = await night.trigger("Disk full")
    works = [work for work in await night.work("timer") if work.kind == "auto_resolve"]
    await ring(night.house, works, night.passes(hours=4))
    said = text_of(await browser.open(f"/incidents/{incident.id}"))

    assert "Resolved just now by timeout." in said


async def test_a_timeline_of_several_days_names_them(browser: Browser, night: Night) -> None:
    [incident] = await night.trigger("Disk full")
    night.passes(days=1)
    page = await browser.press(incident.id, "note", note="Still so")

    assert re.findall(r'<li class="day"[^>]*>([^<]+)<', page.text) == ["Mon 2 Mar"]
    assert "13:00 Note added by Carol Still so Mon 2 Mar 13:00 Assigned to Ann" in text_of(page)


async def test_each_level_can_be_asked_by_hand(browser: Browser, night: Night) -> None:
    [incident] = await night.trigger("Disk full")
    page = await browser.open(f"/incidents/{incident.id}")

    assert [told for told in buttons(page) if told.startswith("Level")] == [
        "Level 2: Ben",
        "Level 1: Ann",
    ]


async def test_one_alert_is_resolved_opened_again_and_moved(browser: Browser, night: Night) -> None:
    first, second = await night.trigger("First", "Second")
    await night.sql(sa.update(tables.alerts).values(incident_id=first.id))
    page = await browser.open(f"/incidents/{first.id}")
    [_, alert] = sorted(set(re.findall(r'id="alert-(\w+)"', page.text)))

    page = await browser.press(first.id, "resolve-alert", alert=alert)
    assert "The alert was resolved." in text_of(page)
    assert "Not over: open it again" in buttons(page)
    page = await browser.press(first.id, "trigger-alert", alert=alert)
    assert "The alert is open again." in text_of(page)
    page = await browser.press(first.id, "move-alert", alert=alert, number=f"#{second.number}")
    assert "The alert was moved." in text_of(page)
    assert f'id="alert-{alert}"' not in page.text
    assert f'id="alert-{alert}"' in (await browser.open(f"/incidents/{second.id}")).text


async def test_many_alerts_and_entries_come_in_parts(browser: Browser, night: Night) -> None:
    [incident, *_] = await night.trigger("First", *(f"Alert {n}" for n in range(24)))
    await night.sql(sa.update(tables.alerts).values(incident_id=incident.id))
    await night.sql(sa.update(tables.log_entries).values(incident_id=incident.id))
    first = await browser.open(f"/incidents/{incident.id}")
    second = await browser.open(f"/incidents/{incident.id}?alerts=2")

    assert (first.text.count('class="alert"'), second.text.count('class="alert"')) == (20, 5)
    assert f"/incidents/{incident.id}?alerts=2#alerts" in first.text
    assert "Newer alerts" in text_of(second)
    assert "There is no such page of alerts." in text_of(
        await browser.open(f"/incidents/{incident.id}?alerts=9")
    )


async def test_the_timeline_can_leave_out_who_was_notified(browser: Browser, night: Night) -> None:
    [incident] = await night.trigger("Disk full")
    entry: dict[str, Any] = {"id": "QENTRY", "incident_id": incident.id, "type": "notify_log_entry"}
    entry |= {"at": night.now, "body": {"agent": None, "channel": {"type": "auto"}}}
    entry["body"]["details"] = {"user": night.team.ann.id}
    await night.sql(sa.insert(tables.log_entries).values(entry))

    assert "Notified Ann" in text_of(await browser.open(f"/incidents/{incident.id}"))
    short = await browser.open(f"/incidents/{incident.id}?timeline=short")
    assert "Notified Ann" not in text_of(short)
    assert "Assigned to Ann" in text_of(short)


async def test_changes_just_before_it_are_told(browser: Browser, night: Night) -> None:
    change_event: dict[str, Any] = {"summary": "Deployed 1.2", "source": "ci"}
    change_event |= {"links": [{"href": "https://example.com/diff", "text": "Diff"}]}
    row: dict[str, Any] = {
        "id": "QCHANGE",
        "service_id": night.team.service.id,
        "summary": "Deployed 1.2",
    }
    row |= {"integration_id": night.team.integration.id, "at": night.now, "body": change_event}
    await night.sql(sa.insert(tables.change_events).values(row))
    night.passes(minutes=5)
    [incident] = await night.trigger("Disk full")
    page = await browser.open(f"/incidents/{incident.id}")

    assert "Changes before it Deployed 1.2 13:00, ci" in text_of(page)
    assert '<a href="https://example.com/diff" rel="noreferrer">Diff</a>' in page.text


async def test_a_merged_incident_says_where_it_goes_on(browser: Browser, night: Night) -> None:
    first, second = await night.trigger("First", "Second")
    page = await browser.open(f"/incidents/merge?id={second.id}")
    await browser.send(page, "/incidents/merge", id=second.id, target=first.id)
    page = await browser.open(f"/incidents/{second.id}")

    assert "This goes on in #1 First" in text_of(page)
    assert "Reopen" not in buttons(page)


def buttons(page: Response) -> list[str]:
    """Return what the buttons for acting on an incident say."""
    acts = page.text.partition('class="actions')[2]
    return [told.strip() for told in re.findall(r"<button[^>]*>([^<]+)<", acts)]


async def _change(night: Night, incident: Incident, **given: Any) -> None:
    wanted = Change(incident_id=incident.id, **given)
    await change(night.house, [wanted], by_hand(night.team.ann), night.now)
