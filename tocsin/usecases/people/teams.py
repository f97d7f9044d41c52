"""Teams: found, made, changed and taken away; who is on them, and what they answer for."""

from collections.abc import AsyncIterator, Iterator, Sequence
from datetime import datetime
from typing import Final

import msgspec
from msgspec import UNSET, UnsetType
from msgspec.structs import replace
from sqlalchemy.ext.asyncio import AsyncConnection

from tocsin.domain.faults import faults_of_length, faults_of_line
from tocsin.domain.people.team import DefaultRole, Member, Team, TeamRole, role_on_joining
from tocsin.domain.people.user import User
from tocsin.kit.ids import new_id
from tocsin.kit.text import printable
from tocsin.store.duty.escalation_policies import BY_NAME as POLICIES_BY_NAME
from tocsin.store.duty.escalation_policies import POLICIES, targeting
from tocsin.store.duty.schedules import BY_NAME as SCHEDULES_BY_NAME
from tocsin.store.duty.schedules import SCHEDULES
from tocsin.store.people import teams as store
from tocsin.store.people.teams import TEAMS, on_teams
from tocsin.store.people.users import USERS
from tocsin.store.rows import Taken
from tocsin.usecases.errors import Arguments, Invalid, NotFound
from tocsin.usecases.house import House
from tocsin.usecases.parts import Part, read_part
from tocsin.usecases.people.users import hold as hold_user
from tocsin.usecases.wishes import grant, refuse

LONGEST_NAME: Final = 100
LONGEST_DESCRIPTION: Final = 1024
NAMED: Final = 5  # how many of the things that stand in the way a refusal lists

NAME_TAKEN: Final = "Name has already been taken"
ON_NONE: Final = "User cannot be added to a team: stakeholders are on none."
# Clients compare this to the letter.
PAGED: Final = "User cannot be removed as they belong to an escalation policy on this team"


class Wish(msgspec.Struct, frozen=True, kw_only=True):
    """What a team shall be; UNSET leaves it as it is."""

    name: str | UnsetType = UNSET
    description: str | UnsetType | None = UNSET
    default_role: DefaultRole | UnsetType = UNSET


class Membership(msgspec.Struct, frozen=True):
    """Somebody on a team, and what they may do there."""

    user: User
    role: TeamRole


async def find(house: House, search: str | None, part: Part) -> tuple[list[Team], int | None]:
    """List teams by name: all, or those with a text in their name."""
    where = [store.named_like(search)] if search else []
    async with house.database.read() as tx:
        return await read_part(tx, TEAMS, part, *where, order_by=store.BY_NAME)


async def get(house: House, team_id: str) -> Team:
    """Read one team."""
    async with house.database.read() as tx:
        return await _get(tx, team_id)


async def create(house: House, wish: Wish, now: datetime) -> Team:
    """Make a team, with nobody on it yet."""
    team = _apply(wish, Team(id=new_id(), name="", created_at=now))
    refuse(_faults(team))
    async with house.database.begin() as tx:
        try:
            return await TEAMS.insert(tx, team)
        except Taken:
            raise Invalid(NAME_TAKEN) from None


async def change(house: House, team_id: str, wish: Wish) -> Team:
    """Change a team."""
    async with house.database.begin() as tx:
        team = _apply(wish, await hold(tx, team_id))
        refuse(_faults(team))
        try:
            return await TEAMS.update(tx, team)
        except Taken:
            raise Invalid(NAME_TAKEN) from None


async def remove(house: House, team_id: str) -> None:
    """Take away a team that answers for nothing; whoever was on it stays."""
    async with house.database.begin() as tx:
        await hold(tx, team_id)
        refuse([sentence async for sentence in _ties(tx, team_id)])
        await TEAMS.delete(tx, team_id)


