"""The course of an incident: who has it, and which timers run. Each change is a generation."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from msgspec.structs import replace

from tocsin.domain.response.command import Command, Decision, Effect, Refused, Timed, Wake, WakeKind
from tocsin.domain.response.escalation import escalates_at
from tocsin.domain.response.incident import Incident
from tocsin.domain.response.log_entry import Agent, LogEntry, LogEntryType

ALREADY_RESOLVED = 1001
TRIGGERED: Mapping[str, Any] = {
    "status": "triggered",
    "acknowledgements": (),
    "snoozed_until": None,
    "unacknowledge_at": None,
}


def steer(
    incident: Incident,
    now: datetime,
    *,
    log: tuple[LogEntry, ...],
    effects: tuple[Effect, ...] = (),
    **changes: Any,
) -> Decision:
    """Change course: what was planned before rings in vain, and the climb counts from now."""
    after = _change(incident, now, changes | {"generation": incident.generation + 1})
    after = replace(after, escalate_at=escalates_at(after, now))
    return Decision(incident=after, log=log, effects=effects + wakes(after))


def stay(
    incident: Incident,
    now: datetime,
    *,
    log: tuple[LogEntry, ...],
    effects: tuple[Effect, ...] = (),
    **changes: Any,
) -> Decision:
    """Change what leaves pages and timers as they are."""
    return Decision(incident=_change(incident, now, changes), log=log, effects=effects)


def wakes(incident: Incident) -> tuple[Wake, ...]:
    """Return the timers that an incident wants, all of them."""
    timers: tuple[tuple[WakeKind, datetime | None], ...] = (
        ("escalate", incident.escalate_at),
        ("unacknowledge", incident.unacknowledge_at),
        ("auto_resolve", incident.resolve_at),
        ("urgency_change", incident.urgency_change_at),
    )
    return tuple(Wake(kind=kind, at=at) for kind, at in timers if at is not None)


def entry(
    type_: LogEntryType,
    incident: Incident,
    now: datetime,
    command: Command | None = None,
    details: dict[str, Any] | None = None,
) -> LogEntry:
    """Write a log entry. Without a command the house acts by itself, in the service's name."""
    agent = command.agent if command else None
    return LogEntry(
        type=type_,
        at=now,
        agent=agent or the_service(incident),
        channel=_channel(command),
        details=details or {},
    )


def the_service(incident: Incident) -> Agent:
    """Return the agent of what nobody does."""
    return Agent("service", incident.service_id)


def after_seconds(now: datetime, seconds: int | None) -> datetime | None:
    """Return when a timeout ends; None and 0 mean that it is off."""
    return now + timedelta(seconds=seconds) if seconds else None


def refuse_resolved(incident: Incident) -> None:
    """Refuse what makes no sense for a resolved incident."""
    if not incident.is_open:
        raise Refused("Incident is already resolved.", ALREADY_RESOLVED)


def _change(incident: Incident, now: datetime, changes: dict[str, Any]) -> Incident:
    """Apply changes. While nobody has reacted, every change counts as one of the status."""
    if changes.get("status", incident.status) == "triggered":
        changes["last_status_change_at"] = now
        if incident.status != "triggered":
            changes["last_status_change_by"] = the_service(incident)
    return replace(incident, updated_at=now, **changes)


def _channel(command: Command | None) -> dict[str, Any]:
    if command is None:
        return {"type": "auto"}
    if isinstance(command, Timed) and command.is_timer:
        return {"type": "timeout"}
    return command.channel
