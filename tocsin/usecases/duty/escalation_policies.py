"""Escalation policies: found, made, changed and taken away."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Final, Literal

import msgspec
from msgspec import UNSET, UnsetType
from msgspec.structs import replace
from sqlalchemy.ext.asyncio import AsyncConnection

from tocsin.domain.duty.escalation_policy import EscalationPolicy, Rule, Strategy, Target
from tocsin.domain.duty.schedule import Schedule
from tocsin.domain.faults import faults_of_length, faults_of_line, faults_of_number
from tocsin.domain.people.team import Team
from tocsin.domain.people.user import User
from tocsin.kit.ids import new_id
from tocsin.kit.text import printable
from tocsin.store.duty import escalation_policies as store
from tocsin.store.duty.escalation_policies import POLICIES, Named
from tocsin.store.duty.schedules import SCHEDULES
from tocsin.store.people.teams import TEAMS, on_teams
from tocsin.store.people.users import USERS
from tocsin.store.rows import Taken, Where
from tocsin.usecases.errors import Arguments, Invalid, NotFound
from tocsin.usecases.house import House
from tocsin.usecases.parts import Part, read_part
from tocsin.usecases.people.teams import check as check_teams
from tocsin.usecases.wishes import grant, refuse

LONGEST_NAME: Final = 255
LONGEST_DESCRIPTION: Final = 2000
MOST_LOOPS: Final = 9
MOST_TARGETS: Final = 10
LONGEST_DELAY: Final = 365 * 24 * 60  # minutes
DEFAULT_STRATEGY: Final = "assign_to_everyone"
NOT_IN_NAMES: Final = "\\/&<>"
NAMED_SERVICES: Final = 5  # how many a refusal lists

TAKEN: Final = "Escalation Policy has already been taken"
ONE_TEAM: Final = "Teams can be one at most."
ONLY_RULE: Final = "Cannot Delete Only Rule For Escalation Policy"


class RuleWish(msgspec.Struct, frozen=True, kw_only=True):
    """What a rule shall be; one that the policy has already keeps a strategy that is not said."""

    id: str = ""
    delay_minutes: int
    targets: tuple[Target, ...]
    strategy: Strategy | None = None


class Wish(msgspec.Struct, frozen=True, kw_only=True):
    """What a policy shall be; UNSET leaves it as it is."""

    name: str | UnsetType = UNSET
    description: str | UnsetType | None = UNSET
    num_loops: int | UnsetType = UNSET
    rules: tuple[RuleWish, ...] | UnsetType = UNSET
    on_call_handoff_notifications: Literal["if_has_services", "always"] | UnsetType = UNSET
    team_ids: tuple[str, ...] | UnsetType = UNSET


class Filter(msgspec.Struct, frozen=True, kw_only=True):
    """Which policies are wanted, and in which order of their names."""

    search: str | None = None
    user_ids: tuple[str, ...] = ()
    team_ids: tuple[str, ...] = ()
    descending: bool = False


class Known(msgspec.Struct, frozen=True, kw_only=True):
    """A policy, those of its targets that exist, the services it stands behind, and its team."""

    policy: EscalationPolicy
    users: Mapping[str, User]
    schedules: Mapping[str, Schedule]
    services: Sequence[Named] = ()
    teams: Sequence[Team] = ()

    def name_of(self, target: Target) -> str | None:
        """Return what a target is called, None if it is gone."""
        known = self.users if target.kind == "user" else self.schedules
        return known[target.id].name if target.id in known else None


async def find(house: House, asked: Filter, part: Part) -> tuple[list[Known], int | None]:
    """List policies by name."""
    order_by = store.BY_NAME_BACKWARDS if asked.descending else store.BY_NAME
    async with house.database.read() as tx:
        found, total = await read_part(tx, POLICIES, part, *_where(asked), order_by=order_by)
        return await know(tx, found), total


async def get_many(house: House, ids: Iterable[str]) -> dict[str, Known]:
    """Read those of these policies that exist."""
    async with house.database.read() as tx:
        found = await POLICIES.get_many(tx, ids)
        return {known.policy.id: known for known in await know(tx, list(found.values()))}


async def get(house: House, policy_id: str) -> Known:
    """Read one policy."""
    async with house.database.read() as tx:
        policy = await POLICIES.get(tx, policy_id)
        if policy is None:
            raise NotFound("Escalation policy", policy_id)
        (known,) = await know(tx, [policy])
    return known


async def create(house: House, wish: Wish) -> Known:
    """Make a policy."""
    blank = EscalationPolicy(id=new_id(), name="", rules=())
    async with house.database.begin() as tx:
        policy = _apply(wish, blank)
        known = await _check(tx, policy)
        try:
            await POLICIES.insert(tx, policy)
        except Taken:
            raise Invalid(TAKEN) from None
    return known


async def change(house: House, policy_id: str, wish: Wish) -> Known:
    """Change a policy. Incidents that climb it already keep their own copy."""
    async with house.database.begin() as tx:
        before = await hold(tx, policy_id)
        if wish.rules == ():
            raise Invalid(ONLY_RULE)
        policy = _apply(wish, before)
        known = await _check(tx, policy)
        try:
            await POLICIES.update(tx, policy)
        except Taken:
            raise Invalid(TAKEN) from None
        await store.forget_rings(tx, _rule_ids(before) - _rule_ids(policy))
    return known


async def remove(house: House, policy_id: str) -> None:
    """Take away a policy that no service needs."""
    async with house.database.begin() as tx:
        policy = await hold(tx, policy_id)
        services = (await store.services_of(tx, [policy_id])).get(policy_id, [])
        if services:
            names = ", ".join(name for _, name in services[:NAMED_SERVICES])
            raise Invalid(f"Escalation policy can't be deleted while services use it: {names}.")
        await store.forget_rings(tx, _rule_ids(policy))
        await POLICIES.delete(tx, policy_id)


async def know(
    tx: AsyncConnection, policies: Sequence[EscalationPolicy], *, keep: bool = False
) -> list[Known]:
    """Read what belongs to policies, for all of them at once; ``keep`` holds on to the targets."""
    targets = {target for policy in policies for target in _targets(policy)}
    people, paged = ([t.id for t in targets if t.kind == kind] for kind in ("user", "schedule"))
    users = await USERS.get_many(tx, people, keep=keep)
    schedules = await SCHEDULES.get_many(tx, paged, keep=keep)
    services = await store.services_of(tx, (policy.id for policy in policies))
    teams = await TEAMS.get_many(tx, (id_ for policy in policies for id_ in policy.team_ids))
    return [
        Known(
            policy=policy,
            users=users,
            schedules=schedules,
            services=services.get(policy.id, ()),
            teams=[teams[id_] for id_ in policy.team_ids],
        )
        for policy in policies
    ]


def _where(asked: Filter) -> Iterator[Where]:
    if asked.search:
        yield store.named_like(asked.search)
    if asked.user_ids:
        yield store.targeting("user", asked.user_ids)
    if asked.team_ids:
        yield on_teams(POLICIES.c.team_ids, asked.team_ids)


async def hold(tx: AsyncConnection, policy_id: str) -> EscalationPolicy:
    """Lock a policy that is about to change. Raises NotFound."""
    policy = await POLICIES.get(tx, policy_id, hold=True)
    if policy is None:
        raise NotFound("Escalation policy", policy_id)
    return policy


async def _check(tx: AsyncConnection, policy: EscalationPolicy) -> Known:
    """Return what belongs to a policy that may be stored. Raises Invalid, Arguments."""
    refuse(_faults(policy))
    await check_teams(tx, policy.team_ids)
    (known,) = await know(tx, [policy], keep=True)
    missing = [
        f"{target.kind.capitalize()} {target.id} was not found."
        for target in dict.fromkeys(_targets(policy))
        if known.name_of(target) is None
    ]
    if missing:
        raise Arguments(*missing)
    return known


def _apply(wish: Wish, before: EscalationPolicy) -> EscalationPolicy:
    after = grant(wish, before)
    rules = before.rules if isinstance(wish.rules, UnsetType) else _rules(wish.rules, before.rules)
    return replace(
        after,
        name=after.name.strip(),
        description=after.description and printable(after.description),
        rules=rules,
    )


def _rules(wishes: Iterable[RuleWish], before: Iterable[Rule]) -> tuple[Rule, ...]:
    """Let rules that the policy had before keep their ids, and give the others new ones."""
    left = {rule.id: rule for rule in before}
    rules = []
    for wish in wishes:
        known = left.pop(wish.id, None)
        rules.append(
            Rule(
                id=known.id if known else new_id(),
                delay_minutes=wish.delay_minutes,
                targets=wish.targets,
                strategy=wish.strategy or (known.strategy if known else DEFAULT_STRATEGY),
            )
        )
    return tuple(rules)


def _faults(policy: EscalationPolicy) -> Iterator[str]:
    yield from faults_of_line("Name", policy.name, LONGEST_NAME)
    if any(letter in policy.name for letter in NOT_IN_NAMES):
        yield f"Name cannot contain {' '.join(NOT_IN_NAMES)}"
    yield from faults_of_length("Description", policy.description, LONGEST_DESCRIPTION)
    yield from faults_of_number("Num loops", policy.num_loops, range(MOST_LOOPS + 1))
    if len(policy.team_ids) > 1:
        yield ONE_TEAM
    if not policy.rules:
        yield "Escalation rules cannot be empty."
    for level, rule in enumerate(policy.rules, start=1):
        if not 1 <= rule.delay_minutes <= LONGEST_DELAY:
            yield f"Escalation rule {level} must have a delay of 1 to {LONGEST_DELAY} minutes."
        if not 1 <= len(rule.targets) <= MOST_TARGETS:
            yield f"Escalation rule {level} must have 1 to {MOST_TARGETS} targets."


def _targets(policy: EscalationPolicy) -> Iterator[Target]:
    return (target for rule in policy.rules for target in rule.targets)


def _rule_ids(policy: EscalationPolicy) -> set[str]:
    return {rule.id for rule in policy.rules}
