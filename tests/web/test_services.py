"""Services as pages: the directory, one of them, and the buttons that quieten or end it."""

from datetime import timedelta

import pytest
import sqlalchemy as sa

from tests.night import Night
from tests.team import NOON
from tests.web.conftest import Browser, Resident, Visitor, text_of
from tocsin.domain.intake.event import ChangeEvent, Link
from tocsin.domain.intake.service import MaintenanceWindow, Service
from tocsin.store import tables
from tocsin.store.intake.maintenance_windows import MAINTENANCE_WINDOWS
from tocsin.store.intake.services import SERVICES
from tocsin.usecases.duty.escalation_policies import Wish as PolicyWish
from tocsin.usecases.duty.escalation_policies import change as change_policy
from tocsin.usecases.intake import maintenance_windows, services
from tocsin.usecases.intake.parcels import Parcel
from tocsin.usecases.people import teams

PATH = "/service-directory"
HOSTILE = "</td><script>alert(1)</script>"
HOUR = timedelta(hours=1)


async def _stored(night: Night) -> list[Service]:
    async with night.database.read() as tx:
        return await SERVICES.select(tx)


async def _windows(night: Night) -> list[MaintenanceWindow]:
    async with night.database.read() as tx:
        return await MAINTENANCE_WINDOWS.select(tx)


async def _add(night: Night, name: str, *, disabled: bool = False) -> Service:
    policy_id = night.team.policy.id
    wish = services.Wish(name=name, escalation_policy_id=policy_id, disabled=disabled)
    return (await services.create(night.house, wish, NOON)).service


async def _press(browser: Browser, night: Night, button: str, **fields: str) -> str:
    """Press a button of the team's service, and read the page that comes of it."""
    path = f"{PATH}/{night.team.service.id}"
    answer = await browser.send(await browser.open(path), f"{path}/{button}", **fields)
    return text_of(await browser.open(answer.headers["location"]))


async def test_the_directory_tells_how_each_service_fares_and_who_is_called(
    browser: Browser, night: Night
) -> None:
    await _add(night, "Archive", disabled=True)
    await night.trigger("Disk full", "Disk slow")
    await night.acknowledge((await night.incidents())[0])
    said = text_of(await browser.open(PATH))

    assert "All 2 Open incidents 1 In maintenance 0 Disabled 1" in said
    assert "Checkout 1 triggered 1 acknowledged Ann just now just now" in said
    assert "Archive Disabled Nothing open Ann None yet None yet" in said


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ("?q=check", "Checkout"),
        ("?q=money", "Checkout"),
        ("?show=open", "Checkout"),
        ("?show=disabled", "Archive"),
        ("?show=nonsense&q=arch", "Archive"),
    ],
)
async def test_services_are_found(browser: Browser, night: Night, asked: str, found: str) -> None:
    await _add(night, "Archive", disabled=True)
    wish = services.Wish(description="It takes the money")
    await services.change(night.house, night.team.service.id, wish, NOON)
    await night.trigger("Disk full")
    page = await browser.open(f"{PATH}{asked}")

    named = {name for name in ("Checkout", "Archive") if f">{name}</a>" in page.text}
    assert named == {found}


@pytest.mark.parametrize(
    ("asked", "told"),
    [
        ("?q=nothing", "No service is like that."),
        ("?show=open", "No service has an open incident."),
        ("?show=maintenance", "No service is in maintenance."),
        ("?show=disabled", "No service is disabled."),
        ("?page=7", "There is no page 7 of this list."),
    ],
)
async def test_an_empty_list_says_why(browser: Browser, asked: str, told: str) -> None:
    assert told in text_of(await browser.open(f"{PATH}{asked}"))


async def test_an_empty_directory_says_what_a_service_is(browser: Browser, night: Night) -> None:
    await night.sql(sa.delete(tables.services))

    assert "A service is a thing that can break" in text_of(await browser.open(PATH))


