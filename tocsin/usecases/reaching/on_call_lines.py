"""On-call lines: who is on call now, and until when, as somebody who asks is told."""

from collections.abc import Iterable
from datetime import datetime
from itertools import groupby
from typing import Final

import msgspec
import sqlalchemy as sa

from tocsin.domain.duty.escalation_policy import EscalationPolicy, Target
from tocsin.domain.duty.on_call import OnCall
from tocsin.domain.duty.schedule import Range, Schedule
from tocsin.domain.local_times import soon
from tocsin.domain.people.user import User
from tocsin.domain.reaching.phrases import phrase
from tocsin.store.intake.services import SERVICES
from tocsin.store.people import teams
from tocsin.usecases.duty.board import Plan
from tocsin.usecases.duty.oncalls import Query, find
from tocsin.usecases.duty.own_duty import read_plan
from tocsin.usecases.house import House

FIRST: Final = 1
MOST_NAMESAKES: Final = 50  # services of one name


class Asker(msgspec.Struct, frozen=True, kw_only=True):
    """Who asks when, in which language, and by whose clock."""

    user: User
    language: str
    zone: str
    now: datetime


async def tell_all(house: House, asker: Asker) -> list[str]:
    """Tell whom each policy would page first; what concerns the asker comes first."""
    rows, plan = await _rows(house, asker, None)
    found = {id_: list(those) for id_, those in groupby(rows, lambda row: row.policy_id)}
    mine = await _mine(house, plan, asker.user)
    policies = sorted(plan.policies.values(), key=lambda policy: policy.id not in mine)
    return [
        _first(plan, policy, found.get(policy.id, ()), asker)
        for policy in policies
        if policy.id in found or policy.id in mine
    ]


async def tell_of(house: House, asker: Asker, name: str) -> list[str] | None:
    """Tell of the policies, schedules and services of a name; None if nothing has it."""
    plan, wanted = await read_plan(house, asker.now), name.casefold()
    policies = {one.id for one in plan.policies.values() if one.name.casefold() == wanted}
    policies |= await _policies_of_services(house, name)
    schedules = [one for one in plan.schedules.values() if one.name.casefold() == wanted]
    if not policies and not schedules:
        return None
    rows, plan = await _rows(house, asker, frozenset(policies)) if policies else ([], plan)
    levels = groupby(rows, lambda row: (row.policy_id, row.level))
    lines = [
        _level(plan, plan.policies[policy_id], level, those, asker)
        for (policy_id, level), those in levels
    ]
    return lines + [_watch(plan, schedule, asker) for schedule in schedules]


async def _rows(
    house: House, asker: Asker, policy_ids: frozenset[str] | None
) -> tuple[list[OnCall], Plan]:
    query = Query(asked=Range(asker.now, asker.now), policy_ids=policy_ids)
    return await find(house, query, asker.now, most=None)


async def _policies_of_services(house: House, name: str) -> set[str]:
    called = sa.func.lower(SERVICES.c.name) == name.lower()
    async with house.database.read() as tx:
        found = await SERVICES.select(tx, called, order_by=(SERVICES.c.id,), limit=MOST_NAMESAKES)
    return {service.escalation_policy_id for service in found}


async def _mine(house: House, plan: Plan, user: User) -> set[str]:
    """Return the policies that can page somebody, or for which a team of theirs answers."""
    async with house.database.read() as tx:
        joined = {team.id for team in (await teams.of_users(tx, [user.id])).get(user.id, ())}
    targets = [Target("user", user.id)]
    targets += [
        Target("schedule", id_) for id_, people in plan.members.items() if user.id in people
    ]
    places = [place for target in targets for place in plan.places.get(target, ())]
    answered = {id_ for id_, one in plan.policies.items() if not joined.isdisjoint(one.team_ids)}
    return answered | {place.policy_id for place in places}


def _first(plan: Plan, policy: EscalationPolicy, rows: Iterable[OnCall], asker: Asker) -> str:
    """Write whom a policy would page first: the first level that has anybody."""
    level, those = next(((n, [*g]) for n, g in groupby(rows, lambda row: row.level)), (FIRST, []))
    if level > FIRST:
        return _level(plan, policy, level, those, asker)
    return _line(policy.name, _holders(plan, those, asker), asker)


def _level(
    plan: Plan, policy: EscalationPolicy, level: int, rows: Iterable[OnCall], asker: Asker
) -> str:
    holder = _holders(plan, rows, asker)
    return phrase("chat_level", asker.language, name=policy.name, level=level, holder=holder)


def _watch(plan: Plan, schedule: Schedule, asker: Asker) -> str:
    watch = plan.watch(schedule.id, asker.now)
    holder = plan.users.get(watch.user_id or "")
    shown = _until(holder.name, watch.until, asker) if holder else ""
    return _line(schedule.name, shown, asker)


def _line(name: str, holder: str, asker: Asker) -> str:
    nobody = phrase("room_nobody", asker.language)
    return phrase("chat_holder", asker.language, name=name, holder=holder or nobody)


def _holders(plan: Plan, rows: Iterable[OnCall], asker: Asker) -> str:
    """Name people with the end of their time; whoever has several is told the last."""
    ends: dict[str, datetime | None] = {}
    for row in rows:
        end = plan.watch(row.schedule_id, asker.now).until if row.schedule_id else None
        known = ends.get(row.user_id, end)
        ends[row.user_id] = max(known, end) if known and end else None
    return ", ".join(_until(plan.users[id_].name, end, asker) for id_, end in ends.items())


def _until(name: str, end: datetime | None, asker: Asker) -> str:
    if end is None:
        return name
    when = soon(end, asker.now, asker.zone, asker.language)
    return phrase("chat_until", asker.language, holder=name, when=when)
