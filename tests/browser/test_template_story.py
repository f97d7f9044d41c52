"""An administrator changes the words of pages and sees what comes of them as one types."""

from playwright.async_api import Page, expect

from tests.browser.drive import Visit
from tests.browser.site import Site
from tests.browser.start import begin


async def test_a_preview_follows_what_is_typed_and_nothing_is_saved_by_it(
    site: Site, visit: Visit
) -> None:
    start = await begin(site)
    page = await visit("/message-templates/text/en", start.ann)
    preview = page.locator("#preview")
    await expect(preview).to_contain_text("#1284 Disk full on db-1 (Checkout).")

    await page.get_by_label("Template").fill("{{ incident.title }}!")
    await expect(preview).to_contain_text("Disk full on db-1!")
    await page.get_by_label("Template").fill("{{ incident.titel }}!")
    await expect(preview).to_contain_text("Template cannot be used.")

    await page.reload()
    await expect(preview).to_contain_text("#1284 Disk full on db-1 (Checkout).")


async def test_words_are_saved_without_script(site: Site, visit: Visit) -> None:
    start = await begin(site)
    page = await visit("/message-templates/text/en", start.ann, java_script_enabled=False)

    await _preview(page, "{{ incident.title }}?", "Disk full on db-1?")
    await page.get_by_role("button", name="Save").click()
    await expect(page.get_by_text("Saved. The next page is told in these words.")).to_be_visible()
    await page.get_by_role("button", name="Back to the words built in").click()
    await expect(page.get_by_text("These words are built in.")).to_be_visible()


async def _preview(page: Page, text: str, seen: str) -> None:
    await page.get_by_label("Template").fill(text)
    await page.get_by_role("button", name="Preview").click()
    await expect(page.locator("#preview")).to_contain_text(seen)
