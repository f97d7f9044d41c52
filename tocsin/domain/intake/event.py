"""What a monitoring tool says: an event, whichever dialect it arrived in."""

from typing import Any, Literal

import msgspec

Action = Literal["trigger", "acknowledge", "resolve"]
Severity = Literal["critical", "error", "warning", "info"]


class Link(msgspec.Struct, frozen=True, omit_defaults=True):
    """A link shown beside the alert."""

    href: str
    text: str | None = None


class Image(msgspec.Struct, frozen=True, omit_defaults=True):
    """An image shown beside the alert; ``href`` is where a click on it leads."""

    src: str
    href: str | None = None
    alt: str | None = None


class Event(msgspec.Struct, frozen=True, kw_only=True):
    """One event of one integration.

    ``dedup_key`` is never empty: a trigger without one was given one on arrival.
    ``severity`` is None where the dialect knows none (Events API v1).
    """

    action: Action
    dedup_key: str
    summary: str = ""
    severity: Severity | None = None
    source: str | None = None
    component: str | None = None
    group: str | None = None
    event_class: str | None = None
    timestamp: str | None = None
    client: str | None = None
    client_url: str | None = None
    links: tuple[Link, ...] = ()
    images: tuple[Image, ...] = ()
    custom_details: Any = None


class ChangeEvent(msgspec.Struct, frozen=True, kw_only=True):
    """A deploy or another change worth seeing beside incidents; it never pages."""

    summary: str
    source: str | None = None
    timestamp: str | None = None
    links: tuple[Link, ...] = ()
    images: tuple[Image, ...] = ()
    custom_details: Any = None
