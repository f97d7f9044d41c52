"""Addresses of calendars: made, renewed and revoked on pages, and fetched by programs."""

import re
from urllib.parse import urlsplit

import httpx
import icalendar
import pytest
from starlette.types import ASGIApp

from tests.night import URL, Night
from tests.rota import make_rota
from tests.web.conftest import Browser, text_of
from tocsin.domain.duty.schedule import Schedule
from tocsin.domain.people.user import User
from tocsin.web.app import is_for_people

_ADDRESS = re.compile(rf"{URL}/calendars/\w+\.ics")


@pytest.fixture
async def rota(night: Night, carol: User) -> Schedule:
    return await make_rota(night, "Primary", carol, night.team.ben)


@pytest.fixture
def program(app: ASGIApp) -> httpx.AsyncClient:
    """Give a calendar program: it has no cookies, and does not ask for HTML."""
    transport = httpx.ASGITransport(app, raise_app_exceptions=False)
    return httpx.AsyncClient(transport=transport, base_url=URL, headers={"accept": "*/*"})


def address_on(page: httpx.Response) -> str:
    [address] = set(_ADDRESS.findall(page.text))
    return str(urlsplit(address).path)


async def give(browser: Browser, **fields: str) -> str:
    page = await browser.open("/calendars")
    answer = await browser.send(page, "/calendars", **fields)
    return address_on(await browser.open(answer.headers["location"]))


async def test_somebody_takes_their_shifts_into_a_calendar(
    browser: Browser, program: httpx.AsyncClient, rota: Schedule
) -> None:
    page = await browser.open("/calendars")
    assert "All your shifts, in any calendar program" in text_of(page)
    address = await give(browser)
    answer = await program.get(address)

    assert answer.status_code == 200
    assert answer.headers["content-type"] == "text/calendar; charset=utf-8"
    assert answer.headers["cache-control"] == "private, no-cache"
    events = icalendar.Calendar.from_ical(answer.content).walk("VEVENT")
    assert len(events) == 45  # every other day of the coming ninety
    assert {str(event["summary"]) for event in events} == {"On call: Primary"}


async def test_a_schedule_has_an_address_on_its_page(
    browser: Browser, program: httpx.AsyncClient, rota: Schedule
) -> None:
    page = await browser.open(f"/schedules/{rota.id}")
    fields = {"schedule_id": rota.id, "back": "schedule"}
    answer = await browser.send(page, "/calendars", **fields)
    assert answer.headers["location"] == f"/schedules/{rota.id}#calendar"

    address = address_on(await browser.open(f"/schedules/{rota.id}"))
    assert "SUMMARY:On call: Ben (Primary)" in (await program.get(address)).text
    assert "Primary" in text_of(await browser.open("/calendars"))


async def test_a_program_that_has_the_newest_gets_nothing_again(
    browser: Browser, program: httpx.AsyncClient, rota: Schedule, night: Night, carol: User
) -> None:
    address = await give(browser)
    mark = (await program.get(address)).headers["etag"]
    night.passes(minutes=30)

    again = await program.get(address, headers={"if-none-match": mark})
    assert (again.status_code, again.content) == (304, b"")
    await make_rota(night, "Another", night.team.ben, carol)
    assert (await program.get(address, headers={"if-none-match": mark})).status_code == 200


async def test_a_renewed_and_a_revoked_address_show_nothing(
    browser: Browser, program: httpx.AsyncClient, rota: Schedule
) -> None:
    first = await give(browser)
    second = await give(browser, renew="yes")
    assert (await program.get(first)).status_code == 404
    assert (await program.get(second)).status_code == 200

    page = await browser.open("/calendars")
    answer = await browser.send(page, "/calendars/revoke")
    assert "The address shows nothing any more." in text_of(
        await browser.open(answer.headers["location"])
    )
    assert (await program.get(second)).status_code == 404


async def test_nothing_is_found_at_addresses_that_were_never_given(
    browser: Browser, program: httpx.AsyncClient
) -> None:
    for name in ("x", "0" * 40, "a.b", "..%2f", "%00"):
        assert (await program.get(f"/calendars/{name}.ics")).status_code == 404
    page = await browser.open("/calendars")
    unknown = await browser.send(page, "/calendars", schedule_id="PNOTHING")
    assert unknown.status_code == 404


def test_calendar_programs_reach_the_pages_without_asking_for_html() -> None:
    scope = {"path": "/calendars/0123.ics", "headers": [(b"accept", b"text/calendar")]}

    assert is_for_people(scope)
