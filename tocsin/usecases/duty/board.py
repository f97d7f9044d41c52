"""Everything that says who is on call, read once and kept until the configuration changes."""

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import Final

import msgspec
import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from tocsin.domain.duty.escalation_policy import EscalationPolicy, Target
from tocsin.domain.duty.schedule import Range, Schedule
from tocsin.domain.duty.watch import Watch, watch_at
from tocsin.domain.people.user import User
from tocsin.store import tables
from tocsin.store.duty.escalation_policies import POLICIES
from tocsin.store.duty.overrides import OVERRIDES, attach, shaping
from tocsin.store.duty.schedules import SCHEDULES
from tocsin.store.mirror import Mirror
from tocsin.store.people.users import USERS

_BACK: Final = timedelta(days=31)  # a plan knows this much of the past, or as much as is asked for
_AHEAD: Final = timedelta(days=180)


class Place(msgspec.Struct, frozen=True):
    """A level of a policy, counted from 1."""

    policy_id: str
    level: int


class Plan(msgspec.Struct, frozen=True, kw_only=True):
    """All that says who is on call within ``known``, as of one version of the configuration."""

    version: int
    known: Range
    policies: Mapping[str, EscalationPolicy]  # in the order of their names
    schedules: Mapping[str, Schedule]
    members: Mapping[str, set[str]]  # whoever can hold a schedule at all
    places: Mapping[Target, tuple[Place, ...]]  # where policies page whom or what
    users: Mapping[str, User]
    _watches: dict[str, Watch] = msgspec.field(default_factory=dict)

    def watch(self, schedule_id: str, now: datetime) -> Watch:
        """Say who holds a schedule now, and who is next; it is worked out once for each watch."""
        kept = self._watches.get(schedule_id)
        if kept is None or not kept.covers(now):
            kept = self._watches[schedule_id] = watch_at(self.schedules[schedule_id], now)
        return kept

    def covers(self, asked: Range) -> bool:
        """Say whether the plan knows all that matters to a time."""
        return self.known.since <= asked.since and asked.until <= self.known.until


class Board:
    """The newest plan, kept until the configuration changes."""

    def __init__(self) -> None:
        self._plan: Plan | None = None
        self._policies = Mirror(POLICIES)
        self._schedules = Mirror(SCHEDULES)
        self._overrides = Mirror(OVERRIDES)
        self._users = Mirror(USERS)

    async def plan(self, tx: AsyncConnection, asked: Range, now: datetime) -> Plan:
        """Return a plan that covers a time, as the transaction sees the configuration."""
        version = (await tx.execute(sa.select(tables.config_version.c.version))).scalar_one()
        plan = self._plan
        if plan is None or plan.version != version or not plan.covers(asked):
            known = Range(min(asked.since, now - _BACK), max(asked.until, now + _AHEAD))
            plan = self._plan = await self._read(tx, version, known)
        return plan

    async def _read(self, tx: AsyncConnection, version: int, known: Range) -> Plan:
        policies = sorted((await self._policies.read(tx)).values(), key=_by_name)
        bare = await self._schedules.read(tx)
        found = await self._overrides.read(tx, shaping(known.since, known.until))
        schedules = {s.id: s for s in attach(bare.values(), found.values())}
        return Plan(
            version=version,
            known=known,
            policies={policy.id: policy for policy in policies},
            schedules=schedules,
            members={id_: schedule.everybody() for id_, schedule in schedules.items()},
            places=_places(policies),
            users=await self._users.read(tx),
        )


def _places(policies: Iterable[EscalationPolicy]) -> dict[Target, tuple[Place, ...]]:
    found: dict[Target, tuple[Place, ...]] = {}
    for policy in policies:
        for level, rule in enumerate(policy.rules, start=1):
            for target in rule.targets:
                found[target] = (*found.get(target, ()), Place(policy.id, level))
    return found


def _by_name(policy: EscalationPolicy) -> tuple[str, str]:
    return policy.name.casefold(), policy.id
