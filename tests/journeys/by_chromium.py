"""Hands at a real browser, in which pages follow by themselves what happens."""

import asyncio
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Final, Literal

from playwright.async_api import Browser, Locator, Page

from tests.journeys.hands import GLANCE, PATIENCE, squeezed

MOST: Final = PATIENCE * 1000
READY: Final = "domcontentloaded"  # scripts have begun by then

# What becomes of a press: another page, the same page in part, or nothing that is sent.
_EFFECT: Final = """button => {
  if (button.type !== "submit" || !button.form) return "none";
  if (button.matches("[data-redraw]")) return "redraw";
  return button.form.matches("[data-swift]") ? "swift" : "page";
}"""


class ChromiumHands:
    """Waits as people do, until what they have asked for has come."""

    def __init__(self, page: Page) -> None:
        self._page = page

    @property
    def address(self) -> str:
        """The address of the page."""
        return self._page.url

    async def open(self, address: str) -> None:
        """Go to a page."""
        answer = await self._page.goto(address, wait_until=READY)
        assert answer
        assert answer.ok, f"{address}: {answer.status}"

    async def follow(self, words: str, *, within: str = "") -> None:
        """Follow a link."""
        link = await self._found("link", words, within)
        async with self._page.expect_navigation(wait_until=READY):
            await link.click()

    async def press(self, words: str, *, within: str = "") -> None:
        """Press a button."""
        button = await self._found("button", words, within)
        match await button.evaluate(_EFFECT):
            case "page":
                async with self._page.expect_navigation(wait_until=READY):
                    await button.click()
            case "redraw":
                form = await self._page.query_selector("#draft")
                await button.click()
                await self._page.wait_for_function("form => !form.isConnected", arg=form)
            case "swift":
                async with self._page.expect_response(
                    lambda answer: answer.request.method == "POST"
                ):
                    await button.click()
            case _:
                await button.click()

    async def unfold(self, words: str, *, within: str = "") -> None:
        """Open what is folded."""
        summary = self._within(within).locator("summary").filter(has_text=_begins(words)).first
        if not await summary.evaluate("summary => summary.parentElement.open"):
            await summary.click()

    async def fill(self, label: str, text: str, *, within: str = "") -> None:
        """Write into a field."""
        await (await self._field(label, within)).fill(text)

    async def choose(self, label: str, option: str, *, within: str = "") -> None:
        """Choose from a list."""
        field = await self._field(label, within)
        texts = await field.locator("option").all_inner_texts()
        [chosen] = [text for text in texts if text == option] or [
            text for text in texts if text.startswith(option)
        ]
        await field.select_option(label=chosen)

    async def tick(self, label: str, *, within: str = "") -> None:
        """Tick a box, or one of several circles."""
        await (await self._field(label, within)).check()

    async def untick(self, label: str) -> None:
        """Take the tick from a box."""
        await (await self._field(label, "")).uncheck()

    async def read_key(self, label: str) -> str:
        """Read what is there to be copied."""
        key = self._page.locator(".key").filter(has_text=_begins(label))
        return (await key.locator("code").inner_text()).strip()

    async def sees(self, *words: str) -> None:
        """Wait until the page says all of this."""
        until = asyncio.get_running_loop().time() + PATIENCE
        while missing := [one for one in words if squeezed(one) not in await self._read()]:
            told = f"{self.address} does not say {missing}:\n{await self._said()}"
            assert asyncio.get_running_loop().time() < until, told
            await asyncio.sleep(GLANCE)

    async def reads(self, words: str) -> bool:
        """Say whether the page says this now."""
        return squeezed(words) in await self._read()

    def _within(self, group: str) -> Page | Locator:
        if not group:
            return self._page
        fields = self._page.get_by_role("group", name=group, exact=True)
        return fields.or_(self._page.get_by_role("navigation", name=group, exact=True)).first

    async def _found(self, role: Literal["button", "link"], words: str, within: str) -> Locator:
        where = self._within(within)
        return await _first(
            where.get_by_role(role, name=words, exact=True),
            where.get_by_role(role, name=_begins(words)),
        )

    async def _field(self, label: str, within: str) -> Locator:
        where = self._within(within)
        return await _first(
            where.get_by_label(label, exact=True), where.get_by_label(_begins(label))
        )

    async def _said(self) -> str:
        return await self._page.inner_text("body")

    async def _read(self) -> str:
        return squeezed(await self._said())


@asynccontextmanager
async def chromium_hands(browser: Browser) -> AsyncIterator[ChromiumHands]:
    """Give a window of its own; a fault in any script fails the story."""
    faults: list[str] = []
    context = await browser.new_context(
        viewport={"width": 1280, "height": 900}, reduced_motion="reduce"
    )
    context.set_default_timeout(MOST)
    page = await context.new_page()
    page.on("pageerror", lambda error: faults.append(f"{page.url}: {error}"))
    yield ChromiumHands(page)
    await context.close()
    assert not faults, faults


def _begins(words: str) -> re.Pattern[str]:
    return re.compile(rf"^\s*{re.escape(words)}")


async def _first(exactly: Locator, beginning: Locator) -> Locator:
    """Return what is called exactly so, or else what begins so."""
    return exactly.first if await exactly.count() else beginning.first
