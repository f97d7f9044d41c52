"""A test event is sent from a page, which then tells by itself what became of it."""

from playwright.async_api import expect

from tests.browser.drive import Visit
from tests.browser.site import Site
from tests.browser.start import begin
from tocsin.usecases.intake import integrations, service_directory, services
from tocsin.usecases.intake.integrations import Wish


async def test_a_test_event_is_followed_until_it_is_over(site: Site, visit: Visit) -> None:
    start = await begin(site)
    wish = services.Wish(name="Checkout", escalation_policy_id=start.policy_id)
    service = await service_directory.add(site.house, wish, Wish(vendor_id="PTESTOM"), site.now)
    page = await visit(f"/service-directory/{service.id}/integrations", start.ann)

    await page.get_by_role("link", name="Send a test event").click()
    await page.get_by_role("button", name="Send a test event").click()
    trail = page.locator("#trial")
    await expect(trail).to_contain_text("Triggered")
    await expect(trail).to_contain_text("Delivered")
    await page.get_by_role("button", name="Resolve the test incident").click()
    await expect(trail).to_contain_text("The test is over.")
    [way] = await integrations.find(site.house, service.id, opened=False)
    assert way.last_event_at


async def test_the_name_of_an_integration_is_suggested_while_somebody_writes(
    site: Site, visit: Visit
) -> None:
    start = await begin(site)
    page = await visit("/service-directory/new", start.ann)
    name = page.get_by_label("Integration Name")

    await page.get_by_label("Integration Type").select_option(label="Blackfire.io")
    await page.get_by_label("Name", exact=True).fill("Shopping  Cart")
    await expect(name).to_have_attribute("placeholder", "blackfire-Shopping-Cart")
    await page.get_by_label("Integration Type").select_option(label="None yet")
    await expect(name).to_be_disabled()


async def test_support_hours_are_asked_for_only_where_they_count(site: Site, visit: Visit) -> None:
    start = await begin(site)
    page = await visit("/service-directory/new", start.ann, java_script_enabled=False)
    hours = page.get_by_role("group", name="Support hours")

    await expect(hours).to_be_hidden()
    await page.get_by_label("By support hours").check()
    await expect(hours).to_be_visible()
