"""A service is set up as the monitoring tool's guide says it; then something breaks."""

import pytest
from playwright.async_api import Page, expect

from tests.browser.drive import Visit
from tests.browser.site import PASSWORD, Site
from tests.browser.start import POLICY, begin
from tocsin.domain.people.user import User

TITLE = "Checkout: the page does not say “Thank you”"


async def test_from_sign_in_to_a_resolved_incident_with_live_pages_and_keys(
    site: Site, visit: Visit
) -> None:
    start = await begin(site)
    page = await visit("/", permissions=["clipboard-read", "clipboard-write"])
    await sign_in(page, start.ann)
    await add_service(page)
    key = await shown_key(page)
    await page.get_by_role("button", name="Copy Integration Key").click()
    assert await page.evaluate("navigator.clipboard.readText()") == key

    await page.goto("/incidents")
    await expect(page.get_by_text("Nothing is open.")).to_be_visible()
    await site.send(key, TITLE)
    await expect(page.get_by_role("link", name=TITLE)).to_be_visible()
    await expect(page).to_have_title("(1) Incidents · Tocsin")
    await expect(page.locator("#said")).not_to_be_empty()

    await page.keyboard.press("j")
    await expect(page.get_by_role("link", name=TITLE)).to_be_focused()
    await page.keyboard.press("a")
    await expect(page.locator(".row")).to_contain_text("Acknowledged")
    await page.keyboard.press("j")
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("heading", level=1)).to_have_text(TITLE)
    await page.wait_for_load_state()
    await page.keyboard.press("n")
    await expect(page.get_by_label("Write a note")).to_be_focused()
    await page.keyboard.type("The cache was full.")
    await page.get_by_role("button", name="Add note").click()
    await expect(page.locator("#notes-part")).to_contain_text("The cache was full.")
    await page.locator("h1").click()
    await page.keyboard.press("r")
    await expect(page.locator("#head")).to_contain_text("Resolved")


@pytest.mark.parametrize("width", [360, 1440])
async def test_the_same_without_script(site: Site, visit: Visit, width: int) -> None:
    start = await begin(site)
    page = await visit("/", java_script_enabled=False, width=width)
    await sign_in(page, start.ann)
    await add_service(page)
    key = await shown_key(page)

    await site.send(key, TITLE)
    await page.goto("/incidents")
    await page.get_by_role("checkbox", name="Select #1").check()
    await page.locator("#bulk").get_by_role("button", name="Acknowledge").click()
    await expect(page.locator(".row")).to_contain_text("Acknowledged")
    await page.get_by_role("link", name=TITLE).click()
    await page.get_by_label("Write a note").fill("The cache was full.")
    await page.get_by_role("button", name="Add note").click()
    await expect(page.locator("#notes-part")).to_contain_text("The cache was full.")
    await page.get_by_role("button", name="Resolve", exact=True).first.click()
    await expect(page.locator("#head")).to_contain_text("Resolved")


async def sign_in(page: Page, user: User) -> None:
    """Come in by the door."""
    await page.get_by_label("E-mail").fill(user.email)
    await page.get_by_label("Password", exact=True).fill(PASSWORD)
    await page.get_by_role("button", name="Sign in").click()
    await expect(page.get_by_role("heading", level=1)).to_have_text("Incidents")


async def add_service(page: Page) -> None:
    """Follow the guide: Services, Add New Service, and what is asked for."""
    services = page.get_by_role("navigation", name="Main").get_by_role("link", name="Services")
    if not await services.is_visible():
        await page.get_by_role("button", name="More").click()
    await services.click()
    await page.get_by_role("link", name="Add New Service").first.click()
    await page.get_by_label("Name", exact=True).fill("Checkout")
    await page.get_by_label("Integration Type").select_option(label="Testomato")
    await page.get_by_label("Escalation Policy").select_option(label=POLICY)
    await page.get_by_label("High: people are called until somebody answers").check()
    await page.get_by_role("button", name="Add Service").click()
    await expect(page.get_by_role("heading", name="Testomato-Checkout")).to_be_visible()


async def shown_key(page: Page) -> str:
    """Read the integration key off the page."""
    key = (await page.locator(".key code").first.inner_text()).strip()
    assert len(key) == 32
    return key
