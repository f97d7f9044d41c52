"""Takes a picture of every page at every width, light and dark: `make screenshots`."""

import asyncio
import sys
from pathlib import Path
from typing import Final, Literal, NamedTuple

from playwright.async_api import Page
from rich.console import Console

from tests.browser.drive import HEIGHT, SCHEMES, WIDTHS, launched, visitors
from tests.browser.history import lived_in
from tests.browser.tour import STOPS, Stop
from tests.conftest import open_folder
from tocsin.store.postgres import Postgres

FOLDER: Final = Path("screenshots")
SHOWN_IN: Final = Path("docs/images")


class Shown(NamedTuple):
    """A picture of the documentation: as it is seen, not the whole page."""

    name: str
    width: int
    height: int
    scheme: Literal["light", "dark"]


SHOWN: Final = (
    Shown("incidents", 1200, 560, "light"),
    Shown("incident", 400, 760, "dark"),
    Shown("schedule", 1200, 700, "light"),
    Shown("policy", 1200, 720, "light"),
    Shown("analytics", 1200, 900, "dark"),
)


async def take(names: set[str]) -> None:
    """Take pictures of the pages with these names, or of all."""
    console = Console()
    for folder in (FOLDER, SHOWN_IN):
        folder.mkdir(exist_ok=True)
    with open_folder() as folder:
        postgres = await Postgres.start(folder, fast_and_unsafe=True)
        async with lived_in(postgres) as lived, launched() as browser:
            for stop in STOPS:
                if not names or stop.name in names:
                    async with visitors(browser, lived.site) as visit:
                        owner = None if stop.is_open else lived.town.people["Ann"]
                        page = await visit(lived.town.address(stop.address), owner)
                        await _take(page, stop)
                        await _show(page, stop)
                        console.print(f"  {stop.name}")
        await postgres.stop()


async def _take(page: Page, stop: Stop) -> None:
    for width in WIDTHS:
        await page.set_viewport_size({"width": width, "height": HEIGHT})
        for scheme in SCHEMES:
            await page.emulate_media(color_scheme=scheme)
            file = FOLDER / f"{stop.name}-{width}-{scheme}.png"
            await page.screenshot(path=file, full_page=True)


async def _show(page: Page, stop: Stop) -> None:
    """Take the pictures that the documentation shows of a page, small enough to be kept."""
    for shown in SHOWN:
        if shown.name == stop.name:
            await page.set_viewport_size({"width": shown.width, "height": shown.height})
            await page.emulate_media(color_scheme=shown.scheme)
            await page.screenshot(path=SHOWN_IN / f"{shown.name}.jpg", type="jpeg", quality=70)


if __name__ == "__main__":
    asyncio.run(take(set(sys.argv[1:])))
