"""Waking: whoever will be on call and could not be woken is told, as administrators are, once."""

from collections.abc import Collection, Iterable, Iterator, Mapping
from datetime import datetime
from itertools import groupby
from operator import attrgetter
from typing import Final

import msgspec
from sqlalchemy.ext.asyncio import AsyncConnection

from tocsin.domain.duty.escalation_policy import Target
from tocsin.domain.duty.schedule import Range
from tocsin.domain.local_times import local_time
from tocsin.domain.people.user import User
from tocsin.domain.reaching.letter import cannot_be_woken
from tocsin.domain.reaching.waking import AHEAD, REASONS, Hindrance, Vigil, hindrance, vigils
from tocsin.store.alarms import ring
from tocsin.store.reaching import wake_warnings
from tocsin.usecases.duty.board import Plan
from tocsin.usecases.house import House
from tocsin.usecases.people import users
from tocsin.usecases.reaching import letters, providers

LANGUAGE: Final = "en"  # of alarms and letters

_by_person = attrgetter("user_id")
_by_time = attrgetter("user_id", "shift_at", "target_id")


class Risk(msgspec.Struct, frozen=True, kw_only=True):
    """That nothing would wake somebody, who is on call from ``at`` on for ``posts``."""

    user: User
    why: str
    at: datetime
    posts: str


async def look_ahead(house: House, now: datetime) -> None:
    """Warn of the shifts of the next day in which nothing would wake somebody.

    What was mended is forgotten: it is told again if it breaks again.
    """
    await providers.recall(house)  # a node that has only begun knows of none
    async with house.database.begin() as tx:
        if not await wake_warnings.take_turn(tx):
            return
        plan = await house.board.plan(tx, Range(now, now + AHEAD), now)
        ahead = sorted(set(vigils(plan.places, plan.schedules, now)), key=_by_time)
        hindered = await _hindered(tx, house, plan, {vigil.user_id for vigil in ahead})
        risky = [vigil for vigil in ahead if vigil.user_id in hindered]
        for risk in _risks(plan, hindered, await wake_warnings.keep(tx, risky)):
            await _warn(tx, house, risk, now)


async def _hindered(
    tx: AsyncConnection, house: House, plan: Plan, user_ids: Collection[str]
) -> Mapping[str, Hindrance]:
    known = await users.know(tx, [plan.users[id_] for id_ in user_ids if id_ in plan.users])
    said = ((one.user.id, hindrance(one.methods, one.rules, house.ways)) for one in known)
    return {id_: told for id_, told in said if told}


def _risks(plan: Plan, hindered: Mapping[str, Hindrance], new: Iterable[Vigil]) -> Iterator[Risk]:
    """Put together what each person is to be told, of which the first begins soonest."""
    for user_id, found in groupby(new, key=_by_person):
        mine = list(found)
        posts = dict.fromkeys(name for vigil in mine for name in _posts(plan, vigil))
        yield Risk(
            user=plan.users[user_id],
            why=REASONS[hindered[user_id]],
            at=mine[0].shift_at,
            posts=", ".join(posts),
        )


def _posts(plan: Plan, vigil: Vigil) -> Iterator[str]:
    """Name the schedule of a shift, or the policies that name the person."""
    if vigil.target_id in plan.schedules:
        yield plan.schedules[vigil.target_id].name
    for place in plan.places.get(Target("user", vigil.target_id), ()):
        yield plan.policies[place.policy_id].name


async def _warn(tx: AsyncConnection, house: House, risk: Risk, now: datetime) -> None:
    user, posts, why = risk.user, risk.posts, risk.why
    since = _since(risk.at, now, house.account.time_zone)
    sentence = f"{user.name} is on call {since} for {posts}, and nothing would wake them: {why}."
    await ring(tx, sentence, now)
    if letters.can_send(house):
        words = cannot_be_woken(
            since=_since(risk.at, now, house.zone_of(user)),
            posts=posts,
            why=why,
            href=f"{house.settings.public_url}/users/{user.id}",
        )
        await letters.post(tx, house, user, words, now)


def _since(at: datetime, now: datetime, zone: str) -> str:
    return f"from {local_time(at, zone, LANGUAGE)} ({zone}) on" if at > now else "now"
