"""The page of analytics: figures, plots, tables and files, and what it refuses."""

import csv
import io
import re
from typing import Any
from urllib.parse import urlencode

import httpx
import msgspec
import pytest
import sqlalchemy as sa

from tests.night import Night
from tests.past import Past
from tests.web.conftest import Browser, Resident, Visitor, text_of
from tocsin.kit.ids import new_id
from tocsin.store import tables
from tocsin.store.intake.services import SERVICES

WEEK = {"since": "2026-03-02", "until": "2026-03-08"}
HOSTILE = '<script>alert("hello")</script>'
FORMULA = '=HYPERLINK("https://example.org";"Look")'


@pytest.fixture
async def past(night: Night) -> Past:
    """Give a week in which two things happened, and one night was cut short."""
    past = Past(night)
    begun = await past.incident(
        "2026-03-02 12:00", acknowledged=(4, "user"), resolved=(100, "user")
    )
    await past.incident("2026-03-05 12:00", urgency="low", resolved=(50, "integration"))
    await past.page(night.team.ann, begun, "2026-03-03 01:30", "2026-03-03 01:31")
    return past


async def look(browser: Browser, **asked: str) -> httpx.Response:
    return await browser.open(f"/analytics?{urlencode(asked or WEEK)}")


async def save(browser: Browser, table: str, **asked: str) -> list[dict[str, str]]:
    """Save a table, and read it as a spreadsheet would."""
    answer = await browser.open(f"/analytics/{table}.csv?{urlencode(asked or WEEK)}")
    assert answer.status_code == 200, answer.text
    return list(csv.DictReader(io.StringIO(answer.text)))


async def rename_service(night: Night, name: str) -> None:
    named = msgspec.structs.replace(night.team.service, name=name)
    async with night.database.begin() as tx:
        await SERVICES.update(tx, named)


@pytest.mark.usefixtures("past")
async def test_figures_of_a_week_are_shown(browser: Browser) -> None:
    text = text_of(await look(browser))

    assert "2 Mar to 8 Mar 2026, in days of Europe/Vienna" in text
    assert "Incidents 2" in text
    assert "Time to acknowledge 4 min" in text
    assert "Time to resolve 1 h 15 min" in text
    assert "Resolved themselves 50 %" in text
    assert "Interruptions at night 1" in text


async def test_figures_stand_beside_those_of_the_week_before(browser: Browser, past: Past) -> None:
    await past.incident("2026-02-23 08:00")

    assert "Incidents 2 1 before" in text_of(await look(browser))


@pytest.mark.usefixtures("past")
async def test_what_a_plot_shows_is_told_in_words(browser: Browser) -> None:
    page = await look(browser)

    assert "Incidents by day. 2 incidents, 1 of them of high urgency." in page.text
    assert "Interruptions by hour. 1 interruptions, 1 of them at night." in page.text
    assert "<title>Mon 2 Mar: 1 high, 0 low</title>" in page.text


@pytest.mark.usefixtures("past")
async def test_each_plot_has_its_figures_in_a_table(browser: Browser) -> None:
    page = await look(browser)

    assert page.text.count("<summary>The numbers</summary>") == 4
    assert "Thu 5 Mar 1 0 1" in text_of(page)


@pytest.mark.usefixtures("past")
async def test_people_are_listed_with_their_nights(browser: Browser, night: Night) -> None:
    page = await look(browser)

    assert f'<a href="/users/{night.team.ann.id}">Ann</a>' in page.text
    assert "Ann 1 1 0 0 0 1 2" in text_of(page)


async def test_days_are_those_of_the_zone_that_is_asked_for(browser: Browser, past: Past) -> None:
    await past.incident("2026-03-03 03:00", urgency="low")  # still Monday in New York

    [monday, *_] = await save(browser, "incidents", **WEEK, zone="America/New_York")

    assert {"day_start": "2026-03-02", "low_urgency": "1"}.items() <= monday.items()


@pytest.mark.usefixtures("past")
async def test_the_last_thirty_days_are_usual(browser: Browser, night: Night) -> None:
    page = await browser.open("/analytics")

    assert "1 Feb to 2 Mar 2026" in text_of(page)
    assert re.search(r'days=30" aria-current="page"', page.text)


@pytest.mark.usefixtures("past")
async def test_the_last_days_keep_what_else_is_asked_for(browser: Browser, night: Night) -> None:
    service_id = night.team.service.id
    page = await look(browser, days="7", service=service_id)

    assert f"/analytics?days=90&amp;service={service_id}" in page.text
    assert f'<option value="{service_id}" selected>Checkout</option>' in page.text