async def test_services_of_a_team_are_found_through_their_policy(
    browser: Browser, night: Night
) -> None:
    made = [await teams.create(night.house, teams.Wish(name=name), NOON) for name in ("A", "B")]
    await change_policy(night.house, night.team.policy.id, PolicyWish(team_ids=(made[0].id,)))

    theirs, none = [text_of(await browser.open(f"{PATH}?team={team.id}")) for team in made]
    assert "Checkout" in theirs
    assert "No service is like that." in none


async def test_a_long_directory_has_pages(browser: Browser, night: Night) -> None:
    for number in range(51):
        await _add(night, f"Shop {number:02}")

    first, second = [await browser.open(f"{PATH}?q=shop&page={n}") for n in (1, 2)]
    assert f"{PATH}?q=shop&amp;page=2" in first.text
    assert "Shop 50" not in text_of(first)
    assert "Shop 50" in text_of(second)


async def test_a_service_is_shown_with_what_happens_and_who_looks_after_it(
    browser: Browser, night: Night
) -> None:
    await night.trigger("Disk slow")
    night.passes(minutes=2)
    await night.trigger("Disk slow", action="resolve")
    await night.trigger("Disk full")
    links = (Link("https://ci.example.com/7", "Build 7"), Link("javascript:alert(1)", "Trap"))
    change = ChangeEvent(summary="Deployed 4.2", source="ci", links=links)
    await night.take(Parcel(key=night.team.key, what=change, path="/", sender="", body=b""))
    page = await browser.open(f"{PATH}/{night.team.service.id}")
    said = text_of(page)

    for told in (
        "1 triggered",
        "#2 Disk full Ann, began just now",
        "#1 Disk slow Began 2 min ago, resolved just now",
        "Deployed 4.2 ci, just now · Build 7 · Trap",
        "Policy Web",
        "Level 1 A Ann",
        "An event came just now.",
        "None is planned.",
    ):
        assert told in said
    assert "javascript:" not in page.text


async def test_nobody_on_call_is_said_where_services_are_listed(
    browser: Browser, night: Night
) -> None:
    rules = sa.func.replace(
        sa.cast(tables.escalation_policies.c.rules, sa.Text), "user", "schedule"
    )
    emptied = sa.update(tables.escalation_policies).values(rules=sa.cast(rules, sa.JSON))
    await night.sql(emptied)

    assert "Nobody on call Ann as the last resort" in text_of(await browser.open(PATH))


async def test_a_service_is_disabled_and_the_notice_can_undo_it(
    browser: Browser, night: Night
) -> None:
    said = await _press(browser, night, "disable")
    [disabled] = await _stored(night)
    again = await _press(browser, night, "enable")
    [enabled] = await _stored(night)

    assert "its alerts are recorded and page nobody. Undo" in said
    assert "This service is disabled." in said
    assert (disabled.disabled, enabled.disabled) == (True, False)
    assert "This service is disabled." not in again


async def test_one_click_gives_an_hour_of_maintenance_and_the_next_one_ends_it(
    browser: Browser, night: Night
) -> None:
    said = await _press(browser, night, "maintenance")
    [window] = await _windows(night)
    over = await _press(browser, night, "end-maintenance", window=window.id)
    [ended] = await _windows(night)

    assert "In maintenance until 14:00." in said
    assert (
        f"/maintenance_windows/new?service={night.team.service.id}"
        in (await browser.open(f"{PATH}/{night.team.service.id}")).text
    )
    assert (window.end, window.service_ids) == (NOON + HOUR, (night.team.service.id,))
    assert "The maintenance window is over." in over
    assert ended.end == NOON


async def test_a_window_that_is_over_already_is_no_fault(browser: Browser, night: Night) -> None:
    await _press(browser, night, "maintenance")
    [window] = await _windows(night)
    night.passes(hours=2)

    assert "It was over already." in await _press(
        browser, night, "end-maintenance", window=window.id
    )


