"""Services: what can break, how loudly, and who is responsible."""

from datetime import datetime, time
from typing import Any, Literal

import msgspec

from tocsin.domain.people.user import Urgency

UrgencySetting = Literal["high", "low", "severity_based"]
WindowTime = Literal["past", "future", "ongoing", "open", "all"]  # open: not over
DEFAULT_ACKNOWLEDGEMENT_TIMEOUT = 1800
DEFAULT_AUTO_RESOLVE_TIMEOUT = 14400


class SupportHours(msgspec.Struct, frozen=True, kw_only=True):
    """The same hours on some days of the week (1 is Monday), in ``time_zone``'s wall time."""

    time_zone: str
    days_of_week: tuple[int, ...]
    start_time: time
    end_time: time


class UrgencyRule(msgspec.Struct, frozen=True, kw_only=True):
    """``urgency`` always, or ``during`` and ``outside`` support hours."""

    kind: Literal["constant", "use_support_hours"] = "constant"
    urgency: UrgencySetting = "high"
    during: UrgencySetting | None = None
    outside: UrgencySetting | None = None


class ScheduledAction(msgspec.Struct, frozen=True, kw_only=True):
    """Change the urgency of open incidents when support hours start or end."""

    at: Literal["support_hours_start", "support_hours_end"]
    to_urgency: Urgency


class Service(msgspec.Struct, frozen=True, kw_only=True):
    """A thing that is watched. Timeouts are seconds; None means off."""

    id: str
    name: str
    escalation_policy_id: str
    description: str | None = None
    disabled: bool = False
    acknowledgement_timeout: int | None = DEFAULT_ACKNOWLEDGEMENT_TIMEOUT
    auto_resolve_timeout: int | None = DEFAULT_AUTO_RESOLVE_TIMEOUT
    urgency_rule: UrgencyRule = UrgencyRule()
    support_hours: SupportHours | None = None
    scheduled_actions: tuple[ScheduledAction, ...] = ()
    alert_grouping: dict[str, Any] | None = None
    auto_pause: dict[str, Any] | None = None
    created_at: datetime
    last_incident_at: datetime | None = None


class Integration(msgspec.Struct, frozen=True, kw_only=True):
    """A way into a service. The key is kept as a hash for look-ups and encrypted for display.

    ``settings_encrypted``: what its tool's adapter must know, if anything. ``hears_back``: they
    say how the tool is told that somebody has its alerts.
    """

    id: str
    service_id: str
    name: str
    kind: str
    vendor_id: str | None = None
    key_hash: bytes
    key_encrypted: bytes
    settings_encrypted: bytes | None = None
    hears_back: bool = False
    created_at: datetime
    last_event_at: datetime | None = None


class MaintenanceWindow(msgspec.Struct, frozen=True, kw_only=True):
    """A time in which alerts of some services are recorded and page nobody."""

    id: str
    sequence_number: int
    start: datetime
    end: datetime
    service_ids: tuple[str, ...]
    description: str | None = None
    created_by: str | None = None
