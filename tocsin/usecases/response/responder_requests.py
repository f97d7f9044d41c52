"""Responder requests: people are asked to help with an incident until they have answered."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime, timedelta
from typing import Final, Literal

import msgspec
from sqlalchemy.ext.asyncio import AsyncConnection

from tocsin.domain.reaching.message import Notice, Purpose
from tocsin.domain.reaching.paging import plan
from tocsin.domain.response.command import AskForHelp, CancelRequest, Refused, ReplyToRequest
from tocsin.domain.response.escalation import climb
from tocsin.domain.response.incident import Incident
from tocsin.domain.response.responder_request import (
    Reply,
    RequestTarget,
    Responder,
    ResponderRequest,
    ResponderState,
    TargetType,
    settled,
    standings,
)
from tocsin.kit.ids import new_id
from tocsin.store.clashes import tried_again
from tocsin.store.response import responder_requests as store
from tocsin.store.response.responder_requests import RESPONDER_REQUESTS
from tocsin.usecases.desk import Desk
from tocsin.usecases.errors import Arguments, Invalid
from tocsin.usecases.house import House
from tocsin.usecases.reaching import notices
from tocsin.usecases.response.incidents import By, hold

Result = Literal["cancelled", "joined", "declined", "not_found"]

GOOD_FOR: Final = timedelta(hours=1)  # after the last rule
LONGEST: Final = 25_000
MOST_REQUESTS: Final = 1000  # of an incident
MOST_RESPONDERS: Final = 500
PLEASE: Final = 'Please help with "{}"'
NOT_ASKED: Final = "Nobody asks you to help with this any more."
NOT_ASKED_CODE: Final = 1002

_PENDING: Final[frozenset[ResponderState]] = frozenset({"pending"})
_ANSWERABLE: Final[frozenset[ResponderState]] = frozenset({"pending", "joined", "declined"})


class Whom(msgspec.Struct, frozen=True):
    """Somebody, or a policy, as those who ask name them."""

    type: TargetType
    id: str


class Call(msgspec.Struct, frozen=True, kw_only=True):
    """A call for help; without a message it gets one of ours."""

    whom: tuple[Whom, ...]
    message: str = ""


@tried_again
async def ask(
    house: House, incident_id: str, call: Call, by: By, now: datetime
) -> tuple[ResponderRequest, Incident]:
    """Ask people to help: they are paged by their rules for high urgency until they answer."""
    async with house.database.begin() as tx:
        held = await hold(tx, [incident_id])
        incident = held[incident_id]
        earlier = (await store.of_incidents(tx, [incident_id])).get(incident_id, [])
        desk = await Desk.at(tx, house.directory, now)
        request = ResponderRequest(
            id=new_id("Q"),
            incident_id=incident_id,
            requester_id=by.agent.id,
            message=call.message.strip() or PLEASE.format(incident.title),
            targets=await _targets(desk, incident, call.whom, earlier),
            created_at=now,
        )
        _check(request, earlier)
        for target in request.targets:
            command = AskForHelp(target=target, message=request.message, **by.told)
            incident = desk.act(incident, command)
        await desk.write()
        await RESPONDER_REQUESTS.insert(tx, request)
        await _page(tx, house, desk, request, by)
    return request, incident


@tried_again
async def reply(
    house: House, incident_id: str, reply: Reply, by: By, now: datetime
) -> tuple[Incident, bool]:
    """Let whoever was asked accept or decline; say whether that is news. Raises Refused."""
    user_id = by.agent.id
    async with house.database.begin() as tx:
        incident = (await hold(tx, [incident_id]))[incident_id]
        requests = (await store.of_incidents(tx, [incident_id])).get(incident_id, [])
        standing = standings(requests).get(user_id)
        if standing is None or standing.responder.state == "user_cancelled":
            raise Refused(NOT_ASKED, NOT_ASKED_CODE)
        if standing.responder.state == reply:
            return incident, False
        desk = await Desk.at(tx, house.directory, now)
        message = standing.request.message
        command = ReplyToRequest(user_id=user_id, reply=reply, message=message, **by.told)
        incident = desk.act(incident, command)
        await desk.write()
        await _settle(tx, requests, {user_id}, reply, now, of=_ANSWERABLE)
    return incident, True


@tried_again
async def cancel(
    house: House, incident_id: str, whom: Sequence[Whom], by: By, now: datetime
) -> list[tuple[Whom, Result]]:
    """Let those who have not answered be asked no more; say of each what came of it."""
    async with house.database.begin() as tx:
        incident = (await hold(tx, [incident_id]))[incident_id]
        requests = (await store.of_incidents(tx, [incident_id])).get(incident_id, [])
        states = {id_: one.responder.state for id_, one in standings(requests).items()}
        found = [(one, dict.fromkeys(_named(requests, one))) for one in whom]
        results = [(one, _result([states[id_] for id_ in ids])) for one, ids in found]
        released = [id_ for _, ids in found for id_ in ids if states[id_] == "pending"]
        desk = await Desk.at(tx, house.directory, now)
        for user_id in dict.fromkeys(released):
            incident = desk.act(incident, CancelRequest(user_id=user_id, **by.told))
        await desk.write()
        await _settle(tx, requests, set(released), "user_cancelled", now, of=_PENDING)
    return results


async def _targets(
    desk: Desk, incident: Incident, whom: Iterable[Whom], earlier: Iterable[ResponderRequest]
) -> tuple[RequestTarget, ...]:
    """Find whom targets mean now; who has joined already is not asked again."""
    wanted = tuple(dict.fromkeys(whom))
    policy_ids = [one.id for one in wanted if one.type == "escalation_policy"]
    people = [one.id for one in wanted if one.type == "user"]
    policies = await desk.view.know_policy_ids(desk.connection, policy_ids)
    await desk.prepare(incidents=[incident], policies=policies, people=people)
    before = {id_: one.responder.state for id_, one in standings(earlier).items()}

    def asked(user_id: str) -> Responder:
        state: ResponderState = "joined" if before.get(user_id) == "joined" else "pending"
        return Responder(user_id=user_id, state=state, updated_at=desk.now)

    return tuple(
        RequestTarget(type=one.type, id=one.id, responders=tuple(map(asked, _people(desk, one))))
        for one in wanted
    )


def _people(desk: Desk, whom: Whom) -> tuple[str, ...]:
    """Return who is asked: of a policy, whoever is on call at the first level that has anybody."""
    if whom.type == "user":
        if desk.view.person(whom.id) is None:
            raise Arguments(f"There is no user {whom.id} to ask.")
        return (whom.id,)
    policy = desk.view.policy(whom.id)
    if policy is None:
        raise Arguments(f"There is no escalation policy {whom.id} to ask.")
    step = climb(policy, 0, 0, desk.roster(policy))
    if step is None:
        raise Invalid(f"Nobody is on call for the escalation policy {policy.name} now.")
    return step.user_ids


def _check(request: ResponderRequest, earlier: Sequence[ResponderRequest]) -> None:
    """See that a request may be stored. Raises Invalid."""
    everybody = {one.user_id for each in (*earlier, request) for one in each.responders}
    if not request.targets:
        raise Invalid("Responder request targets cannot be empty.")
    if len(request.message) > LONGEST:
        raise Invalid(f"Message is too long (maximum is {LONGEST} characters).")
    if len(earlier) >= MOST_REQUESTS:
        raise Invalid(f"An incident cannot have more than {MOST_REQUESTS} responder requests.")
    if len(everybody) > MOST_RESPONDERS:
        raise Invalid(f"An incident cannot have more than {MOST_RESPONDERS} responders.")


async def _page(
    tx: AsyncConnection, house: House, desk: Desk, request: ResponderRequest, by: By
) -> None:
    """Plan a notice for each rule of everybody who is to answer."""
    pending = {one.user_id for one in request.responders if one.state == "pending"}
    ways = [
        way
        for user_id in sorted(pending)
        if (person := desk.view.person(user_id))
        for way in plan(person.rules, person.methods, person.user, "high", desk.now)
    ]
    if not ways:
        return
    order = notices.Order(
        purpose=Purpose(
            kind="responder_request",
            notice=Notice(person=by.agent.summary or "", note=request.message),
            deeds=("join", "decline"),
        ),
        incident_ids=(request.incident_id,),
        request_id=request.id,
        until=max(way.at for way in ways) + GOOD_FOR,
    )
    await notices.plan_all(tx, house, ways, order)


def _named(requests: Iterable[ResponderRequest], whom: Whom) -> Iterator[str]:
    """Return the ids of those who were asked because of a target."""
    for request in requests:
        for target in request.targets:
            if (target.type, target.id) == (whom.type, whom.id):
                yield from (one.user_id for one in target.responders)
            elif whom.type == "user":
                yield from (one.user_id for one in target.responders if one.user_id == whom.id)


def _result(states: Sequence[ResponderState]) -> Result:
    if not states:
        return "not_found"
    if "pending" in states or "user_cancelled" in states:
        return "cancelled"
    return "joined" if "joined" in states else "declined"


async def _settle(
    tx: AsyncConnection,
    requests: Iterable[ResponderRequest],
    user_ids: set[str],
    state: ResponderState,
    now: datetime,
    *,
    of: frozenset[ResponderState],
) -> None:
    for request in requests:
        after = settled(request, user_ids, state, now, of=of)
        if after is not request:
            await RESPONDER_REQUESTS.update(tx, after)
