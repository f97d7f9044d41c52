"""The list of incidents: what it shows, how it is narrowed, and what is done to several at once."""

import re

import pytest
from httpx import Response

from tests.night import Night
from tests.web.conftest import Browser, Resident, Visitor, text_of
from tocsin.domain.people.user import User

HOSTILE = '<script>alert(1)</script>"><img src=x onerror=alert(1)>{{ 7*7 }}'


async def test_the_list_tells_what_is_wrong_and_who_has_it(browser: Browser, night: Night) -> None:
    await night.trigger("Disk full")
    night.passes(minutes=3)
    page = await browser.open("/incidents")

    assert page.status_code == 200
    for said in (
        "Triggered 1",
        "Disk full",
        "#1 · Checkout",
        "3 min ago",
        "Ann",
        "Next: Ben at 13:05 by e-mail",
    ):
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

    for status, wanted in (
        ("open", {"Noisy", "Known"}),
        ("triggered", {"Noisy"}),
        ("acknowledged", {"Known"}),
        ("resolved", {"Over"}),
        ("all", {"Noisy", "Known", "Over"}),
        ("nonsense", {"Noisy", "Known"}),
    ):
        page = await browser.open(f"/incidents?status={status}")
        assert set(titles(page)) == wanted
    assert noisy.number == 1


async def test_a_long_list_has_pages(browser: Browser, night: Night) -> None:
    await night.trigger(*(f"Alert {n}" for n in range(60)))
    first = await browser.open("/incidents")
    second = await browser.open("/incidents?page=2")

    assert first.text.count('<li class="row ') == 50
    assert second.text.count('<li class="row ') == 10
    assert 'href="/incidents?page=2"' in first.text
    assert 'rel="next"' not in second.text


@pytest.mark.parametrize("page", ["0", "-1", "x", "99999999999", "²"])
async def test_a_page_that_is_no_number_is_no_accident(browser: Browser, page: str) -> None:
    assert (await browser.open(f"/incidents?page={page}")).status_code == 200


async def test_filters_live_in_the_address_and_can_be_taken_away_one_by_one(
    browser: Browser, night: Night
) -> None:
    await night.trigger("Disk full", "Disk slow", "Net down")
    service = night.team.service.id
    page = await browser.open(
        f"/incidents?q=disk&service={service}&person={night.team.ann.id}&urgency=high"
        "&since=2026-03-02&until=2026-03-02&sort=oldest"
    )

    assert titles(page) == ["Disk full", "Disk slow"]
    assert "Narrowed" not in text_of(page)
    for told in ("“disk”", "High urgency", "Checkout", "Ann", "From 2026-03-02"):
        assert f"{told} : no longer" in text_of(page)
    without_words = f"/incidents?urgency=high&amp;service={service}&amp;person="
    assert f'<a href="{without_words}' in page.text
    assert titles(await browser.open("/incidents?since=2026-03-03")) == []
    assert titles(await browser.open("/incidents?until=2026-03-01")) == []


@pytest.mark.parametrize(
    "query",
    ["since=2026-13-01", "until=x", "since=0001-01-01", "urgency=x", "service=%2e"],
)
async def test_an_address_that_makes_no_sense_asks_for_nothing(
    browser: Browser, night: Night, query: str
) -> None:
    await night.trigger("Disk full")

    assert titles(await browser.open(f"/incidents?{query}")) == ["Disk full"]


async def test_the_form_of_filters_leads_to_an_address_that_says_only_what_is_asked(
    browser: Browser,
) -> None:
    answer = await browser.open("/incidents?status=all&q=&urgency=high&since=&sort=newest")

    assert answer.headers["location"] == "/incidents?status=all&urgency=high"


@pytest.mark.parametrize("search", ["1", "%231", "+1+"])
async def test_a_number_leads_to_its_incident(browser: Browser, night: Night, search: str) -> None:
    [incident] = await night.trigger("Disk full")
    answer = await browser.open(f"/incidents?q={search}")

    assert answer.headers["location"] == f"/incidents/{incident.id}"


async def test_a_number_that_no_incident_has_is_looked_for_in_titles(
    browser: Browser, night: Night
) -> None:
    await night.trigger("HTTP 503 everywhere", "Disk full")

    assert titles(await browser.open("/incidents?q=503")) == ["HTTP 503 everywhere"]


async def test_mine_is_what_i_have(browser: Browser, night: Night) -> None:
    [mine, _] = await night.trigger("Mine", "Not mine")
    await browser.press(mine.id, "acknowledge")
    await browser.press(mine.id, "resolve")
    await browser.press(mine.id, "take")

    assert titles(await browser.open("/incidents?whose=mine")) == ["Mine"]
    said = text_of(await browser.open("/incidents?whose=teams"))
    assert "You are on no team." in said


