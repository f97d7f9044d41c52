"""The editor of schedules: each button works without script, and nothing is kept before Save."""

import re
from datetime import timedelta
from html import unescape
from typing import Any

import httpx
import pytest

from tests.night import Night
from tests.rota import make_rota
from tests.team import NOON
from tests.web.conftest import Browser, proof_on, text_of
from tocsin.domain.duty.rendering import render
from tocsin.domain.duty.schedule import Range, Schedule
from tocsin.domain.people.user import User
from tocsin.usecases.duty import schedules
from tocsin.usecases.parts import Part
from tocsin.usecases.people import teams

_INPUT = re.compile(r'<input[^>]*?name="([^"]+)"[^>]*>')
_VALUE = re.compile(r'value="([^"]*)"')
_SELECT = re.compile(r'<select[^>]*name="([^"]+)"[^>]*>(.*?)</select>', re.S)
_CHOSEN = re.compile(r'<option value="([^"]*)" selected>')

Fields = dict[str, Any]


@pytest.fixture
async def rota(night: Night) -> Schedule:
    """Let Ann and Ben take turns each day at 13:00 in Vienna. Now is a Monday, 13:00."""
    return await make_rota(night, "Primary", night.team.ann, night.team.ben)


def fields_of(page: httpx.Response) -> Fields:
    """Return what a browser would send of the form on a page."""
    form = page.text.partition('id="schedule-form"')[2].partition("</form>")[0]
    fields: Fields = {}
    for match in _INPUT.finditer(form):
        value = _VALUE.search(match[0])
        fields.setdefault(match[1], []).append(unescape(value[1]) if value else "")
    for name, options in _SELECT.findall(form):
        chosen = _CHOSEN.findall(options)
        fields[name] = chosen or [""]
    text = re.search(r'<textarea[^>]*name="description"[^>]*>\n(.*?)</textarea>', form, re.S)
    fields["description"] = [unescape(text[1])] if text else [""]
    return fields


async def press(
    browser: Browser, page: httpx.Response, do: str, path: str, **typed: str | list[str]
) -> httpx.Response:
    """Type something into the form on a page, and press a button of it."""
    changed = {name.replace("__", "-").lstrip("_"): value for name, value in typed.items()}
    fields = fields_of(page) | changed | {"do": do, "proof": proof_on(page)}
    return await browser.http.post(path, data=fields)


async def everything(night: Night) -> list[Schedule]:
    found, _ = await schedules.find(night.house, None, None, Part(limit=100))
    return [known.schedule for known in found]


def people_on(page: httpx.Response) -> list[str]:
    return re.findall(r'<span class="who">([^<]*)</span>', page.text)


async def test_a_schedule_is_made_button_by_button(browser: Browser, night: Night) -> None:
    page = await browser.open("/schedules/new")
    for user in (night.team.ann, night.team.ben):
        page = await press(browser, page, "add-0", "/schedules", _0__add=user.id)
    assert people_on(page) == ["Ann", "Ben"]
    page = await press(browser, page, "up-0-1", "/schedules")
    assert people_on(page) == ["Ben", "Ann"]
    page = await press(browser, page, "add-window-0", "/schedules")
    assert "It counts only at these times, on clocks in Europe/Vienna." in text_of(page)
    assert await everything(night) == []

    saved = await press(browser, page, "save", "/schedules", name="Nights", _0__rotation="daily")
    [made] = await everything(night)
    assert saved.headers["location"] == f"/schedules/{made.id}"
    assert (made.name, made.time_zone) == ("Nights", "Europe/Vienna")
    [layer] = made.layers
    assert layer.user_ids == (night.team.ben.id, night.team.ann.id)
    assert (layer.turn_seconds, layer.start) == (86_400, NOON)
    [restriction] = layer.restrictions
    assert (f"{restriction.start_time}", restriction.duration_seconds) == ("18:00:00", 14 * 3600)


