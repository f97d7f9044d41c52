"""The pages of schedules, as people without script see them."""

import re
from datetime import timedelta

import httpx
import pytest
from msgspec.structs import replace

from tests.domain.strategies import at
from tests.night import Night
from tests.rota import DAY, WEEK, make_policy, make_rota, stand_in
from tests.team import NOON
from tests.web.conftest import Browser, Resident, Visitor, text_of
from tocsin.domain.duty.rendering import render
from tocsin.domain.duty.schedule import Range, Schedule
from tocsin.domain.people.user import User
from tocsin.kit.ids import new_id
from tocsin.store.duty.schedules import SCHEDULES
from tocsin.store.people.users import USERS
from tocsin.usecases.duty import schedules


@pytest.fixture
async def rota(night: Night) -> Schedule:
    """Let Ann and Ben take turns each day at noon UTC, 13:00 in Vienna. Now is a Monday, 13:00."""
    return await make_rota(night, "Primary", night.team.ann, night.team.ben)


def titles(page: httpx.Response) -> list[str]:
    return re.findall(r"<title>(.*?)</title>\s*<rect", page.text)


async def test_the_list_tells_who_is_on_call_and_who_is_next(
    browser: Browser, night: Night, rota: Schedule
) -> None:
    await make_policy(night, "Payments", (rota,))
    page = await browser.open("/schedules")

    text = text_of(page)
    assert "Primary Ann until Tue 3 Mar 13:00 Ben Payments" in text
    assert f'href="/schedules/{rota.id}"' in page.text


async def test_the_list_warns_of_gaps_and_of_nobody(browser: Browser, night: Night) -> None:
    await make_rota(night, "Short", night.team.ann, end=NOON + timedelta(days=3))
    await make_rota(night, "Later", night.team.ann, start=NOON + DAY)
    text = text_of(await browser.open("/schedules"))

    assert "Later Nobody until Tue 3 Mar 13:00 Ann No policy yet" in text
    assert "Short Ann until Thu 5 Mar 13:00 Nobody ▲" not in text
    assert "Short Ann until Thu 5 Mar 13:00 Nobody 1 gap within 2 weeks No policy yet" in text


async def test_schedules_are_found_by_name_and_a_list_without_any_says_what_to_do(
    browser: Browser, night: Night
) -> None:
    assert "There is no schedule yet." in text_of(await browser.open("/schedules"))

    await make_rota(night, "Database", night.team.ann)
    await make_rota(night, "Network", night.team.ann)
    found = text_of(await browser.open("/schedules?q=data"))
    assert "Database" in found
    assert "Network" not in found
    assert "No schedule is like that." in text_of(await browser.open("/schedules?q=moon"))


async def test_a_long_list_has_pages(browser: Browser, night: Night) -> None:
    async with night.database.begin() as tx:
        for number in range(30):
            bare = Schedule(id=new_id(), name=f"S{number:02}", time_zone="UTC", layers=())
            await SCHEDULES.insert(tx, bare)
    first, second = await browser.open("/schedules"), await browser.open("/schedules?page=2")

    assert "S24" in first.text
    assert "S25" not in first.text
    assert 'href="/schedules?page=2"' in first.text
    assert "S29" in second.text
    assert (await browser.open("/schedules?page=x")).status_code == 200


async def test_a_schedule_shows_what_the_api_says_of_it(
    browser: Browser, night: Night, rota: Schedule
) -> None:
    asked = Range(at("2026-03-02 00:00", "Europe/Vienna"), at("2026-03-09 00:00", "Europe/Vienna"))
    known = await schedules.get(night.house, rota.id, asked)
    page = await browser.open(f"/schedules/{rota.id}?since=2026-03-02&span=week")

    shifts = render(known.schedule, asked.since, asked.until)
    assert len(shifts) == 7
    assert "Ann is on call until Tue 3 Mar 13:00. Next: Ben." in text_of(page)
    drawn = titles(page)
    assert len(drawn) == 15  # the layer, and what comes of it with the gap before it
    assert [title.split()[0] for title in drawn[7:14]] == [
        known.users[shift.user_id].name for shift in shifts
    ]
    assert drawn[-1].startswith("Nobody from Mon 2 Mar 00:00 to Mon 2 Mar 13:00")
    assert "Mon 2 Mar to Sun 8 Mar 2026" in text_of(page)


async def test_the_week_in_which_clocks_are_moved_is_marked(
    browser: Browser, rota: Schedule
) -> None:
    spring = text_of(await browser.open(f"/schedules/{rota.id}?since=2026-03-23"))
    autumn = text_of(await browser.open(f"/schedules/{rota.id}?since=2026-10-19&span=fortnight"))
    both = text_of(
        await browser.open(f"/schedules/{rota.id}?since=2026-10-26&zone=America/New_York")
    )

    assert "Clocks in Europe/Vienna are moved on Sun 29 Mar: that day has 23 h." in spring
    assert "Clocks in Europe/Vienna are moved on Sun 25 Oct: that day has 25 h." in autumn
    assert "Clocks in America/New_York are moved on Sun 1 Nov: that day has 25 h." in both
    assert "Shown in Europe/Vienna. Also: America/New_York." in both


