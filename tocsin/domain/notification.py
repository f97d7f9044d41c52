"""Notifications: each attempt to tell a person something, and what became of it."""

from datetime import datetime
from typing import Literal

import msgspec

Outcome = Literal["success", "retrying", "failed"]


class Notification(msgspec.Struct, frozen=True, kw_only=True):
    """One attempt, for one incident. ``detail`` says in words what the other side answered."""

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
