"""Further notices: shifts, status updates and copies, added and taken away by forms."""

import re

import pytest

from tests.night import Night
from tests.rota import make_rota
from tests.web.conftest import Browser, Resident, Visitor, text_of
from tocsin.domain.people.user import User


@pytest.fixture
async def una(resident: Resident) -> User:
    return await resident("Una", role="user")


@pytest.fixture
async def browser(visitor: Visitor, una: User, night: Night) -> Browser:
    """Give the browser of somebody with a telephone."""
    await night.give(una, "sms", "5550100")
    return await visitor(una)


async def send(browser: Browser, una: User, where: str, **fields: str) -> str:
    path = f"/users/{una.id}/notices"
    page = await browser.open(path)
    method = re.search(r'<option value="(P\w+)">SMS', page.text)
    assert method
    answer = await browser.send(page, f"{path}/{where}", **({"contact_method": method[1]} | fields))
    if not answer.is_redirect:
        return f"{answer.status_code} {text_of(answer)}"
    return text_of(await browser.open(answer.headers["location"]))


async def remove(browser: Browser, una: User, where: str) -> str:
    path = f"/users/{una.id}/notices"
    page = await browser.open(path)
    found = re.search(rf'action="({path}/{where}/\w+/remove)"', page.text)
    assert found
    answer = await browser.send(page, found[1])
    return text_of(await browser.open(answer.headers["location"]))


async def test_the_way_leads_from_the_profile(browser: Browser, una: User) -> None:
    assert f'href="/users/{una.id}/notices"' in (await browser.open(f"/users/{una.id}")).text


async def test_a_notice_before_shifts_comes_and_goes(browser: Browser, una: User) -> None:
    said = await send(browser, una, "handoffs", type="oncall", minutes="30")
    assert "30 min before beginnings of shifts, by SMS (sms)" in said
    again = await send(browser, una, "handoffs", type="oncall", minutes="30")
    assert again.startswith("400")
    assert "There is such a rule" in again

    assert "Nobody tells you when a shift" in await remove(browser, una, "handoffs")


async def test_a_time_that_is_none_is_refused(browser: Browser, una: User) -> None:
    assert "must be a whole number" in await send(browser, una, "handoffs", minutes="soon")


async def test_status_updates_go_where_somebody_wants_them(browser: Browser, una: User) -> None:
    assert "By SMS (sms) Remove" in await send(browser, una, "updates")
    assert "By SMS (sms) Remove" not in await remove(browser, una, "updates")


async def test_somebody_learns_from_a_person_and_from_a_schedule(
    browser: Browser, una: User, night: Night
) -> None:
    rota = await make_rota(night, "Primary", night.team.ann)

    assert "Pages of Ann" in await send(browser, una, "shadows", whom=f"user:{night.team.ann.id}")
    said = await send(browser, una, "shadows", whom=f"schedule:{rota.id}")
    assert "Pages of whoever holds Primary" in said
    assert "Choose a person or a schedule" in await send(browser, una, "shadows", whom="nonsense")
    assert "Pages of Ann" not in await remove(browser, una, "shadows")


async def test_copies_go_where_somebody_wants_them(
    browser: Browser, una: User, night: Night
) -> None:
    ann = f"user:{night.team.ann.id}"
    phone = await night.give(una, "phone", "5550101")
    assert (await send(browser, una, "shadows", whom=ann, copies_to="PNOBODY")).startswith("400")

    said = await send(browser, una, "shadows", whom=ann, copies_to=phone.id)

    assert "Pages of Ann, by telephone (phone)" in said


async def test_nobody_changes_the_notices_of_others(browser: Browser, night: Night) -> None:
    answer = await browser.open(f"/users/{night.team.ann.id}/notices")

    assert answer.status_code == 403
