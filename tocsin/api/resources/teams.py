"""Teams: who is on them, and which escalation policies they answer for."""

from collections.abc import Mapping
from typing import Any

import msgspec
from msgspec import UNSET, UnsetType

from tocsin.api.resources.users import user_shape
from tocsin.api.rest import Call, Resource
from tocsin.api.team_shapes import team_shape
from tocsin.domain.people.team import DefaultRole, TeamRole
from tocsin.usecases.people import belongings, teams, users
from tocsin.usecases.people.teams import Membership, Wish

TEAMS = Resource("/teams", scope="teams")


class _Team(msgspec.Struct, frozen=True, kw_only=True):
    name: str | UnsetType = UNSET
    description: str | UnsetType | None = UNSET
    default_role: DefaultRole | UnsetType = UNSET


class _Member(msgspec.Struct, frozen=True, kw_only=True):
    role: TeamRole | None = None


@TEAMS.lists("listTeams")
async def list_teams(call: Call) -> dict[str, Any]:
    """List teams by name."""
    page = call.query.page()
    found, total = await teams.find(call.house, call.query.text("query"), page.part)
    return page.wrap("teams", found, lambda team: team_shape(call.links, team), total=total)


@TEAMS.creates("createTeam")
async def create_team(call: Call) -> dict[str, Any]:
    """Make a team."""
    team = await teams.create(call.house, _wish(call), call.now)
    return {"team": team_shape(call.links, team)}


@TEAMS.gets("getTeam")
async def get_team(call: Call, id: str) -> dict[str, Any]:
    """Show a team."""
    return {"team": team_shape(call.links, await teams.get(call.house, id))}


@TEAMS.updates("updateTeam")
async def update_team(call: Call, id: str) -> dict[str, Any]:
    """Change a team."""
    team = await teams.change(call.house, id, _wish(call))
    return {"team": team_shape(call.links, team)}


# Nothing is left for the reference's reassignment_team: incidents belong to a team by their
# service's policy, and a team that answers for one stays.
@TEAMS.deletes("deleteTeam")
async def delete_team(call: Call, id: str) -> None:
    """Take away a team to which no escalation policy and no schedule belongs."""
    await teams.remove(call.house, id)


@TEAMS.op("listTeamUsers", "GET", "/{id}/members")
async def list_team_users(call: Call, id: str) -> dict[str, Any]:
    """List who is on a team, and in which role."""
    page = call.query.page()
    found = await teams.members(call.house, id)
    shown = {member.user.id for member in found[page.offset :][: page.limit]}
    wanted = shown if "users" in call.query.includes("users") else ()
    wholes = await users.get_many(call.house, wanted)
    return page.cut("members", found, lambda member: _member(call, member, wholes))


@TEAMS.op("updateTeamUser", "PUT", "/{id}/users/{user_id}", status=204)
async def add_member(call: Call, id: str, user_id: str) -> None:
    """Let a user be on the team, or change the role they have in it."""
    await teams.put_member(call.house, id, user_id, call.body(_Member).role)


@TEAMS.op("deleteTeamUser", "DELETE", "/{id}/users/{user_id}", status=204)
async def remove_member(call: Call, id: str, user_id: str) -> None:
    """Let a user be on the team no longer."""
    await teams.remove_member(call.house, id, user_id)


@TEAMS.op(
    "updateTeamEscalationPolicy", "PUT", "/{id}/escalation_policies/{escalation_policy_id}",
    status=204,
)  # fmt: skip
async def add_policy(call: Call, id: str, escalation_policy_id: str) -> None:
    """Let the team answer for an escalation policy."""
    await belongings.put_policy(call.house, id, escalation_policy_id)


@TEAMS.op(
    "deleteTeamEscalationPolicy", "DELETE", "/{id}/escalation_policies/{escalation_policy_id}",
    status=204,
)  # fmt: skip
async def remove_policy(call: Call, id: str, escalation_policy_id: str) -> None:
    """Let the team answer for an escalation policy no longer."""
    await belongings.remove_policy(call.house, id, escalation_policy_id)


def _member(call: Call, member: Membership, wholes: Mapping[str, users.Known]) -> dict[str, Any]:
    user, known = member.user, wholes.get(member.user.id)
    shape = user_shape(call, known) if known else call.links.ref("user", user.id, user.name)
    return {"user": shape, "role": member.role}


def _wish(call: Call) -> Wish:
    body = call.body(_Team, "team")
    return Wish(**msgspec.structs.asdict(body))
