"""Teams: their members, and what belongs to them through an escalation policy."""

from collections.abc import Iterable
from typing import Any, Final

import msgspec
import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import ARRAY, insert
from sqlalchemy.ext.asyncio import AsyncConnection

from tocsin.domain.people.team import Member, Team
from tocsin.store import tables
from tocsin.store.rows import Rows, Where

TEAMS: Final = Rows(tables.teams, Team)
BY_NAME: Final = (sa.func.lower(tables.teams.c.name),)

_BELONGINGS: Final = sa.text("""
select t.id,
  (select count(*) from team_members m where m.team_id = t.id) as members,
  (select count(*) from escalation_policies p where t.id = any(p.team_ids)) as policies,
  (select count(*) from schedules s where t.id = any(s.team_ids)) as schedules,
  (
    select count(*) from services s join escalation_policies p on p.id = s.escalation_policy_id
    where t.id = any(p.team_ids)
  ) as services
from teams t where t.id = any(cast(:ids as text[]))
""")

_members = tables.team_members
_MEMBER: Final = (_members.c.team_id, _members.c.user_id, _members.c.role)


class Belongings(msgspec.Struct, frozen=True, kw_only=True):
    """How many people are on a team, and how many things it answers for."""

    id: str
    members: int
    policies: int
    schedules: int
    services: int


def named_like(text: str) -> Where:
    """Find by a part of the name."""
    return TEAMS.c.name.icontains(text, autoescape=True)


def on_teams(column: sa.ColumnElement[Any], team_ids: Iterable[str]) -> Where:
    """Find what names one of these teams in its column of team ids."""
    named = sa.cast(column, ARRAY(sa.Text))  # a bound array of ids would be cut to fit
    overlaps: Where = named.overlap(sorted(set(team_ids)))
    return overlaps


def users_of(team_ids: Iterable[str]) -> Where:
    """Find the users who are on one of these teams."""
    members = sa.select(_members.c.user_id).where(_members.c.team_id.in_(sorted(set(team_ids))))
    return tables.users.c.id.in_(members)


def services_of(team_ids: Iterable[str]) -> Where:
    """Find the services for whose policy one of these teams answers."""
    policies = tables.escalation_policies.c
    answering = sa.select(policies.id).where(on_teams(policies.team_ids, team_ids))
    return tables.services.c.escalation_policy_id.in_(answering)


async def service_ids(tx: AsyncConnection, team_ids: Iterable[str]) -> list[str]:
    """Return the ids of these services.

    What is then asked about these services by their ids is answered quickly: the database knows
    how many incidents each of them has.
    """
    query = sa.select(tables.services.c.id).where(services_of(team_ids))
    return sorted((await tx.execute(query)).scalars())


async def count_belongings(tx: AsyncConnection, team_ids: Iterable[str]) -> dict[str, Belongings]:
    """Count who is on each of these teams, and what it answers for."""
    rows = await tx.execute(_BELONGINGS, {"ids": sorted(set(team_ids))})
    return {row.id: Belongings(**row._mapping) for row in rows}


async def get_members(tx: AsyncConnection, team_ids: Iterable[str]) -> list[Member]:
    """List who is on these teams, by their names."""
    users = tables.users.c
    query = (
        sa.select(*_MEMBER)
        .join(tables.users, users.id == _members.c.user_id)
        .where(_members.c.team_id.in_(sorted(set(team_ids))))
        .order_by(sa.func.lower(users.name), users.id)
    )
    return [Member(**row._mapping) for row in await tx.execute(query)]


async def put_member(tx: AsyncConnection, member: Member) -> None:
    """Let a user be on a team, in this role from now on."""
    row = {"team_id": member.team_id, "user_id": member.user_id, "role": member.role}
    query = insert(_members).values(row)
    await tx.execute(
        query.on_conflict_do_update(
            index_elements=(_members.c.team_id, _members.c.user_id), set_={"role": member.role}
        )
    )


async def get_member(tx: AsyncConnection, team_id: str, user_id: str) -> Member | None:
    """Find a member of a team."""
    row = (await tx.execute(sa.select(*_MEMBER).where(_is(team_id, user_id)))).first()
    return None if row is None else Member(**row._mapping)


async def remove_member(tx: AsyncConnection, team_id: str, user_id: str) -> None:
    """Let a user be on a team no longer."""
    await tx.execute(sa.delete(_members).where(_is(team_id, user_id)))


async def of_users(tx: AsyncConnection, user_ids: Iterable[str]) -> dict[str, list[Team]]:
    """Return the teams that each of these users is on, by name."""
    members = _members.c
    query = (
        sa.select(members.user_id.label("owner_id"), tables.teams)
        .join(tables.teams, TEAMS.c.id == members.team_id)
        .where(members.user_id.in_(sorted(set(user_ids))))
    )
    return await _by_owner(tx, query)


async def of_services(tx: AsyncConnection, service_ids: Iterable[str]) -> dict[str, list[Team]]:
    """Return the teams that answer for the policy of each of these services, by name."""
    policies, services = tables.escalation_policies.c, tables.services.c
    query = (
        sa.select(services.id.label("owner_id"), tables.teams)
        .join(tables.escalation_policies, policies.id == services.escalation_policy_id)
        .join(tables.teams, TEAMS.c.id == sa.any_(policies.team_ids))
        .where(services.id.in_(sorted(set(service_ids))))
    )
    return await _by_owner(tx, query)


def _is(team_id: str, user_id: str) -> Where:
    return sa.and_(_members.c.team_id == team_id, _members.c.user_id == user_id)


async def _by_owner(tx: AsyncConnection, query: sa.Select[Any]) -> dict[str, list[Team]]:
    found: dict[str, list[Team]] = {}
    for row in await tx.execute(query.order_by(*BY_NAME, TEAMS.c.id)):
        fields = {name: getattr(row, name) for name in Team.__struct_fields__}
        team = msgspec.convert(fields, Team)
        found.setdefault(row.owner_id, []).append(team)
    return found
