"""Ladders: the levels of a policy with the people who stand on them now, and who comes next."""

from collections.abc import Callable, Iterable
from datetime import datetime, timedelta
from itertools import groupby
from typing import Final

import msgspec
from sqlalchemy.ext.asyncio import AsyncConnection

from tocsin.domain.duty.escalation_policy import EscalationPolicy, Rule, Target
from tocsin.domain.duty.foresight import Foresight, foresee
from tocsin.domain.duty.on_call import uncovered
from tocsin.domain.duty.schedule import Gap, Range, Schedule
from tocsin.domain.people.user import User
from tocsin.domain.response.command import Roster
from tocsin.domain.response.escalation import call, people
from tocsin.store import directory
from tocsin.store.driver import driver
from tocsin.usecases.duty.board import Plan
from tocsin.usecases.duty.own_duty import read_plan
from tocsin.usecases.errors import NotFound
from tocsin.usecases.house import House

AHEAD: Final = timedelta(days=14)  # gaps later than this are not told


class Face(msgspec.Struct, frozen=True, kw_only=True):
    """A target of a level, and the person behind it now; ``user`` None: nobody is.

    ``is_called``: the level would page them now, which a round robin does with one only. Of a
    schedule ``until`` tells when the present watch, or gap, ends; ``next`` is who comes after.
    """

    target: Target
    name: str | None
    user: User | None
    is_called: bool
    until: datetime | None = None
    next: User | None = None


class Rung(msgspec.Struct, frozen=True, kw_only=True):
    """A level, counted from 1, and the minutes until the next one is tried."""

    level: int
    delay_minutes: int
    is_round_robin: bool
    faces: tuple[Face, ...]

    @property
    def is_empty(self) -> bool:
        """Whether it pages nobody now, and so is passed at once."""
        return not any(face.is_called for face in self.faces)


class Ladder(msgspec.Struct, frozen=True, kw_only=True):
    """A policy as it stands now. ``first``: who would be paged at once, or by the last resort."""

    policy: EscalationPolicy
    rungs: tuple[Rung, ...]
    first: tuple[User, ...]
    catch_all: tuple[User, ...]

    @property
    def is_empty(self) -> bool:
        """Whether no level pages anybody now."""
        return all(rung.is_empty for rung in self.rungs)


class Choices(msgspec.Struct, frozen=True, kw_only=True):
    """Whom a level can name: people, and schedules with whoever holds them now; all by name."""

    users: tuple[User, ...]
    schedules: tuple[tuple[Schedule, User | None], ...]


class Filter(msgspec.Struct, frozen=True, kw_only=True):
    """Which policies are wanted: with a text in their names, or of a team.

    Those of the first of the ``teams`` come first, and those of no team last.
    """

    search: str = ""
    team_id: str | None = None
    teams: tuple[str, ...] = ()

    def fits(self, policy: EscalationPolicy) -> bool:
        """Say whether a policy is among them."""
        is_theirs = self.team_id is None or self.team_id in policy.team_ids
        return is_theirs and self.search.casefold() in policy.name.casefold()

    def place(self, policy: EscalationPolicy) -> int:
        """Return what policies are sorted by, besides their names."""
        known = (self.teams.index(id_) for id_ in policy.team_ids if id_ in self.teams)
        return next(known, len(self.teams))


class Call(msgspec.Struct, frozen=True, kw_only=True):
    """When which people would be paged. ``level`` counts from 1, and is None for the catch-all."""

    at: datetime
    level: int | None
    loop: int
    users: tuple[User, ...]


class Prospect(msgspec.Struct, frozen=True, kw_only=True):
    """What would come of an alert that arrived now and that nobody answered.

    ``passes``: the climb and each repetition of it. From ``over_at`` on nobody else is paged.
    ``gaps``: when, in the coming days, no level has anybody.
    """

    passes: tuple[tuple[Call, ...], ...]
    over_at: datetime
    gaps: tuple[Gap, ...]
    gaps_until: datetime


async def draw(
    house: House, policies: Iterable[EscalationPolicy], now: datetime
) -> dict[str, Ladder]:
    """Draw policies, which may be copies kept by incidents, by their ids."""
    wanted = list(policies)
    async with house.database.read() as tx:
        sight = await _look(tx, house, wanted, now)
    return {policy.id: sight.ladder(policy) for policy in wanted}


