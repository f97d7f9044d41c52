"""Failover: what did not get through goes by another provider, by another way, to others."""

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from typing import Final

import msgspec
from sqlalchemy.ext.asyncio import AsyncConnection

from tocsin.domain.reaching.channel import Delivery
from tocsin.domain.reaching.failover import (
    LOGIN,
    Place,
    Trail,
    Turn,
    is_left_alone,
    next_way,
    trail_of,
    turn,
)
from tocsin.domain.reaching.paging import still_wanted
from tocsin.domain.response.incident import Incident
from tocsin.domain.work import TIMER, Work
from tocsin.kit.ids import new_id
from tocsin.store import work as work_store
from tocsin.store.reaching import messages
from tocsin.store.response import incidents
from tocsin.store.writes import AlarmRow, Writes
from tocsin.usecases.reaching.paging import Bundle

IN_A_MOMENT: Final = timedelta(minutes=3)  # longer than any channel may take
OF_LATE: Final = timedelta(days=1)
NEXT_LEVEL: Final = "Nobody of the level before could be reached."

Fate = tuple[Work, Turn]


def fates(bundle: Bundle, delivery: Delivery, now: datetime) -> list[Fate]:
    """Say what follows for each incident of a message that failed."""
    works = {work.incident_id: work for work in bundle.works}.values()
    return [(work, _turn(bundle, work, delivery, now)) for work in works]


def _turn(bundle: Bundle, work: Work, delivery: Delivery, now: datetime) -> Turn:
    trail = trail_of(work.payload)
    return turn(
        trail,
        delivery,
        provider_id=bundle.provider.id if bundle.provider else "",
        has_others=bool(bundle.choice.others),
        since=trail.since or work.planned_for or work.due,
        now=now,
    )


async def plan(
    tx: AsyncConnection, bundle: Bundle, followed: Sequence[Fate], why: str, now: datetime
) -> Writes:
    """Plan what follows a failure; what it was about must have been struck before.

    Where no way is left, the administrators are told ``why``; where that leaves nobody of a level,
    the next one is paged at once.
    """
    writes = Writes(work=[*_again(followed)])
    stranded = []
    for work, after in followed:
        instead = by_another_way(bundle, work, now) if after.another_way else None
        if instead is not None:
            writes.work.append(instead)
        elif after.again is None:
            stranded.append(work)
    if stranded:
        help_ = await _call_for_help(tx, bundle, stranded, why, now)
        writes.work += help_.work
        writes.alarms += help_.alarms
    return writes


def by_another_way(bundle: Bundle, work: Work, now: datetime) -> Work | None:
    """Plan a page to the same person by what was not tried yet."""
    person = bundle.person
    tried = (*trail_of(work.payload).tried, work.contact_method_id or LOGIN)
    way = next_way(person.rules, person.methods, tried) if person else None
    if way is None:
        return None
    return Work(
        lane=way.kind,
        kind="notify",
        due=now,
        incident_id=work.incident_id,
        generation=work.generation,
        user_id=work.user_id,
        contact_method_id=way.contact_method_id,
        payload=msgspec.to_builtins(Trail(tried=tried)),
    )


def _again(followed: Sequence[Fate]) -> Iterator[Work]:
    """Plan the same way once more, for all at the same time: they stay one message."""
    at = min((after.at for _, after in followed if after.at), default=None)
    for work, after in followed:
        if after.again is not None and at is not None:
            payload = msgspec.to_builtins(after.again)
            yield msgspec.structs.replace(work, due=at, payload=payload)


async def _call_for_help(
    tx: AsyncConnection, bundle: Bundle, stranded: Sequence[Work], why: str, now: datetime
) -> Writes:
    """Look who else is reached or being tried; failures at the same time wait for each other."""
    writes = Writes()
    ids = {work.incident_id or "" for work in stranded}
    held = await incidents.lock(tx, ids)
    hopes: set[Place] = await messages.reached(tx, ids, now - OF_LATE)
    hopes |= await work_store.tried_until(tx, ids, now + IN_A_MOMENT)
    for work in stranded:
        incident = held.get(work.incident_id or "")
        user_id, generation = work.user_id or "", work.generation or 0
        if incident is None or not still_wanted(incident, user_id, generation):
            continue
        if (user_id, incident.id, generation) in hopes:
            continue
        then = ""
        if is_left_alone(incident, hopes):
            writes.work.append(_next_level(incident, now))
            then = "; the next level is paged now"
        sentence = f"{_complaint(bundle, incident, work)}{then}. {why}"
        writes.alarms.append(
            AlarmRow(id=new_id("Q"), at=now, incident_id=incident.id, sentence=sentence)
        )
    return writes


def _next_level(incident: Incident, now: datetime) -> Work:
    return Work(
        lane=TIMER,
        kind="escalate",
        due=now,
        incident_id=incident.id,
        generation=incident.generation,
        payload={"reason": NEXT_LEVEL},
    )


def _complaint(bundle: Bundle, incident: Incident, work: Work) -> str:
    name = bundle.person.user.name if bundle.person else f"User {work.user_id}"
    return (
        f"{name} was not told of incident #{incident.number}: {bundle.kind} failed and no other way"
        " is left"
    )
