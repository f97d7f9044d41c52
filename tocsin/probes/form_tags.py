"""The tags of a page that forms are made of, found in one pass however hostile the page is."""

import re
from collections.abc import Iterator
from itertools import islice
from typing import Final

MOST: Final = 20_000  # tags

_TAG: Final = re.compile(
    r"""
    <(?: (?P<comment>!--)
    |   (?P<hidden>script|style|template|title|xmp)\b
    |   (?P<tag>/?(?:base|form|input|select|option|textarea|button))(?=[\s/>])
        (?:[^<>"']++ | "[^"]{0,2000}+" | '[^']{0,2000}+'){0,100}+>
    )""",
    re.IGNORECASE | re.VERBOSE,
)
_WITH_TEXT: Final = ("option", "textarea")


def form_tags(html: str) -> str:
    """Return a page without all that belongs to no form."""
    return "".join(islice(_kept(html), MOST))


def _kept(html: str) -> Iterator[str]:
    """Yield tags, with the text that counts; what has no end hides all that follows."""
    at = 0
    while at >= 0 and (found := _TAG.search(html, at)):
        at = found.end()
        if found["comment"]:
            at = _after(html, "-->", at - 2)  # <!--> is one, too
        elif found["hidden"]:
            at = _after(html, f"</{found['hidden']}", at)
        else:
            name = found["tag"].lower()
            end = _end_of_text(html, name, at) if name in _WITH_TEXT else at
            yield found[0] + html[at:end].replace("<", "&lt;")
            at = end


def _end_of_text(html: str, name: str, at: int) -> int:
    end = _find(html, "</textarea" if name == "textarea" else "<", at)
    return len(html) if end < 0 else end


def _after(html: str, mark: str, at: int) -> int:
    end = _find(html, mark, at)
    return end if end < 0 else end + len(mark)


def _find(html: str, mark: str, at: int) -> int:
    found = re.compile(re.escape(mark), re.IGNORECASE).search(html, at)
    return found.start() if found else -1
