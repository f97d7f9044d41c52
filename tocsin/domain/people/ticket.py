"""Tickets: links that let somebody choose a password, once and for a while."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Final, Literal

import msgspec

TicketKind = Literal["invitation", "reset"]

GOOD_FOR: Final[Mapping[TicketKind, timedelta]] = {
    "invitation": timedelta(days=7),
    "reset": timedelta(hours=1),
}


class Ticket(msgspec.Struct, frozen=True, kw_only=True):
    """A person's link, known by the hash of its token alone."""

    id: str
    user_id: str
    kind: TicketKind
    token_hash: bytes
    created_at: datetime
    expires_at: datetime

    def is_good(self, kind: TicketKind, now: datetime) -> bool:
        """Say whether it is of this kind and not too old."""
        return self.kind == kind and now < self.expires_at