async def test_one_service_and_one_team_can_be_looked_at(
    browser: Browser, night: Night, past: Past
) -> None:
    team_id = new_id()
    await night.sql(sa.insert(tables.teams).values(id=team_id, name="Web"))
    other = msgspec.structs.replace(night.team.service, id=new_id(), name="Search")
    async with night.database.begin() as tx:
        await SERVICES.insert(tx, other)
    await past.incident("2026-03-04 12:00", service_id=other.id)

    assert "Incidents 1" in text_of(await look(browser, **WEEK, service=other.id))
    assert "Nothing happened" in text_of(await look(browser, **WEEK, team=team_id))


async def test_where_nothing_happened_it_says_what_to_do(browser: Browser) -> None:
    page = await look(browser)

    assert "Nothing happened in these days." in text_of(page)
    assert "send a test event to a service" in text_of(page)


@pytest.mark.parametrize(
    ("asked", "sentence"),
    [
        ({"since": "monday"}, "First day must be a date such as 2026-03-02."),
        ({"until": "2026-02-30"}, "Last day must be a date such as 2026-03-02."),
        ({"since": "0001-01-01"}, "First day must be a date such as 2026-03-02."),
        ({"since": "2026-03-02", "until": "2026-03-01"}, "Last day cannot be before the first"),
        ({"since": "2024-03-02", "until": "2026-03-01"}, "Last day can be at most 366 days after"),
        ({"zone": "Nowhere"}, "Time zone must be a name such as Europe/Vienna."),
        ({"team": "PNOTEAM"}, "Team was not found."),
        ({"service": "PNONE"}, "Service was not found."),
    ],
)
async def test_what_cannot_be_asked_for_is_told_beside_its_field(
    browser: Browser, asked: dict[str, str], sentence: str
) -> None:
    page = await look(browser, **asked)

    assert page.status_code == 400
    assert text_of(page).count(sentence) == 2
    assert (await browser.open(f"/analytics/incidents.csv?{urlencode(asked)}")).status_code == 400


@pytest.mark.usefixtures("past")
async def test_a_name_that_somebody_chose_is_text(browser: Browser, night: Night) -> None:
    await rename_service(night, HOSTILE)
    page = await look(browser)

    assert HOSTILE not in page.text
    assert HOSTILE in text_of(page)


@pytest.mark.usefixtures("past")
async def test_a_name_that_somebody_chose_is_no_formula(browser: Browser, night: Night) -> None:
    await rename_service(night, FORMULA)
    [service] = await save(browser, "services")

    assert service["service_name"] == "'" + FORMULA


@pytest.mark.usefixtures("past")
async def test_tables_are_saved_as_files(browser: Browser) -> None:
    answer = await browser.open(f"/analytics/incidents.csv?{urlencode(WEEK)}")

    assert answer.headers["content-type"] == "text/csv; charset=utf-8"
    name = 'attachment; filename="tocsin-incidents-2026-03-02-2026-03-08.csv"'
    assert name == answer.headers["content-disposition"]
    assert answer.text.splitlines()[:2] == [
        '"day_start","total_incident_count","high_urgency","low_urgency"',
        '"2026-03-02",1,1,0',
    ]


@pytest.mark.usefixtures("past")
@pytest.mark.parametrize(
    ("table", "row", "expected"),
    [
        ("times", 0, {"mean_seconds_to_first_ack": "240", "median_seconds_to_resolve": "6000"}),
        ("times", 1, {"day_start": "2026-03-03", "mean_seconds_to_first_ack": ""}),
        ("hours", 2, {"hour": "2", "total_interruptions": "1"}),
        ("services", 0, {"service_name": "Checkout", "total_incident_count": "2"}),
        ("people", 0, {"responder_name": "Ann", "total_night_interruptions": "1"}),
    ],
)
async def test_files_hold_figures_for_programs(
    browser: Browser, table: str, row: int, expected: dict[str, str]
) -> None:
    rows = await save(browser, table)

    assert expected.items() <= rows[row].items()


async def test_there_is_no_other_table(browser: Browser) -> None:
    assert (await browser.open("/analytics/secrets.csv")).status_code == 404


@pytest.mark.usefixtures("past")
async def test_an_observer_may_look(resident: Resident, visitor: Visitor) -> None:
    browser = await visitor(await resident("Olga", role="observer"))

    assert (await look(browser)).status_code == 200
    assert len(await save(browser, "people")) == 1


@pytest.mark.parametrize("path", ["/analytics", "/analytics/people.csv"])
async def test_a_stranger_is_sent_to_the_door(visitor: Visitor, path: str) -> None:
    answer: Any = await (await visitor()).open(path)

    assert answer.status_code == 303
    assert answer.headers["location"].startswith("/login")


async def test_whoever_is_gone_is_told_so(browser: Browser, night: Night, past: Past) -> None:
    begun = await past.incident("2026-03-04 12:00", service_id="PGONE")
    await past.page(night.team.ben, begun, "2026-03-04 12:00")
    await night.sql(sa.delete(tables.users).where(tables.users.c.id == night.team.ben.id))

    text = text_of(await look(browser))

    assert "Somebody who is gone" in text
    assert "A deleted service" in text
