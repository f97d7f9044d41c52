"""Notifications: each attempt to tell a person something, and what became of it."""

from datetime import datetime
from typing import Literal

import msgspec

Outcome = Literal["success", "retrying", "failed"]


class Notification(msgspec.Struct, frozen=True, kw_only=True):
    """One attempt, for one incident. ``detail`` says in words what the other side answered.

    ``carrier`` is the name of the provider; ``receipt`` is what it said of it afterwards.
    """

    id: str
    incident_id: str | None
    user_id: str
    contact_method_id: str | None
    kind: str
    address: str
    status: Outcome
    detail: str
    provider_id: str | None = None
    at: datetime
    message_id: str | None = None
    carrier: str = ""
    receipt: str | None = None
    receipt_at: datetime | None = None
