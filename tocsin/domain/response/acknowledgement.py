"""Acknowledgement: somebody has the incident, until its timeout or the end of a snooze."""

from datetime import datetime, timedelta

from msgspec.structs import replace

from tocsin.domain.response.assignment import BY_HAND, assign, known, page_again
from tocsin.domain.response.command import (
    Acknowledge,
    Command,
    Decision,
    Open,
    Refused,
    Reopen,
    Snooze,
    Unacknowledge,
)
from tocsin.domain.response.course import (
    after_seconds,
    entry,
    refuse_resolved,
    stay,
    steer,
    the_service,
)
from tocsin.domain.response.incident import Acknowledgement, Incident
from tocsin.domain.response.log_entry import LogEntry

REQUESTER_NOT_FOUND = 1008
NOT_ACKNOWLEDGED = 1012
SNOOZE_INVALID = 1013
LONGEST_SNOOZE = 604_800  # seconds in a week


def acknowledge(incident: Incident, command: Acknowledge, now: datetime) -> Decision:
    """Stop the pages, or renew the timeout. A snooze ends when somebody new has the incident."""
    refuse_resolved(incident)
    by = command.agent or the_service(incident)
    others = incident.acknowledgements
    if all((other.by.kind, other.by.id) != (by.kind, by.id) for other in others):
        return _acknowledge(incident, command, now, (*others, Acknowledgement(by, now)))
    if incident.snoozed_until is None:
        return _acknowledge(incident, command, now, others)
    return stay(incident, now, log=(_acknowledged(incident, command, now),))


def take(
    incident: Incident, command: Open | Reopen, now: datetime, *, log: tuple[LogEntry, ...]
) -> Decision:
    """Assign the incident to the person who takes it on themselves, acknowledged; page nobody."""
    by = command.agent
    if by is None or by.kind != "user":
        raise Refused("Only a person can take an incident.", REQUESTER_NOT_FOUND)
    user_ids = known((by.id,), command.roster)
    taken = replace(incident, assignments=assign(incident, user_ids, now), **BY_HAND)
    log = (*log, entry("assign_log_entry", incident, now, command, {"assignees": [by.id]}))
    return _acknowledge(taken, command, now, (Acknowledgement(by, now),), log=log)


def unacknowledge(incident: Incident, command: Unacknowledge, now: datetime) -> Decision:
    """Page again: whoever has the incident, and whoever holds its level by now."""
    refuse_resolved(incident)
    if incident.status == "triggered":
        return Decision(incident=incident)
    log = (entry("unacknowledge_log_entry", incident, now, command),)
    return page_again(incident, command.roster, now, log=log)


def snooze(incident: Incident, command: Snooze, now: datetime) -> Decision:
    """Let the acknowledgement last for a time that somebody chose."""
    if incident.status != "acknowledged":
        raise Refused("Only an acknowledged incident can be snoozed.", NOT_ACKNOWLEDGED)
    if not 1 <= command.seconds <= LONGEST_SNOOZE:
        raise Refused(f"Duration must be from 1 to {LONGEST_SNOOZE} seconds.", SNOOZE_INVALID)
    until = now + timedelta(seconds=command.seconds)
    log = (_snoozed(incident, command, now, until),)
    return steer(incident, now, log=log, snoozed_until=until, unacknowledge_at=until)


def _acknowledge(
    incident: Incident,
    command: Command,
    now: datetime,
    acknowledgements: tuple[Acknowledgement, ...],
    *,
    log: tuple[LogEntry, ...] = (),
) -> Decision:
    after = incident
    if incident.status != "acknowledged":
        by = command.agent or the_service(incident)
        after = replace(incident, last_status_change_at=now, last_status_change_by=by)
    return steer(
        after,
        now,
        log=(*log, _acknowledged(incident, command, now)),
        status="acknowledged",
        acknowledgements=acknowledgements,
        snoozed_until=None,
        unacknowledge_at=after_seconds(now, incident.rules.acknowledgement_timeout),
    )


def _acknowledged(incident: Incident, command: Command, now: datetime) -> LogEntry:
    details = {"acknowledgement_timeout": incident.rules.acknowledgement_timeout}
    return entry("acknowledge_log_entry", incident, now, command, details)


def _snoozed(incident: Incident, command: Snooze, now: datetime, until: datetime) -> LogEntry:
    """Write the log entry; its channel tells the duration, as clients read it there."""
    changed = {"type": "unacknowledge", "at": f"{until:%Y-%m-%dT%H:%M:%SZ}"}
    plain = entry("snooze_log_entry", incident, now, command, {"changed_actions": [changed]})
    return replace(plain, channel={**plain.channel, "duration": command.seconds})