async def find(
    house: House, asked: Filter, now: datetime, *, limit: int, offset: int
) -> tuple[list[Ladder], bool]:
    """Draw a part of all policies by team and name, and say whether there are more."""
    async with house.database.read() as tx:
        plan = await house.board.plan(tx, Range(now, now + AHEAD), now)
        fitting = [policy for policy in plan.policies.values() if asked.fits(policy)]
        fitting.sort(key=asked.place)
        part = fitting[offset : offset + limit]
        sight = await _look(tx, house, part, now)
    return [sight.ladder(policy) for policy in part], len(fitting) > offset + limit


async def choices(house: House, now: datetime) -> Choices:
    """List all that a level of a policy can name."""
    plan = await read_plan(house, now)
    schedules = sorted(plan.schedules.values(), key=_by_name)
    holders = (plan.watch(schedule.id, now).user_id or "" for schedule in schedules)
    return Choices(
        users=tuple(sorted(plan.users.values(), key=_by_name)),
        schedules=tuple(zip(schedules, map(plan.users.get, holders), strict=True)),
    )


async def foretell(house: House, policy_id: str, now: datetime) -> tuple[Ladder, Prospect]:
    """Draw one policy, and say whom it would page now and after that."""
    async with house.database.read() as tx:
        plan = await house.board.plan(tx, Range(now, now + AHEAD), now)
        policy = plan.policies.get(policy_id)
        if policy is None:
            raise NotFound("Escalation policy", policy_id)
        sight = await _look(tx, house, [policy], now)
    return sight.ladder(policy), sight.prospect(policy)


class _Sight(msgspec.Struct, frozen=True, kw_only=True):
    """What can be seen from one instant. ``roster``: who can be paged under a policy, and when."""

    now: datetime
    plan: Plan
    roster: Callable[[EscalationPolicy, datetime], Roster]

    def ladder(self, policy: EscalationPolicy) -> Ladder:
        roster = self.roster(policy, self.now)
        levels = enumerate(policy.rules, start=1)
        return Ladder(
            policy=policy,
            rungs=tuple(self._rung(level, rule, roster) for level, rule in levels),
            first=self._people(call(policy, roster).user_ids),
            catch_all=self._people(roster.catch_all),
        )

    def prospect(self, policy: EscalationPolicy) -> Prospect:
        seen = foresee(policy, lambda at: self.roster(policy, at), self.now)
        until = self.now + AHEAD
        plan = self.plan
        return Prospect(
            passes=self._passes(seen),
            over_at=seen.over_at,
            gaps=uncovered(policy, plan.schedules, plan.users.keys(), self.now, until),
            gaps_until=until,
        )

    def _rung(self, level: int, rule: Rule, roster: Roster) -> Rung:
        called = people(rule, roster)
        return Rung(
            level=level,
            delay_minutes=rule.delay_minutes,
            is_round_robin=rule.strategy == "round_robin",
            faces=tuple(self._face(target, called) for target in rule.targets),
        )

    def _face(self, target: Target, called: tuple[str, ...]) -> Face:
        users, schedules = self.plan.users, self.plan.schedules
        if target.kind == "user":
            user = users.get(target.id)
            name = user.name if user else None
            return Face(target=target, name=name, user=user, is_called=target.id in called)
        if target.id not in schedules:
            return Face(target=target, name=None, user=None, is_called=False)
        watch = self.plan.watch(target.id, self.now)
        return Face(
            target=target,
            name=schedules[target.id].name,
            user=users.get(watch.user_id or ""),
            is_called=watch.user_id in called,
            until=watch.until,
            next=users.get(watch.next_user_id or ""),
        )

    def _passes(self, seen: Foresight) -> tuple[tuple[Call, ...], ...]:
        calls = (
            Call(
                at=call.at,
                level=None if call.step.reason else call.step.level + 1,
                loop=call.step.loop,
                users=self._people(call.step.user_ids),
            )
            for call in seen.calls
        )
        return tuple(tuple(part) for _, part in groupby(calls, key=lambda call: call.loop))

    def _people(self, ids: Iterable[str]) -> tuple[User, ...]:
        return tuple(self.plan.users[id_] for id_ in ids if id_ in self.plan.users)


async def _look(
    tx: AsyncConnection, house: House, policies: list[EscalationPolicy], now: datetime
) -> _Sight:
    connection = await driver(tx)
    view = await house.directory.now(connection)
    await view.know_policies(connection, policies, now)
    rules = {rule.id for policy in policies for rule in policy.rules}
    ring = await directory.rings(connection, rules)
    return _Sight(
        now=now,
        plan=await house.board.plan(tx, Range(now, now + AHEAD), now),
        roster=lambda policy, at: view.roster(policy, at, ring),
    )


def _by_name(one: User | Schedule) -> tuple[str, str]:
    return one.name.casefold(), one.id
