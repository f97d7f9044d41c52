"""Each page, at each width, light and dark: it fits, and nobody is shut out."""

from collections.abc import AsyncIterator
from typing import Final

import pytest
from playwright.async_api import Browser, Page

from tests.browser.drive import HEIGHT, SCHEMES, WIDTHS, violations, visitors
from tests.browser.history import Lived
from tests.browser.tour import STOPS, Stop, unvisited

LOOKED_AT: Final = (WIDTHS[0], WIDTHS[-1])
WHAT_OPENS: Final = "[...document.querySelectorAll('main [popover]')].map(one => one.id)"
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
        if width in LOOKED_AT:
            for scheme in SCHEMES:
                await page.emulate_media(color_scheme=scheme)
                assert await violations(page) == [], f"{scheme}, {width} px"
    for name in await page.evaluate(WHAT_OPENS):
        await page.evaluate("name => document.getElementById(name).togglePopover()", name)
        assert await violations(page) == [], f"{name} is open"
        await page.evaluate("name => document.getElementById(name).togglePopover()", name)
