"""Sessions: somebody is signed in to the pages, for as long as they keep coming back."""

from datetime import datetime, timedelta
from typing import Final

import msgspec

IDLE_FOR: Final = timedelta(days=14)
LONGEST: Final = timedelta(days=90)


class Origin(msgspec.Struct, frozen=True):
    """From where somebody comes, and with what browser, as they or their proxy tell it."""

    address: str = ""
    user_agent: str = ""


class Session(msgspec.Struct, frozen=True, kw_only=True):
    """A person's browser, known by the hash of its token alone."""

    id: str
    user_id: str
    token_hash: bytes
    created_at: datetime
    seen_at: datetime
    user_agent: str = ""
    address: str = ""

    def is_over(self, now: datetime) -> bool:
        """Say whether they stayed away for too long, or must prove again who they are."""
        return now - self.seen_at >= IDLE_FOR or now - self.created_at >= LONGEST
