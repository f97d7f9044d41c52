"""Notification channels: where alert rules tell what they found."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final, Literal, get_args

import msgspec

from tocsin.domain.intake.event import Severity
from tocsin.domain.monitoring.alert_rule import Level

ChannelKind = Literal["pagerduty", "api", "email", "slack", "webhook"]
CHANNEL_KINDS: Final[tuple[ChannelKind, ...]] = get_args(ChannelKind)
SignalAction = Literal["trigger", "acknowledge", "resolve"]
RemoteStatus = Literal["triggered", "acknowledged", "resolved"]
STATUS_AFTER: Final[Mapping[SignalAction, RemoteStatus]] = {
    "trigger": "triggered",
    "acknowledge": "acknowledged",
    "resolve": "resolved",
}


class NotificationChannel(msgspec.Struct, frozen=True, kw_only=True):
    """A place that hears of violations. ``shown`` is what people may see of its settings.

    ``last_ok`` None: nothing was sent yet. ``proof`` says what is known of whether it works.
    A removed one is kept until what it has open was resolved on the other side. ``is_connected``:
    the other side can be asked, and was last ``asked_at``.
    """

    id: str
    environment_id: str
    name: str
    kind: ChannelKind
    shown: str
    config_encrypted: bytes
    proof: Literal["untried", "sent", "confirmed", "failed"] = "untried"
    last_at: datetime | None = None
    last_ok: bool | None = None
    last_detail: str = ""
    created_at: datetime
    removed_at: datetime | None = None
    is_connected: bool = False
    asked_at: datetime | None = None


class Thread(msgspec.Struct, frozen=True, kw_only=True):
    """What a channel was told of one violation, from its trigger until it was resolved there.

    ``remote_id`` and ``remote_status`` are how the other side calls it, and how it stands there;
    ``remote_at`` is since when, by the clock over there, if the other side has said so.
    """

    channel_id: str
    violation_id: str
    remote_id: str | None = None
    remote_status: RemoteStatus | None = None
    remote_at: datetime | None = None
    opened_at: datetime
    closed_at: datetime | None = None


class SchemeStep(msgspec.Struct, frozen=True, kw_only=True):
    """Channels that hear of a violation ``after`` so many seconds, if nobody acknowledged it."""

    after: int
    channel_ids: tuple[str, ...]


class NotificationScheme(msgspec.Struct, frozen=True, kw_only=True):
    """Who hears first, who is the backup, and to whom it escalates."""

    id: str
    environment_id: str
    name: str
    description: str | None = None
    steps: tuple[SchemeStep, ...]
    created_at: datetime


class Signal(msgspec.Struct, frozen=True, kw_only=True):
    """What a channel is told about a violation, or about a trial (``violation_id`` "test-…").

    ``remote_id`` is how the other side called it when it was triggered.
    ``subject`` is what is watched, ``metric`` the condition, ``dimensions`` agents and labels,
    ``notes`` what the rule says to whoever is woken.
    """

    action: SignalAction
    violation_id: str
    number: int
    at: datetime
    level: Level
    severity: Severity
    summary: str
    message: str
    rule: str
    monitor: str
    environment: str
    subject: str
    metric: str
    dimensions: str
    link: str
    notes: str = ""
    values: dict[str, Any] = {}
    remote_id: str | None = None


class Outcome(msgspec.Struct, frozen=True, kw_only=True):
    """What came of telling a channel, or a webhook, once.

    ``retry``: it may do better later, at the earliest after ``wait_seconds``. ``request`` and
    ``answer`` are for people: what was sent and came back, without secrets, cut to a sane length.
    ``confirmed``: the other side was seen to have it.
    """

    ok: bool
    detail: str
    retry: bool = False
    wait_seconds: int = 0
    remote_id: str | None = None
    request: str = ""
    answer: str = ""
    confirmed: bool = False
