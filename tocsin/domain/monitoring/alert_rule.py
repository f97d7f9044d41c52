"""Alert rules: when what monitors measure is worth telling, and how loudly."""

from datetime import datetime
from typing import Any, Literal

import msgspec

from tocsin.domain.intake.event import Severity

Level = Literal["alarm", "warning"]
AgentsMode = Literal["any", "exact"]
ViolationState = Literal["tracking", "active", "cleared"]
Because = Literal[
    "recovered", "rule changed", "rule deleted", "rule disabled", "monitor deleted",
    "monitor paused", "monitor changed", "closed elsewhere", "closed by hand",
]  # fmt: skip


class AlertRule(msgspec.Struct, frozen=True, kw_only=True):
    """Conditions in CEL over the values of a measurement; the alarm goes before the warning.

    A round is in violation when ``agents_violating`` agents are; the rule is when
    ``rounds_violating`` of the last ``rounds_out_of`` rounds are. ``agents_mode`` exact counts an
    agent only if it is in violation in so many rounds itself. It clears after ``clear_after``
    good rounds. No ``monitor_ids``: all monitors of the environment.
    """

    id: str
    environment_id: str
    name: str
    notes: str = ""
    monitor_ids: tuple[str, ...] = ()
    alarm: str = ""
    warning: str = ""
    alarm_severity: Severity = "critical"
    warning_severity: Severity = "warning"
    rounds_violating: int = 1
    rounds_out_of: int = 1
    agents_violating: int = 1
    agents_mode: AgentsMode = "any"
    clear_after: int = 1
    notify_on_clear: bool = True
    channel_ids: tuple[str, ...] = ()
    scheme_ids: tuple[str, ...] = ()
    enabled: bool = True
    created_at: datetime


class Violation(msgspec.Struct, frozen=True, kw_only=True):
    """One time that a rule did not hold at a monitor, from its first sign to its end.

    Names are kept as they were, because rule and monitor may be gone before it is forgotten.
    ``number`` is what people call it. ``acknowledged_by`` and ``cleared_by`` name whoever did
    it, here or on the other side of a channel. ``changes`` counts how often its state went to
    and fro. ``muted``: people closed it, and it does not come back before a round was good.
    """

    id: str
    number: int = 0
    rule_id: str
    monitor_id: str
    environment_id: str
    rule_name: str
    monitor_name: str
    state: ViolationState
    level: Level
    severity: Severity
    summary: str
    agent_ids: tuple[str, ...] = ()
    values: dict[str, Any] = {}
    changes: int = 0
    flapping: bool = False
    muted: bool = False
    began_at: datetime
    active_at: datetime | None = None
    acknowledged_at: datetime | None = None
    acknowledged_by: str | None = None
    cleared_at: datetime | None = None
    cleared_because: Because | None = None
    cleared_by: str | None = None
    updated_at: datetime