async def test_windows_to_come_are_listed_with_whoever_made_them(
    browser: Browser, night: Night
) -> None:
    other = await _add(night, "Archive")
    for ids in ((night.team.service.id,), (night.team.service.id, other.id)):
        wish = maintenance_windows.Wish(
            start=NOON + HOUR, end=NOON + 2 * HOUR, service_ids=ids, description="New disks"
        )
        await maintenance_windows.create(night.house, wish, night.team.ben, NOON)
    said = text_of(await browser.open(f"{PATH}/{night.team.service.id}"))

    assert "14:00 to 15:00 in Europe/Vienna New disks, by Ben Cancel it" in said
    assert "With 1 other service Look at it" in said


async def test_the_settings_are_told_in_words(browser: Browser, night: Night) -> None:
    wish = services.Wish(
        acknowledgement_timeout=0,
        auto_resolve_timeout=7200,
        alert_grouping={"type": "time", "config": {"timeout": 5}},
        auto_pause={"enabled": True, "timeout": 300},
    )
    await services.change(night.house, night.team.service.id, wish, NOON)
    said = text_of(await browser.open(f"{PATH}/{night.team.service.id}/settings"))

    for told in (
        f"Service ID {night.team.service.id}",
        "Escalation Policy Web",
        "High: people are called until somebody answers",
        "Off: an acknowledgement lasts",
        "resolved by itself 2 h after it began",
        "By time: alerts join an incident for 5 min after it began",
        "Pages go out at once.",
    ):
        assert told in said


async def test_deleting_names_what_will_happen_and_does_it(browser: Browser, night: Night) -> None:
    await night.trigger("Disk full", "Disk slow")
    path = f"{PATH}/{night.team.service.id}"
    page = await browser.open(f"{path}/settings")
    answer = await browser.send(page, f"{path}/delete")
    after = await browser.open(answer.headers["location"])

    assert "Its 2 open incidents are resolved at once" in text_of(page)
    assert "The key of its integration stops working" in text_of(page)
    assert "The service was deleted" in text_of(after)
    assert [incident.status for incident in await night.incidents()] == ["resolved"] * 2
    assert await _stored(night) == []


async def test_hostile_names_stay_words(browser: Browser, night: Night) -> None:
    wish = services.Wish(name=HOSTILE, description=HOSTILE)
    await services.change(night.house, night.team.service.id, wish, NOON)
    await night.trigger(HOSTILE)
    path = f"{PATH}/{night.team.service.id}"

    for address in (PATH, path, f"{path}/settings", f"{path}/integrations/new", f"{path}/edit"):
        page = await browser.open(address)
        assert page.status_code == 200
        assert "<script>alert" not in page.text
        assert "&lt;script&gt;alert(1)" in page.text


async def test_an_observer_sees_everything_and_no_button(
    resident: Resident, visitor: Visitor, night: Night
) -> None:
    browser = await visitor(await resident("Otto", role="observer"))
    path = f"{PATH}/{night.team.service.id}"
    pages = [await browser.open(address) for address in (PATH, path, f"{path}/settings")]

    assert [page.status_code for page in pages] == [200] * 3
    for word in ("Add New Service", "Maintenance for 1 h", "Edit", "Disable this", "Plan a"):
        assert all(word not in text_of(page) for page in pages)
    assert (await browser.open(f"{path}/edit")).status_code == 403
    assert (await browser.send(pages[0], f"{path}/delete")).status_code == 403


async def test_addresses_of_the_api_lead_to_the_pages(browser: Browser) -> None:
    for rest in ("", "/PNONE"):
        assert (await browser.open(f"/services{rest}")).headers["location"] == f"{PATH}{rest}"


async def test_a_service_that_is_gone_is_not_found(browser: Browser) -> None:
    for rest in ("", "/settings", "/integrations", "/edit"):
        assert (await browser.open(f"{PATH}/PNONE{rest}")).status_code == 404
