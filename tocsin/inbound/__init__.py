"""Vendor payload -> Event, pure: one file per dialect."""

from typing import Final, Protocol

from tocsin.inbound import events_v1, events_v2
from tocsin.inbound.reading import Heard, NewKey, Unreadable


class Adapter(Protocol):
    """A module that understands one dialect of events."""

    def speaks(self, body: bytes, /) -> bool:
        """Say whether a body is in this dialect; raise ``Unreadable`` if it is no JSON at all."""
        ...

    def hear(self, body: bytes, /, *, new_key: NewKey, key: str | None = None) -> Heard:
        """Return the event and whom it is for, or raise ``Unreadable``."""
        ...


ADAPTERS: Final[tuple[Adapter, ...]] = (events_v2, events_v1)


def adapter_of(body: bytes) -> Adapter:
    """Return the adapter that speaks the body's dialect; the first where none or no body does."""
    try:
        return next((adapter for adapter in ADAPTERS if adapter.speaks(body)), ADAPTERS[0])
    except Unreadable:
        return ADAPTERS[0]
