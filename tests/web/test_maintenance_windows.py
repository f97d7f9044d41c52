"""The pages of maintenance windows: begun at once or planned, in a named zone, and ended."""

from datetime import UTC, datetime, timedelta

import pytest

from tests.night import Night
from tests.team import NOON
from tests.web.conftest import Browser, Resident, Visitor, text_of
from tocsin.domain.intake.service import MaintenanceWindow
from tocsin.usecases.intake import maintenance_windows
from tocsin.usecases.intake.maintenance_windows import Filter, Wish
from tocsin.usecases.parts import Part

HERE = "/maintenance_windows"
HOUR = timedelta(hours=1)
PLANNED = {
    "when": "planned",
    "start": "2026-03-10T08:00",
    "end": "2026-03-10T09:30",
    "zone": "Europe/Vienna",
}


async def windows(night: Night) -> list[MaintenanceWindow]:
    found, _ = await maintenance_windows.find(night.house, Filter(), Part(limit=10), night.now)
    return [known.window for known in found]


async def add(night: Night, start: datetime, end: datetime, **given: str) -> MaintenanceWindow:
    wish = Wish(start=start, end=end, service_ids=(night.team.service.id,), **given)
    return (await maintenance_windows.create(night.house, wish, night.team.ann, night.now)).window


async def send(browser: Browser, at: str, path: str, **fields: str | list[str]) -> str:
    """Send a form, and return what the next page says."""
    answer = await browser.send(await browser.open(at), path, **fields)
    if not answer.is_redirect:
        return f"{answer.status_code} {text_of(answer)}"
    return text_of(await browser.open(answer.headers["location"]))


async def test_a_window_begins_at_once_for_an_hour(browser: Browser, night: Night) -> None:
    service = night.team.service.id
    page = await browser.open(f"{HERE}/new?service={service}")
    assert f'value="{service}" checked' in page.text

    said = await send(
        browser, f"{HERE}/new", HERE, service_ids=service, when="now", minutes="60",
        description="Moving a disk",
    )  # fmt: skip

    assert "Checkout: in maintenance now." in said
    assert "Ongoing" in said
    assert "Moving a disk by Carol" in said
    [window] = await windows(night)
    assert (window.start, window.end) == (NOON, NOON + HOUR)


async def test_a_window_is_planned_on_the_clocks_of_a_zone(browser: Browser, night: Night) -> None:
    said = await send(browser, f"{HERE}/new", HERE, service_ids=night.team.service.id, **PLANNED)

    assert "Checkout: planned." in said
    assert "Upcoming" in said
    [window] = await windows(night)
    assert window.start == datetime(2026, 3, 10, 7, tzinfo=UTC)
    assert window.end == datetime(2026, 3, 10, 8, 30, tzinfo=UTC)


async def test_faults_stand_beside_their_fields_and_what_was_typed_stays(
    browser: Browser, night: Night
) -> None:
    form = await browser.open(f"{HERE}/new")
    wrong = PLANNED | {"start": "2026-03-29T02:30", "end": "2026-10-25T02:30"}
    page = await browser.send(form, HERE, service_ids=night.team.service.id, **wrong)

    assert page.status_code == 400
    assert 'id="start-fault">Start time cannot be Sun 29 Mar 2026, 02:30' in page.text
    assert 'id="end-fault">End time Sun 25 Oct 2026, 02:30 comes twice' in page.text
    assert "The second, 1 h later, in CET" in page.text
    assert f'value="{night.team.service.id}" checked' in page.text
    assert 'value="planned" checked' in page.text

    for fields, sentence in (
        ({"minutes": "60"}, "Services must be 1 to 1000."),
        ({"minutes": "7", "service_ids": "P1"}, "How long must be one of the lengths"),
        ({"minutes": "60", "service_ids": "PGONE"}, "Service PGONE was not found."),
        (PLANNED | {"zone": "Vienna", "service_ids": "P1"}, "Time zone must be the name of"),
        ({"when": "planned", "zone": "UTC", "service_ids": "P1"}, "Start time must be a date"),
    ):
        assert sentence in await send(browser, f"{HERE}/new", HERE, **fields)
    assert await windows(night) == []


async def test_a_running_window_is_made_longer_and_keeps_its_beginning(
    browser: Browser, night: Night
) -> None:
    night.passes(seconds=42)
    begun = night.now
    window = await add(night, begun, begun + HOUR)
    night.passes(minutes=10)
    form = await browser.open(f"{HERE}/{window.id}/edit")
    assert 'value="2026-03-02T13:00"' in form.text

    said = await send(
        browser, f"{HERE}/{window.id}/edit", f"{HERE}/{window.id}",
        service_ids=night.team.service.id, start="2026-03-02T13:00", end="2026-03-02T15:00",
        zone="Europe/Vienna", description="",
    )  # fmt: skip

    assert "The maintenance window was changed." in said
    [changed] = await windows(night)
    assert changed.start == begun
    assert changed.end == datetime(2026, 3, 2, 14, tzinfo=UTC)


async def test_a_running_window_is_ended_and_a_future_one_deleted(
    browser: Browser, night: Night
) -> None:
    running = await add(night, NOON, NOON + HOUR)
    future = await add(night, NOON + HOUR, NOON + 2 * HOUR)
    night.passes(minutes=5)

    assert "was ended" in await send(browser, HERE, f"{HERE}/{running.id}/delete")
    assert "was deleted" in await send(browser, HERE, f"{HERE}/{future.id}/delete")
    said = await send(browser, f"{HERE}/new", f"{HERE}/{running.id}/delete")

    assert said.startswith("409")
    assert "This maintenance window was over already." in said
    assert [window.end for window in await windows(night)] == [night.now]
    assert "Over" in text_of(await browser.open(f"{HERE}?tab=past"))


async def test_windows_of_another_service_are_left_out(browser: Browser, night: Night) -> None:
    window = await add(night, NOON, NOON + HOUR, description="Moving a disk")

    assert "Moving a disk" in (await browser.open(f"{HERE}?service={window.service_ids[0]}")).text
    other = await browser.open(f"{HERE}?service=PNONE")
    assert "No window of this service." in text_of(other)


@pytest.mark.parametrize("role", ["observer", "limited_user"])
async def test_who_may_not_manage_only_reads(
    visitor: Visitor, resident: Resident, night: Night, role: str
) -> None:
    window = await add(night, NOON, NOON + HOUR, description="<script>alert(1)</script>")
    browser = await visitor(await resident("Carl", role=role))
    page = await browser.open(HERE)
    own = await browser.open(f"{HERE}/{window.id}")

    for seen in (page, own):
        assert "&lt;script&gt;alert(1)" in seen.text
        assert "<script>alert" not in seen.text
        assert "/edit" not in seen.text
        assert "/delete" not in seen.text
    assert (await browser.open(f"{HERE}/new")).status_code == 403
    assert (await browser.send(page, f"{HERE}/{window.id}/delete")).status_code == 403
