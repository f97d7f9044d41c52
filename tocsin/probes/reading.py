"""Reading a page: the words that a visitor sees, and whether they are the right ones."""

import asyncio
from collections.abc import Iterator
from html import unescape
from typing import Final

from tocsin.kit.text import one_line
from tocsin.probes.look import Fault

LONGEST_SHOWN: Final = 100
# Within a line, as opposed to what begins a new one.
_INLINE: Final = frozenset({
    "a", "abbr", "b", "code", "em", "i", "mark", "s", "small", "span", "strong", "sub", "sup", "u",
})  # fmt: skip
_UNSEEN: Final = ("script", "style", "template")


async def check_words(html: str, *, contains: str, lacks: str) -> None:
    """Look for words in a page and in its source."""
    if contains and not await _has(html, contains):
        raise Fault("content", f"The text {quoted(contains)} is missing")
    if lacks and await _has(html, lacks):
        raise Fault("content", f"The text {quoted(lacks)} is there")


def quoted(text: str) -> str:
    """Show a text within a sentence."""
    return f'"{one_line(text, LONGEST_SHOWN)}"'


def words_of(html: str) -> str:
    """Return what a visitor reads, with one space wherever there is any."""
    return " ".join(unescape("".join(_seen(html))).split())


async def _has(html: str, text: str) -> bool:
    """Look in the source first; others need not wait while all of a long page is read."""
    return text in html or " ".join(text.split()) in await asyncio.to_thread(words_of, html)


def _seen(html: str) -> Iterator[str]:
    """Yield the texts between tags in one pass: a hostile page costs no more than its size."""
    first, *pieces = html.split("<")
    yield first
    within = ""
    for piece in pieces:
        tag, _, text = piece.partition(">")
        name = tag.split(maxsplit=1)[0].rstrip("/").lower() if tag.strip() else ""
        if within:
            within = "" if name == f"/{within}" else within
        elif name in _UNSEEN:
            within = name
            continue
        if not within:
            yield text if name.lstrip("/") in _INLINE else f" {text}"
