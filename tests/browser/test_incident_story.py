"""Open pages: what happens elsewhere appears, and nothing that somebody is at is disturbed."""

from playwright.async_api import Locator, Page, expect

from tests.browser.drive import Visit
from tests.browser.site import Site
from tests.browser.start import begin, watch
from tocsin.domain.people.user import User
from tocsin.usecases.response.incidents import Change, by_hand, change

FIRST, SECOND, THIRD = "Disk full", "Disk slow", "Disk gone"


async def test_several_are_acknowledged_at_once_then_resolved(site: Site, visit: Visit) -> None:
    page, _ = await _three(site, visit)

    await page.get_by_label("Select all on this page").check()
    await expect(page.locator("#selected")).to_contain_text("3")
    await page.locator("#bulk").get_by_role("button", name="Acknowledge").click()
    await expect(page.locator(".row.acknowledged")).to_have_count(3)
    for title in (FIRST, SECOND):
        await _row(page, title).get_by_role("checkbox").check()
    await page.keyboard.press("r")
    await expect(page.locator(".row")).to_have_count(1)
    await expect(page.get_by_role("link", name=THIRD)).to_be_visible()


async def test_several_are_given_to_somebody_else(site: Site, visit: Visit) -> None:
    page, _ = await _three(site, visit)

    await _row(page, FIRST).get_by_role("checkbox").check()
    await _row(page, SECOND).get_by_role("checkbox").check()
    await page.locator("#bulk").get_by_role("button", name="Reassign").click()
    await page.get_by_label("Ben").check()
    await page.get_by_role("button", name="Reassign").click()
    await expect(_row(page, FIRST)).to_contain_text("Ben")
    await expect(_row(page, THIRD)).to_contain_text("Ann")


async def test_several_become_one(site: Site, visit: Visit) -> None:
    page, _ = await _three(site, visit)

    await page.get_by_label("Select all on this page").check()
    await page.locator("#bulk").get_by_role("button", name="Merge").click()
    await page.get_by_label(FIRST).check()
    await page.get_by_role("button", name="Merge").click()
    await expect(page.get_by_role("heading", level=1)).to_have_text(FIRST)
    await page.goto("/incidents")
    await expect(page.locator(".row")).to_have_count(1)


async def test_what_is_being_typed_stays_while_the_page_refreshes(site: Site, visit: Visit) -> None:
    page, ann = await _three(site, visit)
    await page.get_by_role("link", name=FIRST).click()
    await page.get_by_label("Write a note").fill("Half a sent")

    await _acknowledge(page, site, ann)
    await expect(page.locator("#head")).to_contain_text("Acknowledged")
    await expect(page.get_by_label("Write a note")).to_have_value("Half a sent")
    await expect(page.get_by_label("Write a note")).to_be_focused()


async def test_a_lost_connection_is_said_and_heals(site: Site, visit: Visit) -> None:
    page, ann = await _three(site, visit)
    async with page.expect_response(lambda response: "/live" in response.url):
        await page.get_by_role("link", name=FIRST).click()

    await page.route("**/live**", lambda route: route.abort())
    site.let_go()
    await expect(page.locator("#lost")).to_be_visible()
    await page.unroute("**/live**")
    await _acknowledge(page, site, ann)
    await expect(page.locator("#head")).to_contain_text("Acknowledged")
    await expect(page.locator("#lost")).to_be_hidden()


async def test_keys_are_listed_and_can_be_turned_off(site: Site, visit: Visit) -> None:
    page, _ = await _three(site, visit)

    await page.keyboard.press("?")
    await expect(page.get_by_role("dialog", name="Keys")).to_be_visible()
    await page.get_by_label("Single keys act in this browser").uncheck()
    await page.get_by_role("button", name="Close").click()
    await page.keyboard.press("j")
    await expect(page.locator("[data-row-link]:focus")).to_have_count(0)


async def test_g_and_a_letter_go_elsewhere(site: Site, visit: Visit) -> None:
    page, _ = await _three(site, visit)

    await page.keyboard.press("g")
    await page.keyboard.press("o")
    await expect(page).to_have_url(f"{site.url}/oncall")
    await page.wait_for_load_state()
    await page.keyboard.press("/")
    await expect(page.get_by_role("searchbox").first).to_be_focused()


async def test_whoever_only_looks_sees_no_button(site: Site, visit: Visit) -> None:
    await _three(site, visit)
    page = await visit("/incidents", await site.person("Olga", role="observer"))

    await expect(page.locator("#bulk")).to_have_count(0)
    await page.get_by_role("link", name=FIRST).click()
    await expect(page.get_by_role("button", name="Acknowledge")).to_have_count(0)


async def _three(site: Site, visit: Visit) -> tuple[Page, User]:
    """Open the list of three incidents, as Ann, who has them."""
    start = await begin(site)
    key = await watch(site, start, "Database")
    for title in (FIRST, SECOND, THIRD):
        await site.send(key, title)
    page = await visit("/incidents", start.ann)
    await expect(page.locator(".row")).to_have_count(3)
    return page, start.ann


def _row(page: Page, title: str) -> Locator:
    return page.locator(".row").filter(has_text=title)


async def _acknowledge(page: Page, site: Site, user: User) -> None:
    """Let it be acknowledged elsewhere."""
    incident_id = page.url.rpartition("/")[2]
    wanted = Change(incident_id=incident_id, status="acknowledged")
    await change(site.house, [wanted], by_hand(user), site.now)
