"""Helping: people are asked to join an incident, and answer; its course stays what it is."""

from collections.abc import Mapping
from datetime import datetime
from typing import Final

from tocsin.domain.response.command import (
    AskForHelp,
    CancelRequest,
    Decision,
    Refused,
    ReplyToRequest,
)
from tocsin.domain.response.course import ALREADY_RESOLVED, entry, stay
from tocsin.domain.response.incident import Incident
from tocsin.domain.response.log_entry import LogEntryType
from tocsin.domain.response.responder_request import Reply, TargetType

_DETAIL_OF: Final[Mapping[TargetType, str]] = {"user": "user", "escalation_policy": "policy"}
_ENTRY_OF: Final[Mapping[Reply, LogEntryType]] = {
    "joined": "responder_accept_log_entry",
    "declined": "responder_decline_log_entry",
}


def ask(incident: Incident, command: AskForHelp, now: datetime) -> Decision:
    """Ask somebody to help. Raises Refused: nobody can help with what is over."""
    _check_open(incident)
    whom = {_DETAIL_OF[command.target.type]: command.target.id}
    details = {**whom, "note": command.message}
    log = (entry("responder_request_log_entry", incident, now, command, details),)
    return stay(incident, now, log=log)


def reply(incident: Incident, command: ReplyToRequest, now: datetime) -> Decision:
    """Note what somebody answered who was asked. Raises Refused once it is over."""
    _check_open(incident)
    details = {"user": command.user_id, "message": command.message}
    log = (entry(_ENTRY_OF[command.reply], incident, now, command, details),)
    return stay(incident, now, log=log)


def cancel(incident: Incident, command: CancelRequest, now: datetime) -> Decision:
    """Note that somebody need not help any more."""
    details = {"user": command.user_id}
    log = (entry("responder_cancel_log_entry", incident, now, command, details),)
    return stay(incident, now, log=log)


def _check_open(incident: Incident) -> None:
    if not incident.is_open:
        raise Refused("Incident is already resolved.", ALREADY_RESOLVED)
