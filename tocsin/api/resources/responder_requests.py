"""Responder requests: people are asked to help with an incident, and need not help any more."""

from typing import Any, Final, Literal

import msgspec

from tocsin.api.incident_shapes import incident_ref
from tocsin.api.responder_shapes import responder_request_shape
from tocsin.api.rest import Call, Resource
from tocsin.api.views import View
from tocsin.domain.people.user import User
from tocsin.usecases.errors import Arguments, Forbidden, Invalid
from tocsin.usecases.people import users
from tocsin.usecases.response import incident_queries, responder_requests
from tocsin.usecases.response.incidents import by_hand
from tocsin.usecases.response.responder_requests import Whom

RESPONDER_REQUESTS = Resource("/incidents/{id}/responder_requests", scope="incidents")

IN_OWN_NAME: Final = "With the key of a user, only this user can be the requester."


class _Named(msgspec.Struct, frozen=True):
    id: str = ""
    type: Literal["user", "user_reference", "escalation_policy", "escalation_policy_reference"] = (
        "user_reference"
    )


class _Target(_Named, frozen=True):
    """A target, or what holds one: most clients send each in an envelope of its own."""

    responder_request_target: _Named | None = None

    @property
    def whom(self) -> Whom:
        """Return whom it names. Raises Invalid."""
        named = self.responder_request_target or self
        if not named.id:
            raise Invalid("Responder request targets must have an id.")
        return Whom("user" if named.type.startswith("user") else "escalation_policy", named.id)


class _Asked(msgspec.Struct, frozen=True, kw_only=True):
    requester_id: str
    message: str = ""
    responder_request_targets: tuple[_Target, ...] = ()

    @property
    def whom(self) -> tuple[Whom, ...]:
        """Return whom it names. Raises Invalid."""
        return tuple(target.whom for target in self.responder_request_targets)


@RESPONDER_REQUESTS.op("createIncidentResponderRequest", "POST", "")
async def create_request(call: Call, id: str) -> dict[str, Any]:
    """Ask people, and whoever is on call for policies, to help."""
    asked = call.body(_Asked)
    requester = await _requester(call, asked.requester_id)
    wanted = responder_requests.Call(whom=asked.whom, message=asked.message)
    request, incident = await responder_requests.ask(
        call.house, id, wanted, by_hand(requester), call.now
    )
    known = await incident_queries.get(call.house, incident.id)
    view = View(links=call.links, zone=call.query.zone())
    reference = incident_ref(call.links, known.incident)
    return {"responder_request": responder_request_shape(view, request, reference, known.names)}


@RESPONDER_REQUESTS.op("cancelIncidentResponderRequest", "PUT", "/cancel")
async def cancel_requests(call: Call, id: str) -> dict[str, Any]:
    """Let those who have not answered be asked no more."""
    asked = call.body(_Asked)
    requester = await _requester(call, asked.requester_id)
    results = await responder_requests.cancel(
        call.house, id, asked.whom, by_hand(requester), call.now
    )
    told = [
        {"type": f"{whom.type}_reference", "id": whom.id, "result": result}
        for whom, result in results
    ]
    return {"responder_request_targets": told}


async def _requester(call: Call, user_id: str) -> User:
    """Return in whose name it is asked. Raises Forbidden, Arguments."""
    user = call.principal.user
    if user and user.id != user_id:
        raise Forbidden(IN_OWN_NAME)
    found = (await users.get_many(call.house, [user_id])).get(user_id)
    if found is None:
        raise Arguments(f"There is no user {user_id} to ask for help.")
    return found.user
