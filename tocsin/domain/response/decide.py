"""The one function that decides: an incident, a command and the time in, a decision out."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from tocsin.domain.response import (
    acknowledgement,
    amendment,
    assignment,
    helping,
    opening,
    resolution,
    urgency_change,
)
from tocsin.domain.response.command import (
    Acknowledge,
    Annotate,
    AskForHelp,
    CancelRequest,
    ChangeBridge,
    ChangePriority,
    ChangeService,
    ChangeUrgency,
    Command,
    Decision,
    Delegate,
    Escalate,
    Link,
    Open,
    Publish,
    Reassign,
    Reopen,
    ReplyToRequest,
    Resolve,
    Retitle,
    Retrigger,
    Snooze,
    Timed,
    Unacknowledge,
    Unlink,
)
from tocsin.domain.response.incident import Incident

Rule = Callable[[Incident, Any, datetime], Decision]

RULES: Mapping[type[Command], Rule] = {
    Open: opening.begin,
    Reopen: opening.reopen,
    Retrigger: urgency_change.retrigger,
    Acknowledge: acknowledgement.acknowledge,
    Unacknowledge: acknowledgement.unacknowledge,
    Snooze: acknowledgement.snooze,
    Resolve: resolution.resolve,
    Link: resolution.link,
    Unlink: resolution.unlink,
    Reassign: assignment.reassign,
    Delegate: assignment.delegate,
    Escalate: assignment.escalate,
    ChangeUrgency: urgency_change.change_urgency,
    ChangePriority: amendment.change_priority,
    Retitle: amendment.retitle,
    ChangeService: amendment.change_service,
    ChangeBridge: amendment.change_bridge,
    Annotate: amendment.annotate,
    Publish: amendment.publish,
    AskForHelp: helping.ask,
    ReplyToRequest: helping.reply,
    CancelRequest: helping.cancel,
}


def decide(incident: Incident, command: Command, now: datetime) -> Decision:
    """Return what becomes of an incident, what to write into its log, and what to do.

    Raises ``Refused``. A timer set on an earlier course, or no longer wanted, changes nothing.
    """
    if isinstance(command, Timed) and command.is_timer and not _is_wanted(incident, command):
        return Decision(incident=incident)
    return RULES[type(command)](incident, command, now)


_TIMERS: Mapping[type[Timed], str] = {
    Escalate: "escalate_at",
    Unacknowledge: "unacknowledge_at",
    Resolve: "resolve_at",
    ChangeUrgency: "urgency_change_at",
}


def _is_wanted(incident: Incident, command: Timed) -> bool:
    is_set = getattr(incident, _TIMERS[type(command)]) is not None
    return is_set and incident.generation == command.generation
