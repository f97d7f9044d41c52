"""What arrives at the door: an event with its key, and what became of it."""

from collections.abc import Awaitable, Callable
from enum import Enum

import msgspec

from tocsin.domain.intake.event import ChangeEvent, Event


class Parcel(msgspec.Struct, frozen=True, kw_only=True):
    """One event of one integration. ``path``, ``sender`` and ``body`` matter in quarantine only."""

    key: str
    what: Event | ChangeEvent
    path: str
    sender: str
    body: bytes


class Stray(msgspec.Struct, frozen=True, kw_only=True):
    """A request that could not be read at an address that belongs to an integration."""

    key: str
    reason: str
    path: str
    sender: str
    body: bytes


class Verdict(Enum):
    """What became of a parcel, once that is committed."""

    ACCEPTED = "accepted"
    UNKNOWN_KEY = "unknown_key"
    UNSTORABLE = "unstorable"


Take = Callable[[Parcel | Stray], Awaitable[Verdict]]  # stores, and returns after the commit


class Full(Exception):  # noqa: N818 - the sender is told to come back, nothing failed
    """More events wait than may; try again in ``retry_after`` seconds."""

    def __init__(self, retry_after: int) -> None:
        super().__init__(f"Too many events are waiting; try again in {retry_after} seconds.")
        self.retry_after = retry_after
