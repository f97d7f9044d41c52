"""People, the ways to reach them, and their wishes about when to use which."""

from datetime import datetime
from typing import Literal

import msgspec

Urgency = Literal["high", "low"]
Role = Literal[
    "owner",
    "admin",
    "user",
    "limited_user",
    "observer",
    "restricted_access",
    "read_only_user",
    "read_only_limited_user",
]


class QuietHours(msgspec.Struct, frozen=True):
    """From when until when pages of low urgency wait: minutes after midnight, in one's zone."""

    start: int
    end: int


class User(msgspec.Struct, frozen=True, kw_only=True):
    """A person with an account.

    ``time_zone``, ``language`` and ``digest_seconds`` None mean the account's own; the last is how
    long pages gather for them in a storm. Who wants to be asked whether they are awake is asked
    ``awake_check_minutes`` after they have acknowledged at night.
    """

    id: str
    name: str
    email: str
    role: Role = "user"
    time_zone: str | None = None
    color: str = "purple"
    job_title: str | None = None
    description: str | None = None
    invitation_sent: bool = False
    language: str | None = None
    awake_check_minutes: int | None = None
    quiet_hours: QuietHours | None = None
    digest_seconds: int | None = None
    created_at: datetime


class ContactMethod(msgspec.Struct, frozen=True, kw_only=True):
    """One way to reach a person. ``kind`` is the channel: email, phone, sms, webhook, …

    Where the address is a secret, ``address`` is what may be shown of it and ``sealed`` is all.
    ``fault`` says why it reaches nobody, as a provider told.
    """

    id: str
    user_id: str
    kind: str
    label: str
    address: str
    country_code: int | None = None
    send_short_email: bool = False
    sealed: bytes | None = None
    proven_at: datetime | None = None
    fault: str | None = None
    fault_at: datetime | None = None
    created_at: datetime


class NotificationRule(msgspec.Struct, frozen=True, kw_only=True):
    """Use a contact method ``delay_minutes`` after an incident of this urgency is assigned."""

    id: str
    user_id: str
    contact_method_id: str
    urgency: Urgency
    delay_minutes: int = 0
    created_at: datetime
