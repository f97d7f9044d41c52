"""Events made of what tools say in words of their own, whatever its length."""

import hashlib
import re
from typing import Any, Final

from tocsin.domain.intake.event import Action, Event, Link

MAX_DEDUP_KEY: Final = 255
MAX_SUMMARY: Final = 1024
MAX_ATTACHED: Final = 50

_ELLIPSIS: Final = "…"
_OF_THE_WEB: Final = re.compile(r"https?://[^\s/].*", re.DOTALL)


def make(action: Action, dedup_key: str, summary: str, **more: Any) -> Event:
    """Make an event. A tool cannot mend what it says, so a summary that is too long is cut.

    A dedup key is not cut, which could make two of them one, but digested. Empty texts are none.
    """
    said = {name: value for name, value in more.items() if value != ""}
    return Event(
        action=action, dedup_key=bounded_key(dedup_key), summary=cut(summary, MAX_SUMMARY), **said
    )


def bounded_key(dedup_key: str) -> str:
    """Return a key that is short enough, the same one for the same words."""
    if len(dedup_key) <= MAX_DEDUP_KEY:
        return dedup_key
    return hashlib.sha256(dedup_key.encode()).hexdigest()


def cut(told: str, most: int) -> str:
    """Return a text on one line, and no longer than ``most`` characters."""
    line = " ".join(told.split())
    return line if len(line) <= most else line[: most - 1] + _ELLIPSIS


def links(*leading: tuple[str, str]) -> tuple[Link, ...]:
    """Return links of addresses and their texts; what is no address of the web is left out."""
    found = [Link(href, told) for href, told in leading if _OF_THE_WEB.match(href)]
    return tuple(found[:MAX_ATTACHED])
