"""The pages of incidents: what they show, and what their buttons do."""

import re

import pytest
import sqlalchemy as sa

from tests.night import Night
from tests.web.conftest import Browser, Resident, Visitor, text_of
from tocsin.domain.user import User
from tocsin.store import tables

HOSTILE = '<script>alert(1)</script>"><img src=x onerror=alert(1)>{{ 7*7 }}'


async def test_the_list_tells_what_is_wrong_and_who_has_it(browser: Browser, night: Night) -> None:
    await night.trigger("Disk full")
    night.passes(minutes=3)
    page = await browser.open("/incidents")

    assert page.status_code == 200
    for said in ("1 triggered", "Disk full", "#1 · Checkout", "3 min ago", "Ann", "Next: Ben"):
        assert said in text_of(page)
    assert 'title="Mon 2 Mar 2026, 13:00:00 (Europe/Vienna)"' in page.text


async def test_what_is_triggered_comes_first_then_the_newest(
    browser: Browser, night: Night
) -> None:
    for name in ("First", "Second", "Third"):
        await night.trigger(name)
        night.passes(minutes=1)
    await night.acknowledge((await night.incidents())[-1])
    page = await browser.open("/incidents")

    assert re.findall(r'<h2><a href="[^"]+" data-row-link>(\w+)</a>', page.text) == [
        "Second",
        "First",
        "Third",
    ]


async def test_each_filter_shows_its_own(browser: Browser, night: Night) -> None:
    [noisy, known, over] = await night.trigger("Noisy", "Known", "Over")
    await night.acknowledge(known)
    await browser.press(over.id, "resolve")

    for status, titles in (
        ("", {"Noisy", "Known"}),
        ("triggered", {"Noisy"}),
        ("acknowledged", {"Known"}),
        ("resolved", {"Over"}),
        ("nonsense", {"Noisy", "Known"}),
    ):
        page = await browser.open(f"/incidents?status={status}")
        assert set(re.findall(r'<h2><a href="[^"]+" data-row-link>(\w+)</a>', page.text)) == titles
    assert noisy.number == 1


async def test_a_long_list_has_pages(browser: Browser, night: Night) -> None:
    await night.trigger(*(f"Alert {n}" for n in range(30)))
    first = await browser.open("/incidents")
    second = await browser.open("/incidents?page=2")

    assert first.text.count('<li class="row') == 25
    assert second.text.count('<li class="row') == 5
    assert 'href="/incidents?page=2"' in first.text
    assert 'rel="next"' not in second.text


@pytest.mark.parametrize("page", ["0", "-1", "x", "99999999999", "²", "%00"])
async def test_a_page_that_is_no_number_is_no_accident(browser: Browser, page: str) -> None:
    assert (await browser.open(f"/incidents?page={page}")).status_code == 200


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
        images=[{"src": "https://example.com/graph.png", "alt": "The last hour"}],
    )
    said = text_of(page := await browser.open(f"/incidents/{incident.id}"))

    for told in (
        "Ann is being paged. Next: Ben at 13:05, in 5 min.",
        "Source db-1",
        "Component disk",
        "free 3 %",
        '"/var": 97',
        "Triggered through the API",
        "Assigned to Ann by the escalation policy",
        "Escalation policy Web Level 1 of 2",
        "Nobody has been told yet.",
    ):
        assert told in said
    assert '<a href="https://example.com/runbook" rel="noreferrer">Runbook</a>' in page.text
    assert '<a href="https://example.com/graph.png" rel="noreferrer">The last hour</a>' in page.text


async def test_each_delivery_tells_what_became_of_it(browser: Browser, night: Night) -> None:
    [incident] = await night.trigger("Disk full")
    for status, detail in (("success", "250 OK"), ("failed", "550 No such person")):
        values = {"id": f"Q{status[:12].upper()}", "incident_id": incident.id, "at": night.now}
        values |= {"user_id": night.team.ann.id, "kind": "email", "address": "ann@example.com"}
        values |= {"status": status, "detail": detail}
        await night.sql(sa.insert(tables.notifications).values(values))
    said = text_of(await browser.open(f"/incidents/{incident.id}"))

    assert "Ann by e-mail, 13:00 Sent ann@example.com" in said
    assert "Failed: 550 No such person" in said


async def test_hostile_words_stay_words(browser: Browser, night: Night) -> None:
    [incident] = await night.trigger(
        HOSTILE,
        custom_details={HOSTILE: HOSTILE, "list": [HOSTILE]},
        links=[{"href": "javascript:alert(1)", "text": HOSTILE}],
        images=[{"src": "data:text/html,x", "href": HOSTILE}],
        client=HOSTILE,
        client_url="JaVaScRiPt:alert(1)",
    )

    for path in ("/incidents", f"/incidents/{incident.id}"):
        page = await browser.open(path)
        assert page.status_code == 200
        assert not re.search(r"<(script>|img)|javascript:|href=\"data:", page.text)
        assert "{{ 7*7 }}" in page.text
        assert HOSTILE in text_of(page)


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
    buttons = []
    for _ in range(2):
        page = await browser.press(incident.id, "acknowledge")
        buttons.append(re.findall(r"<button[^>]*>([^<]+)<", page.text)[1])

    assert buttons == ["Acknowledge again"] * 2
    assert (await night.incidents())[0].status == "acknowledged"


async def test_every_button_does_what_it_says(browser: Browser, night: Night) -> None:
    [incident] = await night.trigger("Disk full")
    for button, status, told in (
        ("escalate", "triggered", "Ben is being paged."),
        ("acknowledge", "acknowledged", "Carol acknowledged it"),
        ("snooze", "acknowledged", "Snoozed: the pages begin again in 1 h."),
        ("resolve", "resolved", "Resolved just now by Carol."),
        ("reopen", "triggered", "Reopened by Carol"),
    ):
        assert told in text_of(await browser.press(incident.id, button))
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