async def members(house: House, team_id: str) -> list[Membership]:
    """List who is on a team, by their names."""
    async with house.database.read() as tx:
        await _get(tx, team_id)
        found = await store.get_members(tx, [team_id])
        users = await USERS.get_many(tx, (member.user_id for member in found))
    return [Membership(users[member.user_id], member.role) for member in found]


async def of_user(house: House, user_id: str) -> list[Team]:
    """List the teams that somebody is on, by name."""
    async with house.database.read() as tx:
        return (await store.of_users(tx, [user_id])).get(user_id, [])


async def put_member(
    house: House, team_id: str, user_id: str, role: TeamRole | None = None
) -> Membership:
    """Let somebody be on a team, or change what they are there; no role: what suits them."""
    async with house.database.begin() as tx:
        await hold(tx, team_id)
        user = await hold_user(tx, user_id)
        suitable = role_on_joining(user.role)
        if suitable is None:
            raise Invalid(ON_NONE)
        before = await store.get_member(tx, team_id, user_id)
        role = role or (before.role if before else suitable)
        await store.put_member(tx, Member(team_id=team_id, user_id=user_id, role=role))
    return Membership(user, role)


async def remove_member(house: House, team_id: str, user_id: str) -> Membership:
    """Let somebody be on a team no longer, unless it answers for a policy that pages them.

    Returns what they were.
    """
    async with house.database.begin() as tx:
        await hold(tx, team_id)
        pages = targeting("user", [user_id])
        if await POLICIES.count(tx, pages, on_teams(POLICIES.c.team_ids, [team_id])):
            raise Invalid(PAGED)
        member = await store.get_member(tx, team_id, user_id)
        if member is None:
            raise NotFound("Team member", user_id)
        await store.remove_member(tx, team_id, user_id)
        return Membership(await hold_user(tx, user_id), member.role)


async def check(tx: AsyncConnection, team_ids: Sequence[str]) -> list[Team]:
    """Return teams that must exist, and will until the transaction ends. Raises Arguments."""
    known = await TEAMS.get_many(tx, team_ids, keep=True)
    missing = [f"Team {id_} was not found." for id_ in team_ids if id_ not in known]
    if missing:
        raise Arguments(*missing)
    return [known[id_] for id_ in team_ids]


async def services_of(tx: AsyncConnection, team_ids: Sequence[str]) -> list[str] | None:
    """Return which services teams answer for, None if no team is named and any service will do."""
    return await store.service_ids(tx, team_ids) if team_ids else None


async def hold(tx: AsyncConnection, team_id: str) -> Team:
    """Lock a team that must exist. Raises NotFound."""
    team = await TEAMS.get(tx, team_id, hold=True)
    if team is None:
        raise NotFound("Team", team_id)
    return team


async def _get(tx: AsyncConnection, team_id: str) -> Team:
    team = await TEAMS.get(tx, team_id)
    if team is None:
        raise NotFound("Team", team_id)
    return team


async def _ties(tx: AsyncConnection, team_id: str) -> AsyncIterator[str]:
    """Say what a team still answers for."""
    policies = await POLICIES.select(
        tx, on_teams(POLICIES.c.team_ids, [team_id]), order_by=POLICIES_BY_NAME, limit=NAMED
    )
    schedules = await SCHEDULES.select(
        tx, on_teams(SCHEDULES.c.team_ids, [team_id]), order_by=SCHEDULES_BY_NAME, limit=NAMED
    )
    for what, found in (("escalation policies", policies), ("schedules", schedules)):
        if found:
            names = ", ".join(one.name for one in found)
            yield f"Team cannot be deleted while {what} belong to it: {names}."


def _apply(wish: Wish, before: Team) -> Team:
    team = grant(wish, before)
    return replace(
        team,
        name=" ".join(team.name.split()),
        description=team.description and printable(team.description),
    )


def _faults(team: Team) -> Iterator[str]:
    yield from faults_of_line("Name", team.name, LONGEST_NAME)
    yield from faults_of_length("Description", team.description, LONGEST_DESCRIPTION)
