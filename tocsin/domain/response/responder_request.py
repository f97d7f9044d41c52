"""Responder requests: who was asked to help with an incident, and what each of them said."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Literal

import msgspec
from msgspec.structs import replace

TargetType = Literal["user", "escalation_policy"]
Reply = Literal["joined", "declined"]
ResponderState = Literal["pending", "joined", "declined", "user_cancelled"]


class Responder(msgspec.Struct, frozen=True, kw_only=True):
    """Somebody who was asked."""

    user_id: str
    state: ResponderState = "pending"
    updated_at: datetime


class RequestTarget(msgspec.Struct, frozen=True, kw_only=True):
    """A person, or a policy with whoever was on call at its first level then."""

    type: TargetType
    id: str
    responders: tuple[Responder, ...] = ()


class ResponderRequest(msgspec.Struct, frozen=True, kw_only=True):
    """A call for help. Whoever is asked again has to answer only the newest one."""

    id: str
    incident_id: str
    requester_id: str
    message: str
    targets: tuple[RequestTarget, ...]
    created_at: datetime
    updated_at: datetime | None = None

    @property
    def responders(self) -> tuple[Responder, ...]:
        """All who were asked, whatever named them."""
        return tuple(one for target in self.targets for one in target.responders)


class Standing(msgspec.Struct, frozen=True, kw_only=True):
    """How somebody stands who was asked at least once: by the newest request that names them.

    ``policy_ids`` are those through which that request found them.
    """

    responder: Responder
    request: ResponderRequest
    policy_ids: tuple[str, ...] = ()


def standings(requests: Iterable[ResponderRequest]) -> dict[str, Standing]:
    """Return how everybody stands who was asked, by their ids; the oldest request comes first."""
    found: dict[str, Standing] = {}
    for request in requests:
        for target in request.targets:
            for responder in target.responders:
                before = found.get(responder.user_id)
                policies = before.policy_ids if before and before.request is request else ()
                if target.type == "escalation_policy":
                    policies = (*policies, target.id)
                found[responder.user_id] = Standing(
                    responder=responder, request=request, policy_ids=policies
                )
    return found


def is_pending(requests: Sequence[ResponderRequest], request_id: str, user_id: str) -> bool:
    """Say whether it is this request that somebody has still to answer."""
    standing = standings(requests).get(user_id)
    return (
        standing is not None
        and standing.request.id == request_id
        and standing.responder.state == "pending"
    )


def settled(
    request: ResponderRequest,
    user_ids: Iterable[str],
    state: ResponderState,
    now: datetime,
    *,
    of: frozenset[ResponderState],
) -> ResponderRequest:
    """Let these people stand otherwise in a request, as far as they stand as one ``of`` these."""
    wanted = set(user_ids)

    def after(responder: Responder) -> Responder:
        if responder.user_id not in wanted or responder.state not in of:
            return responder
        return replace(responder, state=state, updated_at=now)

    targets = tuple(
        replace(target, responders=tuple(map(after, target.responders)))
        for target in request.targets
    )
    if targets == request.targets:
        return request
    return replace(request, targets=targets, updated_at=now)
