"""Webhooks: which events of incidents and services subscriptions can hear of, and when."""

import hashlib
import hmac
from collections.abc import Iterable, Iterator, Mapping, Sequence, Set
from datetime import datetime
from typing import Final

import msgspec

from tocsin.domain.machines.delivery import DeliveryLane
from tocsin.domain.people.user import Urgency
from tocsin.domain.response.incident import ConferenceBridge, Incident, Status
from tocsin.domain.response.log_entry import Agent, LogEntry
from tocsin.domain.response.responder_request import ResponderState

PING: Final = "pagey.ping"
INCIDENT_EVENTS: Final = (
    "incident.triggered",
    "incident.acknowledged",
    "incident.unacknowledged",
    "incident.resolved",
    "incident.reopened",
    "incident.escalated",
    "incident.delegated",
    "incident.reassigned",
    "incident.annotated",
    "incident.priority_updated",
    "incident.service_updated",
    "incident.conference_bridge.updated",
    "incident.status_update_published",
    "incident.responder.added",
    "incident.responder.replied",
)
SERVICE_EVENTS: Final = ("service.created", "service.updated", "service.deleted")
EVENTS: Final = INCIDENT_EVENTS + SERVICE_EVENTS
# Of what does not happen here; clients subscribe to them all the same.
NEVER: Final = frozenset({
    "incident.action_invocation.created",
    "incident.action_invocation.terminated",
    "incident.action_invocation.updated",
    "incident.custom_field_values.updated",
    "incident.incident_type.changed",
    "incident.role.assigned",
    "incident.task.assigned",
    "incident.task.created",
    "incident.task.deleted",
    "incident.task.updated",
    "incident.workflow.completed",
    "incident.workflow.started",
    "service.custom_field_values.updated",
})  # fmt: skip

TEXTS: Final = frozenset({"incident.annotated", "incident.status_update_published"})

_EVENT_OF: Final = {
    "acknowledge_log_entry": "incident.acknowledged",
    "annotate_log_entry": "incident.annotated",
    "delegate_log_entry": "incident.delegated",
    "escalate_log_entry": "incident.escalated",
    "priority_change_log_entry": "incident.priority_updated",
    "resolve_log_entry": "incident.resolved",
    "responder_accept_log_entry": "incident.responder.replied",
    "responder_decline_log_entry": "incident.responder.replied",
    "responder_request_log_entry": "incident.responder.added",
    "status_update_log_entry": "incident.status_update_published",
    "unacknowledge_log_entry": "incident.unacknowledged",
}
_STATE_OF: Final[Mapping[str, ResponderState]] = {
    "responder_accept_log_entry": "joined",
    "responder_decline_log_entry": "declined",
    "responder_request_log_entry": "pending",
}
_EVENT_OF_FIELD: Final = {
    "service": "incident.service_updated",
    "conference bridge": "incident.conference_bridge.updated",
}
# Whatever puts an incident before somebody says more than that it now is before somebody else.
_PUT_BEFORE: Final = frozenset({
    "acknowledge_log_entry",
    "delegate_log_entry",
    "escalate_log_entry",
    "trigger_log_entry",
})  # fmt: skip


class Listener(msgspec.Struct, frozen=True, kw_only=True):
    """A subscription, or a room, as far as planning needs it.

    ``service_ids`` None stands for all services; ``lane`` says who carries what it hears.
    """

    id: str
    lane: DeliveryLane = "webhook"
    events: frozenset[str]
    service_ids: frozenset[str] | None
    disabled_until: datetime | None = None

    def wants(self, event: str, service_id: str, now: datetime) -> bool:
        """Say whether it is to hear of this."""
        if self.disabled_until and now < self.disabled_until:
            return False
        hears = self.service_ids is None or service_id in self.service_ids
        return hears and event in self.events


class IncidentThen(msgspec.Struct, frozen=True, kw_only=True):
    """What an event tells of its incident, as it stood then. ``number`` 0: not known yet."""

    id: str
    number: int
    title: str
    status: Status
    urgency: Urgency
    service_id: str
    policy_id: str
    policy_name: str
    assignee_ids: tuple[str, ...]
    priority_id: str | None
    incident_key: str | None
    conference_bridge: ConferenceBridge | None
    merged_into: str | None
    created_at: datetime


class ServiceThen(msgspec.Struct, frozen=True, kw_only=True):
    """What an event tells of its service, as it stood then."""

    id: str
    name: str
    teams: tuple[tuple[str, str], ...] = ()  # id, name


class ResponderThen(msgspec.Struct, frozen=True, kw_only=True):
    """Who was asked to help, a person or a policy, and what they have said."""

    user_id: str | None = None
    policy_id: str | None = None
    message: str
    state: ResponderState = "pending"


class Occurrence(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """An event, with all that it may tell: kept as a delivery's subject."""

    id: str
    event: str
    at: datetime
    agent: Agent | None = None
    by_hand: bool = False
    incident: IncidentThen | None = None
    note: str | None = None
    responder: ResponderThen | None = None
    service: ServiceThen | None = None


class WebhookRequest(msgspec.Struct, frozen=True, kw_only=True):
    """A webhook ready to be sent; ``secrets`` are not to be shown to anybody."""

    url: str
    headers: tuple[tuple[str, str], ...]
    body: str
    secrets: tuple[str, ...] = ()


def occurrences(incident: Incident, log: Sequence[LogEntry]) -> Iterator[Occurrence]:
    """Yield the events that a change of an incident is, the incident as it stands after it."""
    types = {entry.type for entry in log}
    for entry in log:
        event = _event_of(entry, types)
        if event:
            yield Occurrence(
                id=entry.id,
                event=event,
                at=entry.at,
                agent=entry.agent,
                by_hand=entry.channel.get("type") == "website",
                incident=_snapshot(incident),
                note=entry.details["note"] if event in TEXTS else None,
                responder=_responder(entry),
            )


def sign(body: bytes, secrets: Iterable[str]) -> str:
    """Return one signature for each secret, as receivers verify them."""
    digests = (hmac.new(secret.encode(), body, hashlib.sha256).hexdigest() for secret in secrets)
    return ",".join(f"v1={digest}" for digest in digests)


def _responder(entry: LogEntry) -> ResponderThen | None:
    state = _STATE_OF.get(entry.type)
    if state is None:
        return None
    details = entry.details
    return ResponderThen(
        user_id=details.get("user"),
        policy_id=details.get("policy"),
        message=details["note"] if state == "pending" else details["message"],
        state=state,
    )


def _event_of(entry: LogEntry, types: Set[str]) -> str | None:
    if entry.type == "trigger_log_entry":
        if entry.details.get("reopened"):
            return "incident.reopened"
        return None if "event" in entry.details else "incident.triggered"
    if entry.type == "assign_log_entry":
        return "incident.reassigned" if types.isdisjoint(_PUT_BEFORE) else None
    if entry.type == "field_value_change_log_entry":
        return _EVENT_OF_FIELD.get(entry.details["changeset"][0]["field"])
    return _EVENT_OF.get(entry.type)


def _snapshot(incident: Incident) -> IncidentThen:
    return IncidentThen(
        id=incident.id,
        number=incident.number,
        title=incident.title,
        status=incident.status,
        urgency=incident.urgency,
        service_id=incident.service_id,
        policy_id=incident.policy.id,
        policy_name=incident.policy.name,
        assignee_ids=tuple(assignment.user_id for assignment in incident.assignments),
        priority_id=incident.priority_id,
        incident_key=incident.incident_key,
        conference_bridge=incident.conference_bridge,
        merged_into=incident.merged_into,
        created_at=incident.created_at,
    )
