"""Who is on call: for which policy, at which level, from when until when."""

import asyncio
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Final

import msgspec

from tocsin.domain.escalation_policy import EscalationPolicy
from tocsin.domain.on_call import OnCall, keep_earliest, who
from tocsin.domain.schedule import Range, Schedule
from tocsin.usecases.board import Board, Plan
from tocsin.usecases.house import House

AHEAD: Final = timedelta(days=90)  # nobody is told more of the future
_AT_ONCE: Final = 16  # policies looked at before others get their turn


class Query(msgspec.Struct, frozen=True, kw_only=True):
    """Which rows are wanted. An empty filter lets everything pass.

    ``direct`` says whether people whom a policy names itself are wanted besides ``schedule_ids``.
    """

    asked: Range
    user_ids: frozenset[str] = frozenset()
    policy_ids: frozenset[str] = frozenset()
    schedule_ids: frozenset[str] = frozenset()
    direct: bool = True
    earliest: bool = False


async def find(
    house: House, board: Board, query: Query, now: datetime, *, most: int | None
) -> tuple[list[OnCall], Plan]:
    """List who is on call, policy by policy; at most the first ``most`` rows."""
    until = min(query.asked.until, now + AHEAD)
    asked = Range(query.asked.since, until)
    async with house.database.read() as tx:
        plan = await board.plan(tx, asked, now)
    rows: list[OnCall] = []
    if asked.since > until:
        return rows, plan
    schedules = _wanted_schedules(plan, query)
    users = plan.users.keys() & query.user_ids if query.user_ids else plan.users.keys()
    for number, policy in enumerate(_wanted_policies(plan, query), start=1):
        rows += _rows(query, who(policy, schedules, users, asked.since, until))
        if most is not None and len(rows) >= most:
            return rows[:most], plan
        if number % _AT_ONCE == 0:
            await asyncio.sleep(0)
    return rows, plan


def _wanted_policies(plan: Plan, query: Query) -> Iterable[EscalationPolicy]:
    return (p for p in plan.policies if not query.policy_ids or p.id in query.policy_ids)


def _wanted_schedules(plan: Plan, query: Query) -> Mapping[str, Schedule]:
    """Leave out, before any is rendered, the schedules that cannot answer."""

    def may_answer(id_: str) -> bool:
        return (not query.schedule_ids or id_ in query.schedule_ids) and (
            not query.user_ids or not query.user_ids.isdisjoint(plan.members[id_])
        )

    return {id_: schedule for id_, schedule in plan.schedules.items() if may_answer(id_)}


def _rows(query: Query, found: Iterable[OnCall]) -> Sequence[OnCall]:
    rows = [row for row in found if row.schedule_id or query.direct]
    return keep_earliest(rows) if query.earliest else rows
