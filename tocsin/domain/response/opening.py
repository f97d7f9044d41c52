"""Opening: an incident begins, or a resolved one begins anew."""

from datetime import datetime
from typing import Any

from msgspec.structs import replace

from tocsin.domain.response.acknowledgement import take
from tocsin.domain.response.assignment import BY_POLICY, give, known, put_before, who
from tocsin.domain.response.command import Decision, Open, Refused, Reopen
from tocsin.domain.response.course import after_seconds, entry
from tocsin.domain.response.escalation import call
from tocsin.domain.response.incident import Incident
from tocsin.domain.response.log_entry import LogEntry
from tocsin.domain.response.urgency import changes_at

INVALID_STATUS = 1003
ALREADY_MERGED = 1019


def begin(incident: Incident, command: Open, now: datetime) -> Decision:
    """Put a new incident before its policy, or before people. Who takes it oneself has it."""
    trigger = replace(
        entry("trigger_log_entry", incident, now, command, command.details),
        channel=command.trigger_channel,
    )
    begun = replace(incident, **_clocks(incident, now))
    by = command.agent
    if by and by.kind == "user" and command.assignees == (by.id,):
        return take(begun, command, now, log=(trigger,))
    return _begin(begun, command, now, trigger)


def reopen(incident: Incident, command: Reopen, now: datetime) -> Decision:
    """Let a resolved incident begin anew, from the first level or before people."""
    if incident.is_open:
        raise Refused("Incident is already open.", INVALID_STATUS)
    if incident.merged_into:
        raise Refused("Incident was merged into another one.", ALREADY_MERGED)
    trigger = entry("trigger_log_entry", incident, now, command, {"reopened": True})
    policy = command.policy or incident.policy
    clean = replace(incident, policy=policy, level=0, loop=0, resolved_at=None)
    begun = replace(clean, **_clocks(incident, now))
    if command.acknowledged:
        return take(begun, command, now, log=(trigger,))
    return _begin(begun, command, now, trigger)


def _begin(
    incident: Incident, command: Open | Reopen, now: datetime, trigger: LogEntry
) -> Decision:
    if command.assignees:
        user_ids = known(command.assignees, command.roster)
        return give(incident, user_ids, command, now, log=(trigger,))
    step = call(incident.policy, command.roster)
    assigned = entry("assign_log_entry", incident, now, None, who(step))
    return put_before(incident, step, now, log=(trigger, assigned), **BY_POLICY)


def _clocks(incident: Incident, now: datetime) -> dict[str, Any]:
    """Start the timers that count from the trigger, whoever has the incident."""
    return {
        "resolve_at": after_seconds(now, incident.rules.auto_resolve_timeout),
        "urgency_change_at": changes_at(incident.rules, incident.urgency, now),
    }
