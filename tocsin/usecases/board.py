"""Everything that says who is on call, read once and kept until the configuration changes."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Final

import msgspec
import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from tocsin.domain.escalation_policy import EscalationPolicy
from tocsin.domain.schedule import Range, Schedule
from tocsin.domain.user import User
from tocsin.store import overrides, tables
from tocsin.store.escalation_policies import BY_NAME, POLICIES
from tocsin.store.schedules import SCHEDULES
from tocsin.store.users import USERS

_BACK: Final = timedelta(days=31)  # a plan knows this much of the past, or as much as is asked for
_AHEAD: Final = timedelta(days=180)


class Plan(msgspec.Struct, frozen=True, kw_only=True):
    """All that says who is on call within ``known``, as of one version of the configuration."""

    version: int
    known: Range
    policies: Mapping[str, EscalationPolicy]  # in the order of their names
    schedules: Mapping[str, Schedule]  # those that a policy pages
    members: Mapping[str, frozenset[str]]  # who can ever hold a schedule
    users: Mapping[str, User]

    def covers(self, asked: Range) -> bool:
        """Say whether the plan knows all that matters to a time."""
        return self.known.since <= asked.since and asked.until <= self.known.until


class Board:
    """The newest plan, kept until the configuration changes."""

    def __init__(self) -> None:
        self._plan: Plan | None = None

    async def plan(self, tx: AsyncConnection, asked: Range, now: datetime) -> Plan:
        """Return a plan that covers a time, as the transaction sees the configuration."""
        version = (await tx.execute(sa.select(tables.config_version.c.version))).scalar_one()
        plan = self._plan
        if plan is None or plan.version != version or not plan.covers(asked):
            known = Range(min(asked.since, now - _BACK), max(asked.until, now + _AHEAD))
            plan = self._plan = await _read(tx, version, known)
        return plan


async def _read(tx: AsyncConnection, version: int, known: Range) -> Plan:
    policies = await POLICIES.select(tx, order_by=BY_NAME)
    targets = {t for policy in policies for rule in policy.rules for t in rule.targets}
    paged = await SCHEDULES.get_many(tx, (t.id for t in targets if t.kind == "schedule"))
    whole = await overrides.attach(tx, list(paged.values()), known.since, known.until)
    schedules = {schedule.id: schedule for schedule in whole}
    members = {id_: frozenset(schedule.everybody()) for id_, schedule in schedules.items()}
    people = {t.id for t in targets if t.kind == "user"}.union(*members.values())
    return Plan(
        version=version,
        known=known,
        policies={policy.id: policy for policy in policies},
        schedules=schedules,
        members=members,
        users=await USERS.get_many(tx, people),
    )
