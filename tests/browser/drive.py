"""The browser: started once, and a window for each visitor."""

import re
import shutil
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any, Final, Literal

from axe_playwright_python.base import AXE_SCRIPT
from playwright.async_api import Browser, Page, Route, async_playwright

from tests.browser.site import Site
from tocsin.domain.people.user import User
from tocsin.web.visit import SESSION

CHROMIUM: Final = shutil.which("chromium")
HEIGHT: Final = 900
WIDTHS: Final = (360, 768, 1440)
SCHEMES: Final[tuple[Literal["light", "dark"], ...]] = ("light", "dark")

# What a machine for tests has no use for, or must not do.
FLAGS: Final = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)

# Complaints of the browser about what tests do on purpose.
WANTED: Final = ("the server responded with a status of", "net::ERR_FAILED")

Rules = dict[str, object]
RULES: Final[Rules] = {
    "type": "tag",
    "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"],
}
COLOURS: Final[Rules] = {"type": "rule", "values": ["color-contrast", "link-in-text-block"]}
# Only what is wrong comes back: what is right is much longer.
LOOK: Final = """
async ([runOnly, part]) => {
  const where = document.getElementById(part) ?? document
  const found = await axe.run(where, {runOnly, resultTypes: ["violations"]})
  return found.violations.flatMap(rule => rule.nodes.map(
    node => `${rule.id}: ${node.html.slice(0, 200)} ${node.failureSummary}`))
}
"""
ELSEWHERE: Final = re.compile("^https://")
PLOT: Final = """
<svg xmlns="http://www.w3.org/2000/svg" width="480" height="160" viewBox="0 0 480 160">
<path fill="#fff" d="M0 0h480v160H0z"/>
<path stroke="#d9dee5" d="M0 40h480M0 80h480M0 120h480"/>
<path fill="none" stroke="#b3261e" stroke-width="2" d="M0 150L60 148 120 151 180 146 240 149 300 140
330 96 360 70 390 40 420 46 480 34"/>
</svg>
"""

Visit = Callable[..., Awaitable[Page]]


@asynccontextmanager
async def launched() -> AsyncIterator[Browser]:
    """Run the system's own Chromium."""
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield browser
        await browser.close()


@asynccontextmanager
async def visitors(browser: Browser, site: Site) -> AsyncIterator[Visit]:
    """Open windows; a fault in any script, or what the policy forbids, fails the test."""
    faults: list[str] = []
    contexts = []

    async def visit(
        path: str, user: User | None = None, *, width: int = WIDTHS[-1], **given: Any
    ) -> Page:
        size: Any = {"width": width, "height": HEIGHT}
        given = {"reduced_motion": "reduce"} | given
        context = await browser.new_context(viewport=size, base_url=site.url, **given)
        contexts.append(context)
        await context.route(ELSEWHERE, _plot)
        if user:
            token = await site.sign_in(user)
            await context.add_cookies([{"name": SESSION, "value": token, "url": site.url}])
        page = await context.new_page()
        page.on("pageerror", lambda error: faults.append(f"{page.url}: {error}"))
        page.on("console", lambda said: faults.extend(_grave(page.url, said)))
        await go(page, path)
        return page

    yield visit
    for context in contexts:
        await context.close()
    assert not faults, faults


async def go(page: Page, path: str) -> None:
    """Let a window show another page."""
    answer = await page.goto(path)
    assert answer
    assert answer.ok, f"{path}: {answer.status}"


async def violations(page: Page, *, rules: Rules = RULES, part: str = "") -> list[str]:
    """Say what shuts somebody out of a page, or of the part of it that has this id."""
    if not await page.evaluate("'axe' in window"):
        await page.evaluate(AXE_SCRIPT)
    await page.evaluate("scrollTo(0, 0)")  # or the bar that stays may cover half a button
    return list(await page.evaluate(LOOK, [rules, part]))


async def _plot(route: Route) -> None:
    """Stand in for whoever keeps the pictures of alerts."""
    await route.fulfill(body=PLOT, content_type="image/svg+xml")


def _grave(url: str, said: Any) -> list[str]:
    """Return what a script complained of, but for answers that a test may want."""
    if said.type != "error" or any(wanted in said.text for wanted in WANTED):
        return []
    return [f"{url}: {said.text}"]
