"""Each page, at each width, light and dark: it fits, and nobody is shut out."""

from collections.abc import AsyncIterator
from typing import Final, NamedTuple

import pytest
from playwright.async_api import Browser, Page

from tests.browser.drive import COLOURS, HEIGHT, RULES, SCHEMES, WIDTHS, go, violations, visitors
from tests.browser.history import Lived
from tests.browser.tour import STOPS, Stop, unvisited

LOOKED_AT: Final = (WIDTHS[0], WIDTHS[-1])
WHAT_OPENS: Final = "[...document.querySelectorAll('main [popover]')].map(one => one.id)"
TOO_WIDE: Final = "document.documentElement.scrollWidth - document.documentElement.clientWidth"


class Windows(NamedTuple):
    """What shows one page after the other: to the owner, and to strangers."""

    owner: Page
    stranger: Page


def test_the_tour_stops_at_each_page() -> None:
    assert list(unvisited()) == []


@pytest.fixture(scope="module")
async def windows(chromium: Browser, lived: Lived) -> AsyncIterator[Windows]:
    """Open both windows once; a fault in a script of any page is told when they close."""
    async with visitors(chromium, lived.site) as visit:
        yield Windows(await visit("/incidents", lived.town.people["Ann"]), await visit("/login"))


@pytest.fixture
async def page(windows: Windows, lived: Lived, stop: Stop) -> Page:
    """Give the page at which the tour stops."""
    page = windows.stranger if stop.is_open else windows.owner
    await page.set_viewport_size({"width": WIDTHS[-1], "height": HEIGHT})
    await page.emulate_media(color_scheme="light")
    await go(page, lived.town.address(stop.address))
    return page


@pytest.mark.xdist_group("tour")  # the town is built but once
@pytest.mark.parametrize("stop", STOPS, ids=lambda stop: stop.name)
async def test_a_page_fits_everywhere_and_shuts_nobody_out(page: Page) -> None:
    for width in WIDTHS:
        await page.set_viewport_size({"width": width, "height": HEIGHT})
        assert await page.evaluate(TOO_WIDE) == 0, f"wider than {width} px"
        if width in LOOKED_AT:
            for scheme in SCHEMES:
                await page.emulate_media(color_scheme=scheme)
                rules = RULES if scheme == SCHEMES[0] else COLOURS
                assert await violations(page, rules=rules) == [], f"{scheme}, {width} px"
    for name in await page.evaluate(WHAT_OPENS):
        await page.evaluate("name => document.getElementById(name).togglePopover()", name)
        assert await violations(page, part=name) == [], f"{name} is open"
        await page.evaluate("name => document.getElementById(name).togglePopover()", name)
