"""What a webhook says: an event in the shape that receivers of version 3 know."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, Final

import msgspec
from msgspec.structs import replace

from tocsin.domain.links import Links
from tocsin.domain.machines.webhook import (
    IncidentThen,
    Occurrence,
    ResponderThen,
    ServiceThen,
)
from tocsin.domain.people.team import Team
from tocsin.domain.response.incident import ConferenceBridge
from tocsin.domain.response.priority import PRIORITY_OF_ID
from tocsin.kit.instants import write_instant

CLIENT: Final = "Tocsin"
GREETING: Final = "Hello from Tocsin!"
IN_ORDER_BYTES: Final = 55 * 1024  # what is longer is cut, if it can be
MOST_BYTES: Final = 256 * 1024

Names = Mapping[str, str]


class Surroundings(msgspec.Struct, frozen=True, kw_only=True):
    """What things are called now, incidents' numbers, and which teams answer for services."""

    links: Links
    names: Names = {}
    numbers: Mapping[str, int] = {}
    teams: Mapping[str, Sequence[Team]] = {}


def ids_in(told: Occurrence) -> frozenset[str]:
    """Return the ids of all that must be called by name."""
    found = {told.agent.id} if told.agent else set()
    incident, responder = told.incident, told.responder
    if responder:
        found |= {id_ for id_ in (responder.user_id, responder.policy_id) if id_}
    if incident:
        found |= {incident.service_id, incident.policy_id, *incident.assignee_ids}
        found |= {incident.merged_into} if incident.merged_into else set()
    return frozenset(found)


def write(told: Occurrence, around: Surroundings) -> str | None:
    """Return the body; a note is cut if need be, and what cannot be cut far enough is None."""
    body = _encode(told, around, told.note)
    if told.note and len(body) > IN_ORDER_BYTES:
        room = IN_ORDER_BYTES - len(_encode(told, around, "", trimmed=True))
        body = _encode(told, around, _cut(told.note, room), trimmed=True)
    return body.decode() if len(body) <= MOST_BYTES else None


def event_of(
    told: Occurrence, around: Surroundings, note: str | None = None, *, trimmed: bool = False
) -> dict[str, Any]:
    """Return an event as it looks on the wire."""
    return {
        "id": told.id,
        "event_type": told.event,
        "resource_type": told.event.partition(".")[0],
        "occurred_at": _to_the_millisecond(told.at),
        "agent": _agent(told, around),
        "client": {"name": CLIENT} if told.by_hand else None,
        "data": _data(told, around, note, trimmed=trimmed),
    }


def _encode(
    told: Occurrence, around: Surroundings, note: str | None, *, trimmed: bool = False
) -> bytes:
    return msgspec.json.encode({"event": event_of(told, around, note, trimmed=trimmed)})


def _cut(text: str, room: int) -> str:
    """Return as much of a text as fits, written as JSON."""
    while len(msgspec.json.encode(text)) - 2 > room:
        text = text[: len(text) * 9 // 10]
    return text


def _data(
    told: Occurrence, around: Surroundings, note: str | None, *, trimmed: bool
) -> dict[str, Any]:
    if told.service:
        return _service(told.service, around.links)
    if told.incident is None:
        return {"message": GREETING, "type": "ping"}
    if told.event == "incident.annotated":
        of = {"incident": _incident_ref(told.incident, around)}
        return of | {"id": told.id, "content": note, "trimmed": trimmed, "type": "incident_note"}
    if told.event == "incident.status_update_published":
        of = {"incident": _incident_ref(told.incident, around)}
        return of | {
            "id": told.id,
            "message": note,
            "trimmed": trimmed,
            "type": "incident_status_update",
        }
    if told.responder:
        of = {"incident": _incident_ref(told.incident, around)}
        return of | _responder(told.responder, around)
    if told.event == "incident.conference_bridge.updated":
        of = {"incident": _incident_ref(told.incident, around)}
        return of | _bridge_change(told.incident.conference_bridge or ConferenceBridge())
    return _incident(told.incident, around)


def _incident(incident: IncidentThen, around: Surroundings) -> dict[str, Any]:
    links, names = around.links, around.names
    head = links.head("incident", incident.id, None)
    del head["summary"]
    priority = PRIORITY_OF_ID.get(incident.priority_id or "")
    return head | {
        "number": incident.number or around.numbers.get(incident.id, 0),
        "status": incident.status,
        "incident_key": incident.incident_key,
        "created_at": write_instant(incident.created_at),
        "title": incident.title,
        "incident_type": {"name": "incident_default"},
        "service": links.ref("service", incident.service_id, names.get(incident.service_id)),
        "assignees": [links.ref("user", id_, names.get(id_)) for id_ in incident.assignee_ids],
        "escalation_policy": links.ref(
            "escalation_policy",
            incident.policy_id,
            names.get(incident.policy_id, incident.policy_name),
        ),
        "teams": _teams(
            ((team.id, team.name) for team in around.teams.get(incident.service_id, ())), links
        ),
        "priority": links.ref("priority", priority.id, priority.name) if priority else None,
        "urgency": incident.urgency,
        "conference_bridge": _bridge(incident.conference_bridge),
        "resolve_reason": _resolve_reason(incident, around),
    }


def _incident_ref(incident: IncidentThen, around: Surroundings) -> dict[str, Any]:
    return around.links.ref("incident", incident.id, incident.title)


def _service(service: ServiceThen, links: Links) -> dict[str, Any]:
    return links.head("service", service.id, service.name) | {
        "alert_creation": "create_alerts_and_incidents",
        "teams": _teams(service.teams, links),
    }


def _teams(teams: Iterable[tuple[str, str]], links: Links) -> list[dict[str, Any]]:
    return [links.ref("team", id_, name) for id_, name in teams]


def _agent(told: Occurrence, around: Surroundings) -> dict[str, Any] | None:
    """Return who did it; an integration acts for its service."""
    agent = told.agent
    if agent and agent.kind == "integration" and told.incident:
        agent = replace(agent, kind="service", id=told.incident.service_id, summary=None)
    if agent is None:
        return None
    return around.links.ref(agent.kind, agent.id, around.names.get(agent.id, agent.summary))


def _responder(responder: ResponderThen, around: Surroundings) -> dict[str, Any]:
    links, names = around.links, around.names
    user_id, policy_id = responder.user_id, responder.policy_id
    policy = links.ref("escalation_policy", policy_id, names.get(policy_id)) if policy_id else None
    return {
        "user": links.ref("user", user_id, names.get(user_id)) if user_id else None,
        "escalation_policy": policy,
        "message": responder.message,
        "state": responder.state,
        "type": "incident_responder",
    }


def _bridge(bridge: ConferenceBridge | None) -> dict[str, Any] | None:
    if bridge is None:
        return None
    return {"conference_number": bridge.number, "conference_url": bridge.url}


def _bridge_change(bridge: ConferenceBridge) -> dict[str, Any]:
    numbers = [{"label": "", "number": bridge.number}] if bridge.number else []
    return {
        "conference_numbers": numbers,
        "conference_url": bridge.url,
        "type": "incident_conference_bridge",
    }


def _resolve_reason(incident: IncidentThen, around: Surroundings) -> dict[str, Any] | None:
    target = incident.merged_into
    if target is None:
        return None
    reference = around.links.ref("incident", target, around.names.get(target))
    return {"type": "merge_resolve_reason", "incident": reference}


def _to_the_millisecond(at: datetime) -> str:
    text = at.astimezone(UTC).isoformat(timespec="milliseconds")
    return text.removesuffix("+00:00") + "Z"