async def test_gaps_are_told_in_sentences(browser: Browser, night: Night) -> None:
    rota = await make_rota(night, "Short", night.team.ann, end=NOON + timedelta(days=2))
    await stand_in(night, rota, night.team.ben, NOON + timedelta(days=3), NOON + timedelta(days=9))
    text = text_of(await browser.open(f"/schedules/{rota.id}"))

    told = "Nobody is on call between Wed 4 Mar 13:00 and Thu 5 Mar 13:00 (Europe/Vienna)."
    assert told in text
    night.passes(days=2)
    text = text_of(await browser.open(f"/schedules/{rota.id}"))
    assert "Nobody is on call now until Thu 5 Mar 13:00. Next: Ben." in text


async def test_a_schedule_tells_its_layers_its_overrides_and_who_uses_it(
    browser: Browser, night: Night, rota: Schedule, carol: User
) -> None:
    policy = await make_policy(night, "Payments", (rota,))
    for days in (1, 3, 5, 7):
        start = NOON + timedelta(days=days)
        await stand_in(night, rota, carol, start, start + timedelta(hours=6))
    page = await browser.open(f"/schedules/{rota.id}")

    text = text_of(page)
    assert "Layer 1 Ann , Ben A turn is one day." in text
    assert "Carol Tue 3 Mar 13:00 to Tue 3 Mar 19:00" in text
    assert "And 1 more." in text
    assert f'href="/escalation_policies/{policy.id}"' in page.text
    assert f'<a href="/users/{night.team.ann.id}">Ann</a>' in page.text
    assert "Carol (you)" in text


async def test_an_address_that_makes_no_sense_shows_a_week_from_today(
    browser: Browser, rota: Schedule
) -> None:
    page = await browser.open(f"/schedules/{rota.id}?since=soon&span=eon&zone=Mars/Base")

    assert page.status_code == 200
    assert "Mon 2 Mar to Sun 8 Mar 2026" in text_of(page)
    assert (await browser.open(f"/schedules/{rota.id}?since=9999-12-31")).status_code == 200
    assert (await browser.open(f"/schedules/{new_id()}")).status_code == 404


async def test_names_of_others_are_only_text(browser: Browser, night: Night) -> None:
    evil = replace(night.team.ann, id=new_id(), name="<script>alert(1)</script>", email="e@x.org")
    async with night.database.begin() as tx:
        await USERS.insert(tx, evil)
    rota = await make_rota(night, "<b>Bold</b>", evil)
    for path in ("", f"/{rota.id}", f"/{rota.id}/edit", f"/{rota.id}/overrides"):
        page = await browser.open(f"/schedules{path}")
        assert "<script>alert" not in page.text
        assert "<b>Bold" not in page.text


async def test_a_schedule_is_deleted_unless_a_policy_uses_it(
    browser: Browser, night: Night, rota: Schedule
) -> None:
    other = await make_rota(night, "Other", night.team.ann)
    await make_policy(night, "Payments", (rota,))
    page = await browser.open(f"/schedules/{rota.id}")

    refused = await browser.send(page, f"/schedules/{rota.id}/delete")
    assert refused.status_code == 409
    told = "Schedule can't be deleted if it's being used by escalation policies."
    assert told in text_of(refused)
    gone = await browser.send(page, f"/schedules/{other.id}/delete")
    assert gone.headers["location"] == "/schedules"
    assert "The schedule was deleted." in text_of(await browser.open("/schedules"))
    assert (await browser.open(f"/schedules/{other.id}")).status_code == 404


async def test_an_observer_may_look_and_has_no_buttons(
    visitor: Visitor, resident: Resident, rota: Schedule
) -> None:
    browser = await visitor(await resident("Olga", role="observer"))
    page = await browser.open(f"/schedules/{rota.id}")

    assert page.status_code == 200
    assert "Cover a shift" not in page.text
    assert "/edit" not in page.text
    assert "Delete this schedule" not in page.text
    for path in ("/delete", "/overrides", "/overrides/delete", ""):
        answer = await browser.send(page, f"/schedules/{rota.id}{path}")
        assert answer.status_code == 403
    assert (await browser.open("/schedules/new")).status_code == 403
    assert (await browser.open(f"/schedules/{rota.id}/edit")).status_code == 403
    assert "New schedule" not in (await browser.open("/schedules")).text


async def test_a_turn_of_a_week_is_one_block(browser: Browser, night: Night) -> None:
    rota = await make_rota(night, "Weekly", night.team.ann, night.team.ben, turn=WEEK)
    page = await browser.open(f"/schedules/{rota.id}?span=month")

    assert [title.split()[0] for title in titles(page)[:5]] == ["Ann", "Ben", "Ann", "Ben", "Ann"]
