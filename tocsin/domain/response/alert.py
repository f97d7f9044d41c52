"""Alerts: one problem of one integration, from its first event to its recovery."""

from datetime import datetime
from typing import Any, Literal

import msgspec

from tocsin.domain.intake.event import Severity


class Alert(msgspec.Struct, frozen=True, kw_only=True):
    """``suppressed`` alerts were recorded without an incident and paged nobody."""

    id: str
    service_id: str
    integration_id: str | None
    incident_id: str | None
    dedup_key: str
    status: Literal["triggered", "resolved"] = "triggered"
    suppressed: bool = False
    summary: str
    severity: Severity | None = None
    created_at: datetime
    updated_at: datetime
    resolved_at: datetime | None = None
    body: Any = None
