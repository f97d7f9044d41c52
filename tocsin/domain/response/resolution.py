"""Resolution: an incident is over, or goes on in another one."""

from datetime import datetime
from typing import Any

from msgspec.structs import replace

from tocsin.domain.response.command import Decision, Link, Refused, Resolve, Unlink
from tocsin.domain.response.course import (
    TRIGGERED,
    entry,
    refuse_resolved,
    stay,
    steer,
    the_service,
)
from tocsin.domain.response.incident import Incident

ALREADY_MERGED = 1019
INVALID_INPUT = 2001


def resolve(incident: Incident, command: Resolve, now: datetime) -> Decision:
    """End an incident, with all that was planned for it."""
    if command.merged_into:
        return _merge(incident, command, command.merged_into, now)
    refuse_resolved(incident)
    return _resolve(incident, command, now)


def link(incident: Incident, command: Link, now: datetime) -> Decision:
    """Note that another incident, or an alert of it, goes on in this one."""
    refuse_resolved(incident)
    linked = entry("link_log_entry", incident, now, command, _tie(command))
    return stay(incident, now, log=(linked,))


def unlink(incident: Incident, command: Unlink, now: datetime) -> Decision:
    """Note that an alert of this incident goes on in another one."""
    unlinked = entry("unlink_log_entry", incident, now, command, _tie(command))
    return stay(incident, now, log=(unlinked,))


def _tie(command: Link | Unlink) -> dict[str, Any]:
    tie = {"linked_incident": command.incident_id}
    return tie | {"alert": command.alert_id} if command.alert_id else tie


def _merge(incident: Incident, command: Resolve, target_id: str, now: datetime) -> Decision:
    """Let an incident go on in another; one that is over already only points there."""
    if incident.id == target_id:
        raise Refused("An incident cannot be merged into itself.", INVALID_INPUT)
    if incident.merged_into:
        raise Refused("Incident was merged before.", ALREADY_MERGED)
    linked = entry("link_log_entry", incident, now, command, {"linked_incident": target_id})
    if not incident.is_open:
        return stay(incident, now, log=(linked,), merged_into=target_id)
    over = _resolve(incident, command, now)
    return replace(over, log=(*over.log, linked))


def _resolve(incident: Incident, command: Resolve, now: datetime) -> Decision:
    details = {"note": command.note, "merged_into": command.merged_into}
    told = {key: text for key, text in details.items() if text}
    over: dict[str, Any] = {
        **TRIGGERED,
        "status": "resolved",
        "assignments": (),
        "resolved_at": now,
        "resolve_at": None,
        "urgency_change_at": None,
        "merged_into": command.merged_into,
        "last_status_change_at": now,
        "last_status_change_by": command.agent or the_service(incident),
    }
    log = (entry("resolve_log_entry", incident, now, command, told),)
    return steer(incident, now, log=log, **over)
