"""What a person is told: one message may speak of many incidents."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final, Literal

import msgspec

from tocsin.domain.event import Image, Link, Severity
from tocsin.domain.user import Urgency

MOST_IN_FULL: Final = 5  # of more incidents a message gives only the headings


class Briefing(msgspec.Struct, frozen=True, kw_only=True):
    """An incident as somebody who is woken for it needs to know it."""

    id: str
    number: int
    title: str
    service: str
    urgency: Urgency
    opened_at: datetime
    html_url: str
    policy: str
    assignees: tuple[str, ...] = ()
    severity: Severity | None = None
    source: str | None = None
    details: Any = None
    links: tuple[Link, ...] = ()
    images: tuple[Image, ...] = ()


class Message(msgspec.Struct, frozen=True, kw_only=True):
    """A message to one person. ``short`` is the wish for a few plain lines."""

    id: str
    kind: Literal["page"] = "page"
    at: datetime
    recipient: str
    time_zone: str
    short: bool = False
    incidents: tuple[Briefing, ...]

    @property
    def in_full(self) -> bool:
        """Whether details are told too, and not only what there is."""
        return len(self.incidents) <= MOST_IN_FULL


def headline(incidents: Sequence[Briefing]) -> str:
    """Say in a few words what a page is about."""
    if len(incidents) == 1:
        return f"#{incidents[0].number} {incidents[0].title}"
    return f"{len(incidents)} triggered incidents"
