"""Who is on call: for which policy, at which level, from when until when."""

import asyncio
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Final

import msgspec

from tocsin.domain.duty.escalation_policy import EscalationPolicy
from tocsin.domain.duty.on_call import OnCall, keep_earliest, who
from tocsin.domain.duty.schedule import Range, Schedule
from tocsin.usecases.duty.board import Plan
from tocsin.usecases.house import House

AHEAD: Final = timedelta(days=90)  # nobody is told more of the future
_AT_ONCE: Final = 16  # policies looked at before others get their turn


class Query(msgspec.Struct, frozen=True, kw_only=True):
    """Which rows are wanted. No filter lets everything pass.

    ``direct`` says whether people whom a policy names itself are wanted besides ``schedule_ids``.
    """

    asked: Range
    user_ids: frozenset[str] | None = None
    policy_ids: frozenset[str] | None = None
    schedule_ids: frozenset[str] | None = None
    direct: bool = True
    earliest: bool = False


async def find(
    house: House, query: Query, now: datetime, *, most: int | None
) -> tuple[list[OnCall], Plan]:
    """List who is on call, policy by policy; at most the first ``most`` rows."""
    until = min(query.asked.until, now + AHEAD)
    asked = Range(query.asked.since, until)
    async with house.database.read() as tx:
        plan = await house.board.plan(tx, asked, now)
    rows: list[OnCall] = []
    if asked.since > until:
        return rows, plan
    schedules = _wanted_schedules(plan, query)
    users = plan.users.keys() if query.user_ids is None else query.user_ids & plan.users.keys()
    for number, policy in enumerate(_wanted_policies(plan, query), start=1):
        rows += _rows(query, who(policy, schedules, users, asked.since, until))
        if most is not None and len(rows) >= most:
            return rows[:most], plan
        if number % _AT_ONCE == 0:
            await asyncio.sleep(0)
    return rows, plan


def _wanted_policies(plan: Plan, query: Query) -> Iterable[EscalationPolicy]:
    wanted = query.policy_ids
    return (p for p in plan.policies.values() if wanted is None or p.id in wanted)


def _wanted_schedules(plan: Plan, query: Query) -> Mapping[str, Schedule]:
    """Leave out, before any is rendered, the schedules that cannot answer."""
    wanted, people = query.schedule_ids, query.user_ids
    return {
        id_: schedule
        for id_, schedule in plan.schedules.items()
        if (wanted is None or id_ in wanted)
        and (people is None or not people.isdisjoint(plan.members[id_]))
    }


def _rows(query: Query, found: Iterable[OnCall]) -> Sequence[OnCall]:
    rows = [row for row in found if row.schedule_id or query.direct]
    return keep_earliest(rows) if query.earliest else rows
