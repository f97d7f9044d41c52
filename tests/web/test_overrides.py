"""Covering shifts: two clicks, or a form; and giving them back."""

import re
from datetime import timedelta
from html import unescape

import pytest

from tests.night import Night
from tests.rota import make_rota, stand_in
from tests.team import NOON
from tests.web.conftest import Browser, Resident, Visitor, text_of
from tocsin.domain.duty.schedule import Override, Range, Schedule
from tocsin.domain.people.user import User
from tocsin.usecases.duty import overrides


@pytest.fixture
async def rota(night: Night) -> Schedule:
    return await make_rota(night, "Primary", night.team.ann, night.team.ben)


async def made(night: Night, rota: Schedule) -> list[Override]:
    asked = Range(NOON, NOON + timedelta(days=300))
    return list((await overrides.find(night.house, rota.id, asked)).overrides)


def values(text: str) -> dict[str, str]:
    found = dict(re.findall(r'name="(start|end)" type="datetime-local" value="([^"]*)"', text))
    [found["user_id"]] = re.findall(r'<option value="(\w*)" selected>', text)
    return found


async def test_a_shift_is_covered_in_two_clicks(
    browser: Browser, night: Night, rota: Schedule, carol: User
) -> None:
    page = await browser.open(f"/schedules/{rota.id}")
    links = re.findall(rf'href="(/schedules/{rota.id}/overrides\?since=[^"]*)"', page.text)
    form = await browser.open(unescape(links[1]))

    assert "Somebody is on call for Primary instead of Ben." in text_of(form)
    fields = values(form.text)
    assert fields == {
        "user_id": carol.id,
        "start": "2026-03-03T13:00",
        "end": "2026-03-04T13:00",
    }
    answer = await browser.send(form, f"/schedules/{rota.id}/overrides", **fields)

    assert answer.headers["location"] == f"/schedules/{rota.id}"
    [override] = await made(night, rota)
    day = timedelta(days=1)
    assert (override.user_id, override.start, override.end) == (
        carol.id,
        NOON + day,
        NOON + 2 * day,
    )
    page = await browser.open(answer.headers["location"])
    told = "Carol is on call from Tue 3 Mar 13:00 to Wed 4 Mar 13:00 (Europe/Vienna)."
    assert told in text_of(page)


async def test_an_override_can_be_undone_at_once(
    browser: Browser, night: Night, rota: Schedule, carol: User
) -> None:
    form = await browser.open(f"/schedules/{rota.id}/overrides")
    fields = {"user_id": carol.id, "start": "2026-03-05T20:00", "end": "2026-03-06T08:00"}
    await browser.send(form, f"/schedules/{rota.id}/overrides", **fields)
    page = await browser.open(f"/schedules/{rota.id}")
    [override] = await made(night, rota)
    assert f'name="override_id" value="{override.id}"' in page.text

    undone = await browser.send(
        page, f"/schedules/{rota.id}/overrides/delete", override_id=override.id
    )
    assert undone.headers["location"] == f"/schedules/{rota.id}/overrides"
    assert await made(night, rota) == []
    assert "The override was deleted." in text_of(await browser.open(undone.headers["location"]))


async def test_the_shift_that_runs_is_covered_from_now_on(
    browser: Browser, night: Night, rota: Schedule
) -> None:
    night.passes(hours=3)
    form = await browser.open(
        f"/schedules/{rota.id}/overrides?since=2026-03-02T12:00:00Z&until=2026-03-03T12:00:00Z"
    )

    assert values(form.text)["start"] == "2026-03-02T16:00"
    assert "instead of Ann." in text_of(form)


async def test_who_looks_for_cover_of_their_own_shift_must_choose_somebody(
    browser: Browser, night: Night, carol: User
) -> None:
    mine = await make_rota(night, "Mine", carol)
    path = f"/schedules/{mine.id}/overrides"
    form = await browser.open(f"{path}?since=2026-03-03T12:00:00Z&until=2026-03-04T12:00:00Z")
    assert "Somebody is on call for Mine instead of you." in text_of(form)
    assert values(form.text)["user_id"] == ""

    fields = {"user_id": "", "start": "2026-03-03T13:00", "end": "2026-03-04T13:00"}
    refused = await browser.send(form, path, **fields)
    assert text_of(refused).count("Who covers must be chosen.") == 2
    covered = await browser.send(form, path, **(fields | {"user_id": night.team.ben.id}))
    assert covered.status_code == 303


async def test_a_gap_is_covered_instead_of_nobody(browser: Browser, night: Night) -> None:
    bare = await make_rota(night, "Short", night.team.ann, end=NOON + timedelta(days=1))
    path = f"/schedules/{bare.id}/overrides"
    form = await browser.open(f"{path}?since=2026-03-04T12:00:00Z&until=2026-03-05T12:00:00Z")

    assert "instead of nobody." in text_of(form)


async def test_what_stands_in_the_way_is_told_and_what_was_typed_stays(
    browser: Browser, night: Night, rota: Schedule, carol: User
) -> None:
    form = await browser.open(f"/schedules/{rota.id}/overrides")
    path = f"/schedules/{rota.id}/overrides"
    backwards = {"user_id": carol.id, "start": "2026-03-06T20:00", "end": "2026-03-06T08:00"}

    refused = await browser.send(form, path, **backwards)
    assert refused.status_code == 400
    assert "Override must end after its start." in text_of(refused)
    assert values(refused.text) == backwards
    for start, told in (
        ("soon", "From must be a date and a time."),
        ("2026-03-29T02:30", "From cannot be Sun 29 Mar 2026, 02:30"),
    ):
        refused = await browser.send(form, path, **(backwards | {"start": start}))
        assert told in text_of(refused)
    stranger = await browser.send(form, path, **(backwards | {"user_id": "PNOBODY"}))
    assert "User PNOBODY was not found." in text_of(stranger)
    assert await made(night, rota) == []


async def test_an_override_that_runs_ends_now_and_one_that_is_over_stays(
    browser: Browser, night: Night, rota: Schedule, carol: User
) -> None:
    override = await stand_in(night, rota, carol, NOON, NOON + timedelta(hours=6))
    path = f"/schedules/{rota.id}/overrides"
    night.passes(hours=1)
    page = await browser.open(path)
    assert "End this override now?" in text_of(page)

    answer = await browser.send(page, f"{path}/delete", override_id=override.id)
    assert "The override ends now." in text_of(await browser.open(answer.headers["location"]))
    night.passes(hours=1)
    again = await browser.send(page, f"{path}/delete", override_id=override.id)
    assert again.status_code == 409
    assert "Override cannot be removed once it is over." in text_of(again)


async def test_a_responder_may_cover_and_nobody_is_found_at_addresses_that_make_no_sense(
    visitor: Visitor, resident: Resident, night: Night, rota: Schedule
) -> None:
    rita = await resident("Rita", role="limited_user")
    browser = await visitor(rita)
    path = f"/schedules/{rota.id}/overrides"
    page = await browser.open(f"{path}?since=soon&until=9999-12-31T23:59:59Z&user_id={rita.id}")
    assert values(page.text)["user_id"] == rita.id

    fields = {"user_id": rita.id, "start": "2026-03-05T20:00", "end": "2026-03-06T08:00"}
    assert (await browser.send(page, path, **fields)).status_code == 303
    missing = await browser.send(page, f"{path}/delete", override_id="QNOTHING")
    assert missing.status_code == 404
    assert (await browser.open("/schedules/PNOTHING/overrides")).status_code == 404
    assert (await browser.send(page, "/schedules/PNOTHING/overrides", **fields)).status_code == 404
