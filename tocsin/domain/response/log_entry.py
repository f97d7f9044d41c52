"""Log entries: the fact of every change of an incident. Everything else is read from them."""

from datetime import datetime
from typing import Any, Literal

import msgspec

LogEntryType = Literal[
    "acknowledge_log_entry",
    "annotate_log_entry",
    "assign_log_entry",
    "delegate_log_entry",
    "escalate_log_entry",
    "exhaust_escalation_path_log_entry",
    "notify_log_entry",
    "priority_change_log_entry",
    "reach_trigger_limit_log_entry",
    "repeat_escalation_path_log_entry",
    "resolve_log_entry",
    "responder_accept_log_entry",
    "responder_cancel_log_entry",
    "responder_decline_log_entry",
    "responder_request_log_entry",
    "snooze_log_entry",
    "status_update_log_entry",
    "trigger_log_entry",
    "unacknowledge_log_entry",
    "urgency_change_log_entry",
    "link_log_entry",
    "unlink_log_entry",
    "field_value_change_log_entry",
]
AgentKind = Literal["user", "service", "integration"]


class Agent(msgspec.Struct, frozen=True):
    """Who did it: a person, a service (by itself, by a timeout) or an integration."""

    kind: AgentKind
    id: str
    summary: str | None = None


class LogEntry(msgspec.Struct, frozen=True, kw_only=True):
    """One change. ``details`` depends on the type and holds ids, never whole objects:

    ``assignees``: user ids (assign, escalate, delegate) · ``user``: user id (notify, responder) ·
    ``acknowledgement_timeout``: seconds or None (acknowledge) · ``note``: text (resolve, annotate,
    status update, responder request) · ``policy``: policy id (responder request) · ``message``:
    what was asked (responder accept, decline) · ``changeset``: list of changes (urgency, priority,
    field) · ``reason``: why, in one sentence · ``alert_id``: whose trigger it is, with its
    ``event`` unless that is how the alert began · ``linked_incident``, ``alert``: what was moved
    from or to where (link, unlink).
    ``id`` is empty until the entry is stored.
    """

    id: str = ""
    type: LogEntryType
    at: datetime
    agent: Agent | None = None
    channel: dict[str, Any]
    details: dict[str, Any] = {}
    incident_id: str = ""