@pytest.mark.parametrize(
    ("query", "told"),
    [
        ("", "Nothing is open."),
        ("?status=all", "There is no incident yet."),
        ("?status=triggered", "No incident is triggered."),
        ("?status=resolved&whose=mine", "What is resolved is nobody"),
        ("?whose=mine", "You have nothing."),
        ("?q=disk", "No incident fits."),
        ("?page=7", "There is no page 7 of this list."),
    ],
)
async def test_an_empty_list_says_why(browser: Browser, query: str, told: str) -> None:
    assert told in text_of(await browser.open(f"/incidents{query}"))


async def test_the_list_announces_what_is_new(browser: Browser, night: Night) -> None:
    await night.trigger("Disk full")
    night.passes(minutes=1)
    await night.trigger("Net down")
    page = await browser.open("/incidents")

    assert "<title>(2) Incidents · Tocsin</title>" in page.text
    assert 'data-announce="2 triggered, 0 acknowledged. Newest: Net down."' in page.text
    assert 'data-watch="incidents"' in page.text


@pytest.mark.parametrize(
    ("deed", "status", "told"),
    [
        ("acknowledge", "acknowledged", "2 incidents acknowledged."),
        ("resolve", "resolved", "2 incidents resolved."),
        ("snooze", "acknowledged", "2 incidents snoozed for an hour."),
    ],
)
async def test_several_are_done_at_once(
    browser: Browser, night: Night, deed: str, status: str, told: str
) -> None:
    [first, second, other] = await night.trigger("First", "Second", "Other")
    page = await browser.open("/incidents?status=triggered")
    answer = await browser.send(
        page, "/incidents/bulk", do=deed, id=[first.id, second.id], at="status=triggered"
    )

    assert answer.headers["location"] == "/incidents?status=triggered"
    after = await browser.open("/incidents?status=triggered")
    assert told in text_of(after)
    assert titles(after) == ["Other"]
    found = {incident.id: incident.status for incident in await night.incidents()}
    assert found == {first.id: status, second.id: status, other.id: "triggered"}


async def test_what_cannot_be_done_is_told_by_its_number(browser: Browser, night: Night) -> None:
    [first, over] = await night.trigger("First", "Over")
    await browser.press(over.id, "resolve")
    page = await browser.open("/incidents")
    for ids, status in (([first.id, over.id], 303), ([over.id], 409), ([], 409)):
        answer = await browser.send(page, "/incidents/bulk", do="acknowledge", id=ids)
        assert answer.status_code == status
        shown = await browser.open("/incidents") if status == 303 else answer
        told = text_of(shown)
        if ids:
            assert "#2: Incident is already resolved." in told
        else:
            assert "Select the incidents first" in told


async def test_a_resolution_of_several_can_be_taken_back_and_pages_nobody(
    browser: Browser, night: Night, carol: User
) -> None:
    [first, second] = await night.trigger("First", "Second")
    page = await browser.open("/incidents")
    await browser.send(page, "/incidents/bulk", do="resolve", id=[first.id, second.id])
    after = await browser.open("/incidents")
    [ids] = re.findall(r'name="ids" value="([^"]+)"', after.text)
    planned = len(await night.work())
    await browser.send(after, "/incidents/bulk", do="take", ids=ids)

    found = await night.incidents()
    assert [incident.status for incident in found] == ["acknowledged"] * 2
    assert {a.user_id for incident in found for a in incident.assignments} == {carol.id}
    assert len(await night.work()) == planned


@pytest.mark.parametrize("deed", ["reassign", "merge"])
async def test_what_needs_a_page_of_its_own_leads_there(
    browser: Browser, night: Night, deed: str
) -> None:
    [first, second] = await night.trigger("First", "Second")
    page = await browser.open("/incidents")
    answer = await browser.send(page, "/incidents/bulk", do=deed, id=[first.id, second.id])

    assert answer.headers["location"] == f"/incidents/{deed}?id={first.id}&id={second.id}"


async def test_an_unknown_deed_is_refused(browser: Browser, night: Night) -> None:
    [incident] = await night.trigger("Disk full")
    page = await browser.open("/incidents")
    answer = await browser.send(page, "/incidents/bulk", do="explode", id=incident.id)

    assert answer.status_code == 400


async def test_more_than_a_page_of_incidents_is_not_taken(browser: Browser) -> None:
    page = await browser.open("/incidents")

    for ids in (" ".join(f"Q{n}" for n in range(51)), "Q" * 5000, "Q1/../Q2"):
        answer = await browser.send(page, "/incidents/bulk", do="merge", ids=ids)
        assert answer.status_code == 400


async def test_whoever_only_reads_can_select_nothing(
    resident: Resident, visitor: Visitor, night: Night
) -> None:
    browser = await visitor(await resident("Otto", role="observer"))
    [incident] = await night.trigger("Disk full")
    page = await browser.open("/incidents")
    answer = await browser.send(page, "/incidents/bulk", do="resolve", id=incident.id)

    assert "data-row-select" not in page.text
    assert "New incident" not in text_of(page)
    assert answer.status_code == 403


def titles(page: Response) -> list[str]:
    """Return the titles of the rows, in their order."""
    return re.findall(r"data-row-link>([^<]+)</a>", page.text)
