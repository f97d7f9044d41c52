"""A browser without script: real requests, and forms as HTML says how they are sent."""

import asyncio
from collections.abc import AsyncIterator, Iterable, Iterator
from contextlib import asynccontextmanager
from typing import Final
from urllib.parse import urlencode, urljoin

import httpx
from bs4 import BeautifulSoup, Tag

from tests.journeys.hands import GLANCE, PATIENCE, squeezed

UNSEEN: Final = "[hidden], [popover], script, datalist, details:not([open]) > :not(summary)"
BUTTONS: Final = "button"
FIELDS: Final = "input, textarea, select"


class HttpHands:
    """Loads a page again where a script would show what is new."""

    def __init__(self, http: httpx.AsyncClient) -> None:
        self._http = http
        self._page = BeautifulSoup("", "html.parser")
        self._may_load_again = False
        self.address = ""

    async def open(self, address: str) -> None:
        """Go to a page."""
        await self._ask("GET", address)

    async def follow(self, words: str, *, within: str = "") -> None:
        """Follow a link."""
        link = _called(words, self._within(within).select("a[href]"))
        await self.open(urljoin(self.address, str(link["href"])))

    async def press(self, words: str, *, within: str = "") -> None:
        """Press a button: one that opens something shows that it is there, others send a form."""
        button = _called(words, self._within(within).select(BUTTONS))
        if opens := button.get("popovertarget"):
            assert self._page.find(id=str(opens)), f"Nothing opens at {words}"
            return
        form = button.find_parent("form")
        assert isinstance(form, Tag), f"{words} belongs to no form"
        path = button.get("formaction") or form.get("action") or self.address
        target, fields = urljoin(self.address, str(path)), [*_sent(form), *_pressed(button)]
        if form.get("method") == "post":
            await self._ask("POST", target, fields)
        else:
            await self.open(f"{target.partition('?')[0]}?{urlencode(fields)}")

    async def unfold(self, words: str, *, within: str = "") -> None:
        """Open what is folded."""
        summary = _called(words, self._within(within).select("summary"))
        assert summary.parent
        summary.parent["open"] = ""

    async def fill(self, label: str, text: str, *, within: str = "") -> None:
        """Write into a field."""
        field = self._field(label, within)
        if field.name == "textarea":
            field.string = text
        else:
            field["value"] = text

    async def choose(self, label: str, option: str, *, within: str = "") -> None:
        """Choose from a list."""
        options = self._field(label, within).select("option")
        for one in options:
            del one["selected"]
        _called(option, options)["selected"] = ""

    async def tick(self, label: str, *, within: str = "") -> None:
        """Tick a box, or one of several circles."""
        field = self._field(label, within)
        if field["type"] == "radio":
            form = field.find_parent("form")
            assert isinstance(form, Tag)
            for one in form.select(f'[type="radio"][name="{field["name"]}"]'):
                del one["checked"]
        field["checked"] = ""

    async def untick(self, label: str) -> None:
        """Take the tick from a box."""
        del self._field(label, "")["checked"]

    async def read_key(self, label: str) -> str:
        """Read what is there to be copied."""
        [key] = [k for k in self._page.select(".key") if _name(k.summary).startswith(label)]
        assert key.code
        return key.code.get_text(strip=True)

    async def sees(self, *words: str) -> None:
        """Wait until the page says all of this."""
        until = asyncio.get_running_loop().time() + PATIENCE
        while missing := [one for one in words if squeezed(one) not in self._read()]:
            told = f"{self.address} does not say {missing}:\n{self._page.get_text(' ', strip=True)}"
            assert self._may_load_again, told
            assert asyncio.get_running_loop().time() < until, told
            await asyncio.sleep(GLANCE)
            await self.open(self.address)

    async def reads(self, words: str) -> bool:
        """Say whether the page says this now."""
        return squeezed(words) in self._read()

    def _within(self, group: str) -> Tag:
        if not group:
            return self._page
        groups = [one for one in self._page.select("fieldset") if _name(one.legend) == group]
        groups += self._page.select(f'nav[aria-label="{group}"]')
        assert groups, f"{self.address} has no group {group}"
        return groups[0]

    def _field(self, label: str, within: str) -> Tag:
        found = _called(label, self._within(within).select("label"))
        by_id = found.get("for")
        field = self._page.find(id=str(by_id)) if by_id else found.select_one(FIELDS)
        assert isinstance(field, Tag), f"{label} labels nothing"
        return field

    def _read(self) -> str:
        return squeezed("".join(_texts(self._page.body or self._page)))

    async def _ask(self, method: str, address: str, fields: Iterable[tuple[str, str]] = ()) -> None:
        sent = {"content-type": "application/x-www-form-urlencoded"} if method == "POST" else {}
        body = urlencode([*fields])
        answer = await self._http.request(method, address, content=body, headers=sent)
        self._page = BeautifulSoup(answer.text, "html.parser")
        self.address = str(answer.url)
        self._may_load_again = answer.request.method == "GET"
        assert answer.is_success, (
            f"{method} {address}: {answer.status_code} {self._page.get_text()}"
        )


@asynccontextmanager
async def http_hands() -> AsyncIterator[HttpHands]:
    """Give a browser that follows where it is sent."""
    accepts = {"accept": "text/html"}
    async with httpx.AsyncClient(follow_redirects=True, headers=accepts, timeout=PATIENCE) as http:
        yield HttpHands(http)


def _called(words: str, among: list[Tag]) -> Tag:
    """Return what is called exactly so, or else what begins so."""
    named = [(_name(one), one) for one in among]
    found = [one for name, one in named if name == words]
    found += [one for name, one in named if name.startswith(words)]
    assert found, f"{words} is not among {[name for name, _ in named]}"
    return found[0]


def _name(one: Tag | None) -> str:
    """Say what something is called, without ornaments."""
    if one is None:
        return ""
    if label := one.get("aria-label"):
        return str(label)
    pieces = (text for text in one.find_all(string=True) if not _is_ornament(text.parent, one))
    return " ".join(" ".join(pieces).split())


def _is_ornament(within: Tag | None, top: Tag) -> bool:
    while within is not None and within is not top.parent:
        if within.get("aria-hidden") == "true" or within.name in {"option", "textarea"}:
            return within is not top
        within = within.parent
    return False


def _texts(top: Tag) -> Iterator[str]:
    hidden = {id(one) for one in top.select(UNSEEN)}
    stack = [*reversed(top.contents)]
    while stack:
        one = stack.pop()
        if not isinstance(one, Tag):
            yield str(one)
        elif id(one) not in hidden:
            stack += reversed(one.contents)


def _pressed(button: Tag) -> list[tuple[str, str]]:
    name = button.get("name")
    return [(str(name), str(button.get("value", "")))] if name else []


def _sent(form: Tag) -> Iterator[tuple[str, str]]:
    """List what a form sends, but for its button."""
    for field in form.select(FIELDS):
        name, kind = str(field.get("name", "")), field.get("type", "text")
        if not name or field.has_attr("disabled"):
            continue
        if field.name == "textarea":
            yield name, field.get_text().removeprefix("\n").replace("\n", "\r\n")
        elif field.name == "select":
            options = field.select("option")
            chosen = [one for one in options if one.has_attr("selected")] or options[:1]
            yield from ((name, str(one.get("value", one.get_text()))) for one in chosen)
        elif kind not in {"checkbox", "radio"} or field.has_attr("checked"):
            yield name, str(field.get("value", "on" if kind == "checkbox" else ""))
