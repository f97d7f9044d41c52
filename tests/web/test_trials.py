"""Test events as pages: sent, followed until somebody was told, and ended."""

from datetime import timedelta

import pytest
import sqlalchemy as sa

from tests.night import Night
from tests.team import NOON
from tests.web.conftest import Browser, Resident, Visitor, text_of
from tocsin.store import tables
from tocsin.usecases.intake import integrations, maintenance_windows, services
from tocsin.usecases.intake.integrations import EMAIL, Known, Wish


@pytest.fixture
async def way(night: Night) -> Known:
    """Give a way into the team's service whose key can be opened."""
    wish = Wish(name="grafana-Checkout", vendor_id="PGRAFAN")
    return await integrations.create(night.house, night.team.service.id, wish, NOON)


@pytest.fixture
def path(way: Known) -> str:
    return f"/service-directory/{way.service.id}/integrations/{way.integration.id}/test"


async def _send(browser: Browser, path: str, **fields: str) -> str:
    """Send a test event, and return where it is followed."""
    answer = await browser.send(await browser.open(path), path, **fields)
    return str(answer.headers["location"])


async def _receive(night: Night, status: str, detail: str) -> None:
    """Write down an attempt to tell Ann."""
    [incident] = await night.incidents()
    values = {"id": f"Q{status.upper()[:12]}", "incident_id": incident.id, "at": night.now}
    values |= {"user_id": night.team.ann.id, "kind": "email", "address": "ann@example.com"}
    values |= {"status": status, "detail": detail}
    await night.sql(sa.insert(tables.notifications).values(values))


async def test_before_it_is_sent_the_page_says_that_people_are_really_paged(
    browser: Browser, path: str
) -> None:
    said = text_of(await browser.open(path))

    assert "whoever is on call is really paged" in said
    assert "Send a test event" in said


async def test_a_test_event_is_followed_from_the_door_to_the_page(
    browser: Browser, night: Night, path: str
) -> None:
    page = await browser.open(await _send(browser, path, severity="error"))
    [incident] = await night.incidents()
    said = text_of(page)

    for told in (
        "Through grafana-Checkout (Grafana) to Checkout",
        "Received At 13:00",
        "“Test event for Checkout, sent by Carol”, error.",
        f"Triggered High urgency #{incident.number}",
        "Ann has it, through the policy Web.",
        "Ann by e-mail: on its way",
        "Resolve the test incident",
    ):
        assert told in said
    assert f'data-watch="incident:{incident.id}"' in page.text


async def test_a_test_event_that_joins_an_open_incident_says_so(
    browser: Browser, night: Night, path: str
) -> None:
    wish = services.Wish(alert_grouping={"type": "time", "config": {"timeout": 0}})
    await services.change(night.house, night.team.service.id, wish, NOON)
    warned = text_of(await browser.open(path))
    [incident] = await night.trigger("Disk full")
    night.passes(minutes=1)
    followed = await _send(browser, path)
    said = text_of(await browser.open(followed))
    await browser.send(await browser.open(followed), f"{path}/recovery")

    assert "an event that joins an open incident pages nobody anew" in warned
    assert f"#{incident.number} Disk full" in said
    assert "the incident was open already, and the alert joined it" in said
    assert "Resolve the test alert" in said
    assert await night.incidents() == [incident]


async def test_what_became_of_each_page_is_told(browser: Browser, night: Night, path: str) -> None:
    followed = await _send(browser, path)
    await _receive(night, "failed", "550 No such person")
    await _receive(night, "success", "250 OK")
    said = text_of(await browser.open(followed))

    assert "Ann by e-mail to a***@example.com, 13:00 Failed: 550 No such person" in said
    assert "Delivered: 250 OK" in said


async def test_later_pages_are_told_with_their_time(
    browser: Browser, night: Night, path: str
) -> None:
    await night.give(night.team.ann, "sms", "5551234567", minutes=2)

    said = text_of(await browser.open(await _send(browser, path)))
    assert "Ann by SMS: planned for 13:02" in said


async def test_one_button_ends_the_test(browser: Browser, night: Night, path: str) -> None:
    followed = await _send(browser, path)
    key = followed.partition("event=")[2]
    answer = await browser.send(await browser.open(followed), f"{path}/recovery", event=key)
    said = text_of(await browser.open(answer.headers["location"]))

    assert [incident.status for incident in await night.incidents()] == ["resolved"]
    assert "Resolved just now. The test is over." in said
    assert "None went out before it was resolved." in said


@pytest.mark.parametrize(("is_disabled", "word"), [(True, "disabled"), (False, "in maintenance")])
async def test_a_silent_service_says_so_before_and_after(
    browser: Browser, night: Night, path: str, *, is_disabled: bool, word: str
) -> None:
    service_id = night.team.service.id
    if is_disabled:
        await services.change(night.house, service_id, services.Wish(disabled=True), NOON)
    else:
        window = maintenance_windows.Wish(
            start=NOON, end=NOON + timedelta(hours=1), service_ids=(service_id,)
        )
        await maintenance_windows.create(night.house, window, None, NOON)
    before = text_of(await browser.open(path))
    after = text_of(await browser.open(await _send(browser, path)))

    assert f"This service is {word}" in before
    assert f"Recorded only. The service is {word}, so nobody is paged." in after
    assert await night.incidents() == []


async def test_an_event_that_never_came_is_said_to_be_missing(browser: Browser, path: str) -> None:
    assert "No event with this key" in text_of(await browser.open(f"{path}?event=test-1"))


async def test_an_integration_for_mails_cannot_be_tried(
    browser: Browser, night: Night, path: str
) -> None:
    wish = Wish(kind=EMAIL, email="shop@example.com")
    mail = await integrations.create(night.house, night.team.service.id, wish, NOON)
    test = f"/service-directory/{mail.service.id}/integrations/{mail.integration.id}/test"
    page = await browser.open(path)

    for address in (test, f"{test}/recovery"):
        answer = await browser.send(page, address, event="test-1")
        assert answer.status_code == 400
        assert "An integration for mails has no key" in text_of(answer)


async def test_whoever_may_not_manage_sends_nothing(
    resident: Resident, visitor: Visitor, night: Night, path: str
) -> None:
    browser = await visitor(await resident("Otto", role="limited_user"))
    page = await browser.open(path)
    answer = await browser.send(page, path)

    assert "Test events are sent by those who may manage services." in text_of(page)
    assert answer.status_code == 403
    assert await night.incidents() == []
