"""A schedule is made by clicking, somebody covers a shift, and the page says what the API says."""

from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from playwright.async_api import Page, expect

from tests.browser.drive import Visit
from tests.browser.site import Site
from tests.browser.start import begin
from tocsin.auth.keys import issue

ZONE = ZoneInfo("Europe/Vienna")


@pytest.mark.parametrize("has_script", [True, False])
async def test_two_layers_and_an_override_read_the_same_on_the_page_and_over_rest(
    site: Site, visit: Visit, has_script: bool
) -> None:
    start = await begin(site)
    page = await visit("/schedules", start.ann, java_script_enabled=has_script)
    await page.get_by_role("link", name="New schedule").first.click()
    await page.get_by_label("Name", exact=True).first.fill("Web, first")
    await page.get_by_label("Time zone", exact=True).first.fill("Europe/Vienna")
    await _add(page, "Layer 1", "Ann", has_script)
    await _add(page, "Layer 1", "Ben", has_script)
    await page.get_by_label("A turn is").select_option(label="One day")
    await page.get_by_role("button", name="Add a layer").click()
    await _add(page, "Layer 2", "Ben", has_script)
    await page.get_by_role("button", name="Add a restriction to Layer 2").click()
    await page.get_by_role("button", name="Preview", exact=True).last.click()
    await expect(page.locator("#preview .block-of").first).to_be_visible()
    await page.get_by_role("button", name="Make the schedule").click()
    await expect(page.get_by_role("heading", level=1)).to_have_text("Web, first")

    today = site.now.astimezone(ZONE).replace(hour=0, minute=0, second=0, microsecond=0)
    await _cover(page, start.ann.id, today + timedelta(days=2, hours=3), hours=30)
    schedule_id = page.url.split("/schedules/")[1].partition("?")[0].partition("/")[0]
    told = await _told(page, schedule_id, today)
    known = await _known(site, schedule_id, today)
    assert len(known) > 5
    assert told == known


async def _add(page: Page, layer: str, name: str, has_script: bool) -> None:
    await page.get_by_label(f"Add somebody to {layer}").select_option(label=name)
    if not has_script:
        await page.get_by_role("button", name=f"Add to {layer}").click()
    card = page.get_by_role("group", name=layer)
    await expect(card.locator(".turns .who").filter(has_text=name)).to_have_count(1)


async def _cover(page: Page, user_id: str, start: datetime, hours: int) -> None:
    await page.get_by_role("link", name="Cover a shift").click()
    await page.get_by_label("Who covers").select_option(user_id)
    await page.get_by_label("From").fill(f"{start:%Y-%m-%dT%H:%M}")
    await page.get_by_label("Until").fill(f"{start + timedelta(hours=hours):%Y-%m-%dT%H:%M}")
    await page.get_by_role("button", name="Cover it").click()
    await expect(page.get_by_role("heading", level=1)).to_have_text("Web, first")


async def _told(page: Page, schedule_id: str, today: datetime) -> list[tuple[str, ...]]:
    """Read who is on call, and when, off the table of the page."""
    await page.goto(f"/schedules/{schedule_id}?span=week&since={today:%Y-%m-%d}")
    await page.get_by_text("As a table").click()
    rows = [
        [await cell.inner_text() for cell in await row.locator("td").all()]
        for row in await page.locator(".rota-table tbody tr").all()
    ]
    final = [(who, since, until) for row, who, since, until in rows if row == rows[-1][0]]
    return _without_end([entry for entry in final if entry[0] != "Nobody"])


async def _known(site: Site, schedule_id: str, today: datetime) -> list[tuple[str, ...]]:
    """Ask the API the same."""
    async with site.house.database.begin() as tx:
        _, key = await issue(tx, description="A story", now=site.now)
    answer = await site.http.get(
        f"/schedules/{schedule_id}",
        params={"since": today.isoformat(), "until": (today + timedelta(days=7)).isoformat()},
        headers={"authorization": f"Token token={key}"},
    )
    final = answer.json()["schedule"]["final_schedule"]["rendered_schedule_entries"]
    return _without_end([_entry(entry) for entry in final])


def _without_end(entries: list[tuple[str, ...]]) -> list[tuple[str, ...]]:
    """Leave out when the last shift ends: the API cuts it where the question ends."""
    return [*entries[:-1], entries[-1][:2]]


def _entry(entry: dict[str, Any]) -> tuple[str, ...]:
    ends = (datetime.fromisoformat(entry[end]).astimezone(ZONE) for end in ("start", "end"))
    return (entry["user"]["summary"], *(f"{at:%a} {at.day} {at:%b %H:%M}" for at in ends))
