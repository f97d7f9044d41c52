"""Responder requests as they look on the wire."""

from collections.abc import Sequence
from typing import Any

from tocsin.api.views import Names, View
from tocsin.domain.response.responder_request import (
    RequestTarget,
    ResponderRequest,
    Standing,
    standings,
)


def responder_request_shape(
    view: View, request: ResponderRequest, incident: dict[str, Any], names: Names
) -> dict[str, Any]:
    """Return a request; ``incident`` is a reference to what it is about."""
    return {
        "id": request.id,
        "incident": incident,
        "requester": _user(view, request.requester_id, names),
        "requested_at": view.time(request.created_at),
        "message": request.message,
        "responder_request_targets": [
            {"responder_request_target": _target(view, request, target, incident, names)}
            for target in request.targets
        ],
    }


def responders_shape(
    view: View, requests: Sequence[ResponderRequest], incident: dict[str, Any], names: Names
) -> list[dict[str, Any]]:
    """Return everybody who was asked, each once, as they stand now."""
    return [
        _responder(view, standing, incident, names) for standing in standings(requests).values()
    ]


def _target(
    view: View,
    request: ResponderRequest,
    target: RequestTarget,
    incident: dict[str, Any],
    names: Names,
) -> dict[str, Any]:
    policies = (target.id,) if target.type == "escalation_policy" else ()
    responders = [
        _responder(
            view,
            Standing(responder=one, request=request, policy_ids=policies),
            incident,
            names,
        )
        for one in target.responders
    ]
    return {
        "id": target.id,
        "type": target.type,
        "summary": names.get(target.id),
        # The schema and what clients read differ by a letter: both find what they look for.
        "incident_responders": responders,
        "incidents_responders": responders,
    }


def _responder(
    view: View, standing: Standing, incident: dict[str, Any], names: Names
) -> dict[str, Any]:
    responder, request = standing.responder, standing.request
    return {
        "state": responder.state,
        "user": _user(view, responder.user_id, names),
        "incident": incident,
        "updated_at": view.time(responder.updated_at),
        "message": request.message,
        "requester": _user(view, request.requester_id, names),
        "requested_at": view.time(request.created_at),
        "escalation_policy_requests": [names.get(id_, id_) for id_ in standing.policy_ids],
    }


def _user(view: View, id_: str, names: Names) -> dict[str, Any]:
    return view.links.ref("user", id_, names.get(id_))