async def test_the_preview_is_what_comes_of_saving(
    browser: Browser, night: Night, rota: Schedule
) -> None:
    page = await browser.open(f"/schedules/{rota.id}/edit")
    path = f"/schedules/{rota.id}"
    previewed = await press(browser, page, "preview", path, _0__rotation="weekly", _0__day="3")
    assert previewed.status_code == 200
    assert await everything(night) == [rota]
    drawn = re.findall(r"<title>(.*?)</title>\s*<rect", previewed.text)

    await press(browser, previewed, "save", path)
    asked = Range(NOON.replace(hour=23) - timedelta(days=1), NOON + timedelta(days=13))
    known = await schedules.get(night.house, rota.id, asked)
    shifts = render(known.schedule, asked.since, asked.until)
    final = [title.split()[0] for title in drawn[len(drawn) // 2 :]]
    names = [known.users[shift.user_id].name for shift in shifts]
    assert [name for name in final if name != "Nobody"] == names
    assert len(names) == 3


async def test_an_edit_holds_from_now_and_leaves_the_past(
    browser: Browser, night: Night, rota: Schedule
) -> None:
    night.passes(days=2, hours=1)
    path = f"/schedules/{rota.id}"
    page = await browser.open(f"{path}/edit")
    answer = await press(browser, page, "save", path, _0__user=[night.team.ben.id])

    assert answer.headers["location"] == path
    told = "It holds from now, Wed 4 Mar 14:00 (Europe/Vienna); what was before stays as it was."
    assert told in text_of(await browser.open(path))
    [after] = await everything(night)
    assert [layer.user_ids for layer in after.layers] == [(night.team.ben.id,)]
    [revision] = after.past
    assert revision.until == night.now


async def test_what_is_saved_untouched_changes_nothing(
    browser: Browser, night: Night, rota: Schedule
) -> None:
    path = f"/schedules/{rota.id}"
    page = await browser.open(f"{path}/edit")
    await press(browser, page, "save", path)

    assert await everything(night) == [rota]


async def test_layers_are_added_moved_and_ended(
    browser: Browser, night: Night, rota: Schedule, carol: User
) -> None:
    path = f"/schedules/{rota.id}"
    page = await press(browser, await browser.open(f"{path}/edit"), "add-layer", path)
    page = await press(browser, page, "preview", path, _1__add=carol.id, _1__name="Carol's")
    assert people_on(page) == ["Ann", "Ben", "Carol"]
    page = await press(browser, page, "lower-layer-1", path)
    assert people_on(page) == ["Carol", "Ann", "Ben"]
    page = await press(browser, page, "remove-layer-1", path)
    await press(browser, page, "save", path)

    [after] = await everything(night)
    assert [(layer.name, layer.end) for layer in after.layers] == [
        ("Layer 1", NOON),
        ("Carol's", None),
    ]
    assert "Layer 1" not in (await browser.open(f"{path}/edit")).text.partition("placeholder")[0]


async def test_what_stands_in_the_way_is_told_at_its_layer_and_on_top(
    browser: Browser, night: Night
) -> None:
    page = await browser.open("/schedules/new")
    refused = await press(browser, page, "save", "/schedules", name="", description="Mine")

    assert refused.status_code == 400
    text = text_of(refused)
    assert "Name cannot be blank. Layer 1 must have at least one user." in text
    assert text.count("Layer 1 must have at least one user.") == 2
    assert fields_of(refused)["description"] == ["Mine"]
    assert await everything(night) == []

    late = await press(browser, page, "save", "/schedules", name="N", _0__start="soon")
    assert "Layer 1 start must be a date and a time." in text_of(late)


async def test_a_preview_tells_what_stands_in_the_way(browser: Browser) -> None:
    page = await browser.open("/schedules/new")
    empty = await press(browser, page, "preview", "/schedules")
    zoneless = await press(browser, page, "preview", "/schedules", time_zone="Mars/Base")

    assert empty.status_code == 200
    assert "Layer 1 must have at least one user." in text_of(empty)
    assert "Time zone must be the name of a time zone" in text_of(zoneless)


async def test_a_preview_warns_of_gaps(browser: Browser, night: Night) -> None:
    page = await browser.open("/schedules/new")
    page = await press(
        browser,
        page,
        "preview",
        "/schedules",
        _0__add=night.team.ann.id,
        _0__end="2026-03-05T12:00",
    )

    told = "Nobody is on call from Thu 5 Mar 12:00 until at least Mon 16 Mar 00:00 (Europe/Vienna)."
    assert told in text_of(page)


async def test_a_team_may_answer_for_it(browser: Browser, night: Night) -> None:
    team = await teams.create(night.house, teams.Wish(name="Payments"), NOON)
    page = await browser.open(f"/schedules/new?team={team.id}")
    ann = night.team.ann.id
    answer = await press(browser, page, "save", "/schedules", name="N", _0__add=ann)

    text = text_of(await browser.open(answer.headers["location"]))
    assert "Team: Payments" in text
    assert "N" in text_of(await browser.open(f"/schedules?team={team.id}"))
    other = await teams.create(night.house, teams.Wish(name="Search"), NOON)
    empty = await browser.open(f"/schedules?team={other.id}")
    assert "No schedule is like that." in text_of(empty)


async def test_somebody_who_is_gone_cannot_be_put_on_a_layer(
    browser: Browser, night: Night
) -> None:
    page = await browser.open("/schedules/new")
    page = await press(browser, page, "save", "/schedules", name="N", _0__user=["PNOBODY"])

    assert page.status_code == 400
    assert "User PNOBODY was not found." in text_of(page)


async def test_a_schedule_that_is_not_there_cannot_be_edited(browser: Browser) -> None:
    page = await browser.open("/schedules/new")
    assert (await browser.open("/schedules/PNOTHING/edit")).status_code == 404
    assert (await press(browser, page, "save", "/schedules/PNOTHING")).status_code == 404
