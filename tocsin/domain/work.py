"""Due work: everything that is to happen later, and the first pages that are to happen now."""

from datetime import datetime
from typing import Any, Literal

import msgspec

TIMER = "timer"
LETTER = "letter"  # a lane of its own: however many letters wait, no page waits behind them
WorkKind = Literal[
    "notify",
    "notice",
    "receipt",
    "letter",
    "escalate",
    "unacknowledge",
    "auto_resolve",
    "awake",
    "asleep",
    "urgency_change",
]


class Work(msgspec.Struct, frozen=True, kw_only=True):
    """One thing to do at ``due``. ``lane`` is ``timer``, ``letter``, or the channel of a page.

    ``contact_method_id`` None with kind ``notify`` means the person's login address.
    ``id`` and ``planned_for`` are given when it is stored; ``attempts`` counts leases.
    ``held_until`` is set where it had to wait for the limit of a provider.
    """

    id: int = 0
    lane: str
    kind: WorkKind
    due: datetime
    planned_for: datetime | None = None
    attempts: int = 0
    incident_id: str | None = None
    generation: int | None = None
    user_id: str | None = None
    contact_method_id: str | None = None
    payload: dict[str, Any] | None = None
    held_until: datetime | None = None

    @property
    def address(self) -> str:
        """Whom it reaches, and by what: messages to one address wait for each other."""
        return self.contact_method_id or self.user_id or ""
