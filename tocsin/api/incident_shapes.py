"""Incidents as they look on the wire."""

from typing import Any, Final

from tocsin.api.log_entry_shapes import trigger_ref
from tocsin.api.resources.priorities import priority_shape
from tocsin.api.responder_shapes import responder_request_shape, responders_shape
from tocsin.api.shapes import Links
from tocsin.api.team_shapes import teams_shape
from tocsin.api.views import View
from tocsin.domain.response.escalation import PendingAction, pending_actions
from tocsin.domain.response.incident import Incident
from tocsin.domain.response.priority import PRIORITY_OF_ID
from tocsin.usecases.response.incident_queries import Known

# What clients find in every incident, and what nothing here fills.
_ALWAYS_EMPTY: Final[dict[str, Any]] = {
    "alert_grouping": None,
    "basic_alert_grouping": None,
    "external_references": [],
    "importance": None,
    "subscriber_requests": [],
    "metadata": {},
    "privilege": None,
}


def incident_shape(view: View, known: Known) -> dict[str, Any]:
    """Return an incident as it looks on the wire."""
    incident = known.incident
    return {
        **view.links.head("incident", incident.id, summary_of(incident)),
        "incident_number": incident.number,
        "title": incident.title,
        "description": incident.title,
        "created_at": view.time(incident.created_at),
        "updated_at": view.time(incident.updated_at),
        "status": incident.status,
        "incident_key": incident.incident_key,
        "urgency": incident.urgency,
        "assigned_via": incident.assigned_via,
        "last_status_change_at": view.time(incident.last_status_change_at),
        "resolved_at": view.time(incident.resolved_at),
        "incident_type": {"name": "incident_default"},
        "alert_counts": _alert_counts(known),
        "is_mergeable": _is_mergeable(known),
        "pending_actions": [_action(view, action) for action in pending_actions(incident)],
        "resolve_reason": _resolve_reason(view, known),
        "conference_bridge": _bridge(incident),
        **_people_and_places(view, known),
        **_helpers(view, known),
        **({"body": _body(incident)} if "body" in view.includes else {}),
        **_ALWAYS_EMPTY,
    }


def incident_ref(links: Links, incident: Incident) -> dict[str, Any]:
    """Return a reference to an incident that is at hand."""
    return links.ref("incident", incident.id, summary_of(incident))


def summary_of(incident: Incident) -> str:
    """Return an incident in few words."""
    return f"[#{incident.number}] {incident.title}"


def _people_and_places(view: View, known: Known) -> dict[str, Any]:
    incident, names, service_id = known.incident, known.names, known.incident.service_id
    policy, changed_by = incident.policy, incident.last_status_change_by
    service = view.refer("services", "service", service_id, names)
    priority = PRIORITY_OF_ID.get(incident.priority_id or "")
    return {
        "service": service,
        "impacted_services": [view.links.ref("service", service_id, names.get(service_id))],
        "escalation_policy": view.refer(
            "escalation_policies", "escalation_policy", policy.id, names, policy.name
        ),
        "assignments": [
            {
                "at": view.time(one.at),
                "assignee": view.refer("assignees", "user", one.user_id, names),
            }
            for one in incident.assignments
        ],
        "acknowledgements": [
            {
                "at": view.time(one.at),
                "acknowledger": view.refer_to_agent("acknowledgers", one.by, service_id, names),
            }
            for one in incident.acknowledgements
        ],
        "last_status_change_by": view.refer_to_agent("agents", changed_by, service_id, names),
        "first_trigger_log_entry": _first_trigger(view, known),
        "priority": priority and priority_shape(view.links, priority),
        "teams": teams_shape(view.links, known.teams, view.includes),
    }


def _helpers(view: View, known: Known) -> dict[str, Any]:
    requests, names = known.requests, known.names
    reference = incident_ref(view.links, known.incident)
    return {
        "incidents_responders": responders_shape(view, requests, reference, names),
        "responder_requests": [
            responder_request_shape(view, request, reference, names) for request in requests
        ],
    }


def _first_trigger(view: View, known: Known) -> dict[str, Any] | None:
    if known.trigger is None:
        return None
    whole = view.wholes.get("first_trigger_log_entries", {}).get(known.trigger.id)
    return whole or trigger_ref(view.links, known.trigger, known.names)


def _alert_counts(known: Known) -> dict[str, int]:
    counts = known.counts
    return {
        "all": counts.triggered + counts.resolved,
        "triggered": counts.triggered,
        "resolved": counts.resolved,
    }


def _is_mergeable(known: Known) -> bool:
    """Say whether there is something to merge: alerts, or what a person wrote."""
    agent = known.trigger.agent if known.trigger else None
    by_hand = agent is not None and agent.kind == "user"
    has_alerts = known.counts.triggered + known.counts.resolved > 0
    return (has_alerts or by_hand) and known.incident.merged_into is None


def _action(view: View, action: PendingAction) -> dict[str, Any]:
    shape: dict[str, Any] = {"type": action.type, "at": view.time(action.at)}
    return shape | {"to": action.to} if action.to else shape


def _resolve_reason(view: View, known: Known) -> dict[str, Any] | None:
    target = known.incident.merged_into
    if target is None:
        return None
    reference = view.links.ref("incident", target, known.names.get(target))
    return {"type": "merge_resolve_reason", "incident": reference}


def _bridge(incident: Incident) -> dict[str, Any] | None:
    bridge = incident.conference_bridge
    if bridge is None:
        return None
    return {"conference_number": bridge.number, "conference_url": bridge.url}


def _body(incident: Incident) -> dict[str, Any] | None:
    return {"type": "incident_body", "details": incident.body} if incident.body else None
