"""What a person is told: one message may speak of many incidents."""

from datetime import datetime
from typing import Any, Final, Literal

import msgspec

from tocsin.domain.intake.event import Image, Link, Severity
from tocsin.domain.people.user import Urgency
from tocsin.domain.reaching.answer import Deed

MessageKind = Literal[
    "page", "copy", "trial", "code", "awake", "hand_off", "status_update", "responder_request"
]

MOST_LISTED: Final = 100  # nobody reads more; the rest is counted
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


class Notice(msgspec.Struct, frozen=True, kw_only=True):
    """What a message that is no page speaks of beside its incidents, as far as its kind has it.

    ``code`` is to be typed in. A shift for ``schedule`` begins or ends at ``shift_at``. ``person``
    wrote ``note``, asks for help, or was paged himself where this is a copy. A mail shows
    ``subject`` and ``html`` instead, where they are given.
    """

    code: str = ""
    schedule: str = ""
    begins: bool = True
    shift_at: datetime | None = None
    person: str = ""
    note: str = ""
    subject: str = ""
    html: str = ""


class Purpose(msgspec.Struct, frozen=True, kw_only=True):
    """What a message is for, and what may be done about it where it arrives."""

    kind: MessageKind
    notice: Notice = Notice()
    deeds: tuple[Deed, ...] = ()


class Message(msgspec.Struct, frozen=True, kw_only=True):
    """A message to one person. ``short`` is the wish for a few plain lines.

    ``sender`` is from whom a mail comes. ``further`` counts the incidents that it is about as well
    and has no room for. ``title``, ``text`` (a short message), ``body`` (a longer one) and
    ``speech`` are its words in the person's language. ``deeds`` are what may be done about it
    where it arrives: ``token`` proves that it did, and ``answer_url`` is a page that does it. Where
    nobody ``hears`` what is written back, only the page does.
    """

    id: str
    kind: MessageKind = "page"
    at: datetime
    sender: str
    recipient: str
    language: str = "en"
    time_zone: str
    short: bool = False
    incidents: tuple[Briefing, ...] = ()
    further: int = 0
    notice: Notice = Notice()
    title: str = ""
    text: str = ""
    body: str = ""
    speech: str = ""
    deeds: tuple[Deed, ...] = ()
    token: str = ""
    answer_url: str = ""
    hears: bool = True

    @property
    def in_full(self) -> bool:
        """Whether details are told too, and not only what there is."""
        return len(self.incidents) <= MOST_IN_FULL

    @property
    def headline(self) -> str:
        """What it is about, in a few words."""
        if len(self.incidents) == 1:
            return f"#{self.incidents[0].number} {self.incidents[0].title}"
        return f"{len(self.incidents) + self.further} triggered incidents"
