"""Urgency changes: by hand, by support hours, or because the alert has become more severe."""

from datetime import datetime
from typing import Any

from tocsin.domain.people.user import Urgency
from tocsin.domain.response.assignment import page_again
from tocsin.domain.response.command import ChangeUrgency, Command, Decision, Retrigger, Roster
from tocsin.domain.response.course import entry, refuse_resolved, stay, steer
from tocsin.domain.response.incident import Incident
from tocsin.domain.response.log_entry import LogEntry
from tocsin.domain.response.urgency import changes_at


def change_urgency(incident: Incident, command: ChangeUrgency, now: datetime) -> Decision:
    """Call louder, or more quietly."""
    if incident.urgency == command.urgency:
        return Decision(incident=incident)
    refuse_resolved(incident)
    by = None if command.is_timer else command
    log = (_changed(incident, command.urgency, now, by),)
    return _change(incident, command.urgency, command.roster, now, log)


def retrigger(incident: Incident, command: Retrigger, now: datetime) -> Decision:
    """Append a trigger. A higher urgency is taken over; a lower one is not, the worst counts."""
    refuse_resolved(incident)
    trigger = entry("trigger_log_entry", incident, now, command, command.details)
    if (incident.urgency, command.urgency) != ("low", "high"):
        return stay(incident, now, log=(trigger,))
    log = (trigger, _changed(incident, "high", now))
    return _change(incident, "high", command.roster, now, log)


def _change(
    incident: Incident, urgency: Urgency, roster: Roster, now: datetime, log: tuple[LogEntry, ...]
) -> Decision:
    """Begin anew at the present level, by the rules for the new urgency."""
    at = changes_at(incident.rules, urgency, now)
    changes: dict[str, Any] = {"urgency": urgency, "urgency_change_at": at}
    if incident.status == "acknowledged":
        return steer(incident, now, log=log, **changes)
    return page_again(incident, roster, now, log=log, **changes)


def _changed(
    incident: Incident, urgency: Urgency, now: datetime, by: Command | None = None
) -> LogEntry:
    change = {"field": "urgency", "old": incident.urgency, "new": urgency}
    return entry("urgency_change_log_entry", incident, now, by, {"changeset": [change]})
