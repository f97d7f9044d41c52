"""Vendor payload -> Event, pure: one file per dialect."""

from typing import Final, Protocol

from tocsin.inbound import events_v1, events_v2
from tocsin.inbound.reading import Heard, NewKey


class Adapter(Protocol):
    """A module that understands one dialect of events."""

    def speaks(self, body: bytes, /) -> bool:
        """Say whether a body is in this dialect; raise ``Unreadable`` if it is in none."""
        ...

    def hear(self, body: bytes, /, *, new_key: NewKey, key: str | None = None) -> Heard:
        """Return the event and whom it is for, or raise ``Unreadable``."""
        ...


ADAPTERS: Final[tuple[Adapter, ...]] = (events_v2, events_v1)


def adapter_of(body: bytes) -> Adapter:
    """Return the first adapter that speaks the body's dialect; of an unclear one, the newest."""
    return next((adapter for adapter in ADAPTERS if adapter.speaks(body)), ADAPTERS[0])
