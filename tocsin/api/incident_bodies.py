"""Incidents as clients send them."""

from typing import Any, Literal

import msgspec
from msgspec import UNSET, UnsetType

from tocsin.api.incoming import Ref
from tocsin.domain.people.user import Urgency
from tocsin.domain.response.incident import ConferenceBridge, Status
from tocsin.usecases.response.creation import Wish
from tocsin.usecases.response.incidents import Change, priority_of


class _Assignment(msgspec.Struct, frozen=True):
    assignee: Ref


class _Bridge(msgspec.Struct, frozen=True, kw_only=True):
    conference_number: str | None = None
    conference_url: str | None = None


class _Body(msgspec.Struct, frozen=True):
    details: Any = None


class NewIncident(msgspec.Struct, frozen=True, kw_only=True):
    """An incident that shall begin."""

    title: str = ""
    service: Ref | None = None
    urgency: Urgency | None = None
    priority: Ref | str | None = None
    body: _Body = _Body()
    incident_key: str | None = None
    assignments: tuple[_Assignment, ...] = ()
    escalation_policy: Ref | None = None
    conference_bridge: _Bridge | None = None


class Creation(msgspec.Struct, frozen=True):
    """The envelope. An empty one lacks a title, which is what clients expect to hear."""

    incident: NewIncident = NewIncident()


class ChangedIncident(msgspec.Struct, frozen=True, kw_only=True):
    """What shall be different about an incident."""

    id: str = ""
    type: Literal["incident", "incident_reference"] = "incident"
    status: Status | None = None
    resolution: str | None = None
    title: str | None = None
    urgency: Urgency | None = None
    priority: Ref | str | UnsetType | None = UNSET
    escalation_level: int | None = None
    assignments: tuple[_Assignment, ...] = ()
    escalation_policy: Ref | None = None
    service: Ref | None = None
    conference_bridge: _Bridge | UnsetType | None = UNSET


def wish_of(body: NewIncident) -> Wish:
    """Return what is wished for."""
    return Wish(
        title=body.title,
        service_id=body.service.id if body.service else "",
        urgency=body.urgency,
        priority=_priority(body.priority) if body.priority else None,
        body=_text(body.body.details),
        incident_key=body.incident_key or None,
        assignees=_people(body.assignments),
        policy_id=body.escalation_policy.id if body.escalation_policy else None,
        conference_bridge=_bridge(body.conference_bridge) if body.conference_bridge else None,
    )


def change_of(incident_id: str, body: ChangedIncident) -> Change:
    """Return what shall be different."""
    priority, bridge = body.priority, body.conference_bridge
    wanted_bridge = _bridge(bridge) if isinstance(bridge, _Bridge) else bridge
    return Change(
        incident_id=incident_id,
        status=body.status,
        resolution=body.resolution,
        title=body.title,
        urgency=body.urgency,
        priority=_priority(priority) if isinstance(priority, Ref | str) else priority,
        level=body.escalation_level,
        assignees=_people(body.assignments) or None,
        policy_id=body.escalation_policy.id if body.escalation_policy else None,
        service_id=body.service.id if body.service else None,
        conference_bridge=wanted_bridge,
    )


def _priority(wanted: Ref | str) -> tuple[str, str]:
    return priority_of(wanted if isinstance(wanted, str) else wanted.id)


def _people(assignments: tuple[_Assignment, ...]) -> tuple[str, ...]:
    return tuple(assignment.assignee.id for assignment in assignments)


def _bridge(bridge: _Bridge) -> ConferenceBridge:
    return ConferenceBridge(bridge.conference_number or None, bridge.conference_url or None)


def _text(details: Any) -> str | None:
    """Return details as text; some clients send an object, as the reference's schema has it."""
    if details is None or isinstance(details, str):
        return details or None
    return msgspec.json.encode(details).decode()
