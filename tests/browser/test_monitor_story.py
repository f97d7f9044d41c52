"""Somebody watches a thing, lets a service here be told of it, and sees that it works."""

from playwright.async_api import expect

from tests.browser.drive import Visit
from tests.browser.site import Site
from tocsin.domain.duty.escalation_policy import Target
from tocsin.usecases.duty import escalation_policies
from tocsin.usecases.duty.escalation_policies import RuleWish
from tocsin.usecases.intake import integrations, services


async def test_a_channel_is_set_up_and_its_test_comes_back_by_itself(
    site: Site, visit: Visit
) -> None:
    ann = await site.person("Ann", role="owner")
    rules = (RuleWish(delay_minutes=5, targets=(Target("user", ann.id),)),)
    wish = escalation_policies.Wish(name="Ann", rules=rules)
    policy = (await escalation_policies.create(site.house, wish)).policy
    shop = services.Wish(name="Shop", escalation_policy_id=policy.id)
    service = (await services.create(site.house, shop, site.now)).service
    way = await integrations.create(
        site.house, service.id, integrations.Wish(name="Monitors"), site.now
    )
    page = await visit("/monitors", ann)

    await page.get_by_role("link", name="Add a monitor").click()
    await page.get_by_role("link", name="Page walk").click()
    await page.get_by_label("Name", exact=True).fill("Sign in")
    await page.get_by_label("URL").fill("https://shop.example.com/login")
    await page.get_by_role("button", name="Add a step").click()
    await expect(page.get_by_role("heading", name="Step 2")).to_be_focused()
    await page.get_by_label("What to do").nth(1).select_option("submit")
    await page.get_by_label("Fields of the form").nth(1).fill("user=ann")
    await page.get_by_role("button", name="Add the monitor").click()
    await expect(page.get_by_text("An alert rule speaks up when it fails.")).to_be_visible()

    await page.get_by_role("link", name="Production").click()
    await page.get_by_role("link", name="Settings").nth(1).click()
    await page.get_by_role("link", name="Configure PagerDuty").click()
    await page.get_by_label("Name", exact=True).fill("Shop")
    await page.get_by_label("Integration Key").fill(way.key)
    await page.get_by_role("button", name="Save").click()
    await page.get_by_role("button", name="Test Integration").click()

    await expect(page.get_by_text("What came back")).to_be_visible()
    await expect(page.locator("#tried")).to_contain_text("Delivered")


async def test_a_rule_is_tried_before_it_is_saved(site: Site, visit: Visit) -> None:
    ann = await site.person("Ann", role="owner")
    page = await visit("/environments/new", ann)

    await page.get_by_label("Name", exact=True).fill("Production")
    await page.get_by_role("button", name="Add the environment").click()
    await page.get_by_role("link", name="Alert rules").click()
    await page.get_by_role("link", name="Add an alert rule").click()
    await page.get_by_role("button", name="Errors and timeouts").click()

    await expect(page.locator("#preview")).to_be_focused()
    await expect(page.locator("#preview")).to_have_text("It speaks of no monitor yet.")
    await expect(page.get_by_label("The condition for an alarm")).to_have_value(
        '!ok && fault_kind != "timeout"'
    )
    await page.get_by_role("button", name="Add the rule").click()
    await expect(page.get_by_text("The alert rule was added.")).to_be_visible()
