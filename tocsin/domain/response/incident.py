"""An incident as it stands: its state, its timers, and its own copy of the policy it climbs."""

from datetime import datetime
from typing import Final, Literal

import msgspec

from tocsin.domain.duty.escalation_policy import EscalationPolicy
from tocsin.domain.intake.service import ScheduledAction, SupportHours
from tocsin.domain.people.user import Urgency
from tocsin.domain.response.log_entry import Agent

Status = Literal["triggered", "acknowledged", "resolved"]
OPEN_STATUSES: Final[tuple[Status, ...]] = ("triggered", "acknowledged")
MOST_ALERTS: Final = 1000


class Assignment(msgspec.Struct, frozen=True):
    """A person who has the incident, since when."""

    user_id: str
    at: datetime


class Acknowledgement(msgspec.Struct, frozen=True):
    """A person or a service that said: I have it."""

    by: Agent
    at: datetime


class ConferenceBridge(msgspec.Struct, frozen=True):
    """Where those who work on an incident talk: a telephone number with its code, an address."""

    number: str | None = None
    url: str | None = None


class ServiceRules(msgspec.Struct, frozen=True, kw_only=True):
    """What the incident keeps of its service, as it stood when the incident began (seconds)."""

    acknowledgement_timeout: int | None = None
    auto_resolve_timeout: int | None = None
    support_hours: SupportHours | None = None
    scheduled_actions: tuple[ScheduledAction, ...] = ()


class Incident(msgspec.Struct, frozen=True, kw_only=True):
    """The whole state that rules decide upon.

    ``generation`` rises with each change of course; timers and pages carry the generation they
    were made in and ring in vain when it has moved on. ``level`` counts the policy's rules from 0,
    ``loop`` its repetitions; ``exhausted`` says that the last of them has passed.
    ``escalate_at``, ``unacknowledge_at``, ``resolve_at`` and ``urgency_change_at`` are the timers
    now running. While snoozed, ``unacknowledge_at`` equals ``snoozed_until``.
    ``number`` is 0 until the incident is stored.
    """

    id: str
    number: int = 0
    title: str
    service_id: str
    status: Status = "triggered"
    urgency: Urgency = "high"
    priority_id: str | None = None
    incident_key: str | None = None
    created_at: datetime
    updated_at: datetime
    last_status_change_at: datetime
    last_status_change_by: Agent
    resolved_at: datetime | None = None
    generation: int = 1
    policy: EscalationPolicy
    rules: ServiceRules = ServiceRules()
    level: int = 0
    loop: int = 0
    exhausted: bool = False
    assigned_via: Literal["escalation_policy", "direct_assignment"] = "escalation_policy"
    assignments: tuple[Assignment, ...] = ()
    acknowledgements: tuple[Acknowledgement, ...] = ()
    snoozed_until: datetime | None = None
    escalate_at: datetime | None = None
    unacknowledge_at: datetime | None = None
    resolve_at: datetime | None = None
    urgency_change_at: datetime | None = None
    merged_into: str | None = None
    body: str | None = None
    conference_bridge: ConferenceBridge | None = None

    @property
    def is_open(self) -> bool:
        """Whether somebody still has to care."""
        return self.status != "resolved"
