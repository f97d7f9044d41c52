"""Each page, at each width, light and dark: it fits, and nobody is shut out."""

from collections.abc import AsyncIterator
from typing import Any, Final

import pytest
from axe_playwright_python.async_playwright import Axe
from playwright.async_api import Browser, Page

from tests.browser.drive import HEIGHT, WIDTHS, visitors
from tests.browser.history import Lived
from tests.browser.tour import STOPS, Stop, unvisited

RULES: Final = {
    "runOnly": {
        "type": "tag",
        "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"],
    }
}
TOO_WIDE: Final = "document.documentElement.scrollWidth - document.documentElement.clientWidth"


def test_the_tour_stops_at_each_page() -> None:
    assert list(unvisited()) == []


@pytest.fixture
async def page(chromium: Browser, lived: Lived, stop: Stop) -> AsyncIterator[Page]:
    """Give the page at which the tour stops, as the owner sees it."""
    async with visitors(chromium, lived.site) as visit:
        owner = None if stop.is_open else lived.town.people["Ann"]
        yield await visit(lived.town.address(stop.address), owner)


@pytest.mark.parametrize("stop", STOPS, ids=lambda stop: stop.name)
async def test_a_page_fits_everywhere_and_shuts_nobody_out(page: Page) -> None:
    for width in WIDTHS:
        await page.set_viewport_size({"width": width, "height": HEIGHT})
        assert await page.evaluate(TOO_WIDE) == 0, f"wider than {width} px"
        for scheme in ("light", "dark"):
            await page.emulate_media(color_scheme=scheme)
            assert await _violations(page) == [], f"{scheme}, {width} px"


async def _violations(page: Page) -> list[Any]:
    await page.evaluate("scrollTo(0, 0)")  # or the bar that stays may cover half a button
    found = await Axe().run(page, options=RULES)
    return [
        (
            rule["id"],
            rule["help"],
            [(node["html"][:200], node["failureSummary"]) for node in rule["nodes"]],
        )
        for rule in found.response["violations"]
    ]
