"""Teams: the list, one team's page, and the form of a team."""

from collections.abc import Iterable, Mapping
from typing import Any, Final, NamedTuple

from starlette.responses import Response

from tocsin.domain.duty.escalation_policy import EscalationPolicy
from tocsin.domain.duty.schedule import Schedule
from tocsin.domain.people.team import Team, role_on_joining
from tocsin.domain.people.user import User
from tocsin.domain.response.incident import OPEN_STATUSES
from tocsin.usecases.duty import escalation_policies, schedules
from tocsin.usecases.duty import own_duty as duty
from tocsin.usecases.errors import Complaint, Invalid
from tocsin.usecases.intake import services
from tocsin.usecases.parts import Part
from tocsin.usecases.people import belongings, teams
from tocsin.usecases.people.teams import Membership, Wish
from tocsin.usecases.response import incident_queries
from tocsin.usecases.response.incident_queries import WORST_FIRST, Asked
from tocsin.web.lists import address_of_part, cut, page_asked, part_of
from tocsin.web.notices import done
from tocsin.web.page import Page
from tocsin.web.pages import show
from tocsin.web.roles import TEAM_ROLES
from tocsin.web.visit import Form, Visit

PATH: Final = "/teams"
MOST: Final = 100  # policies, schedules and services that the page of a team names
OPEN: Final = 5  # incidents that it shows


class Choices(NamedTuple):
    """Who could join a team, and what else it could answer for: ids and names."""

    people: list[tuple[str, str]]
    policies: list[tuple[str, str]]
    schedules: list[tuple[str, str]]


async def list_teams(visit: Visit) -> Response:
    """Show teams by name: all, or those that are sought."""
    sought, page = visit.query.get("q", "").strip(), page_asked(visit)
    part = part_of(page, counted=True)
    found, total = await teams.find(visit.house, sought or None, part)
    shown, has_more = cut(found)
    return show(
        visit,
        "teams.html",
        found=shown,
        total=total,
        belongings=await belongings.count(visit.house, [team.id for team in shown]),
        name=sought,
        page=page,
        has_more=has_more,
        address=lambda page: address_of_part(PATH, page, q=sought),
    )


async def show_team(visit: Visit) -> Response:
    """Show one team."""
    return await show_one(visit)


async def show_one(visit: Visit, **values: Any) -> Response:
    """Show the team whom the address names; ``values`` may hold a complaint."""
    house, now, team = visit.house, visit.now, await _get(visit)
    ids, part = (team.id,), Part(limit=MOST)
    policies, _ = await escalation_policies.find(
        house, escalation_policies.Filter(team_ids=ids), part
    )
    held, _ = await schedules.find(house, None, None, part, team_ids=ids)
    cared_for, _ = await services.find(house, services.Filter(team_ids=ids), part, now)
    asked = Asked(team_ids=ids, statuses=OPEN_STATUSES, sorting=WORST_FIRST)
    members = await teams.members(house, team.id)
    open_, _ = await incident_queries.find(house, asked, Part(limit=OPEN + 1))
    return show(
        visit,
        "team.html",
        **values,
        team=team,
        members=members,
        choices=await _choices(visit, team, members) if visit.may("manage") else None,
        team_roles=TEAM_ROLES,
        policies=policies,
        schedules=held,
        services=cared_for,
        incidents=open_[:OPEN],
        has_more_incidents=len(open_) > OPEN,
    )


async def new_team(visit: Visit) -> Response:
    """Show the form of a team that is not there yet."""
    return _show_form(visit, Form())


async def create_team(visit: Visit) -> Response:
    """Make a team of what was filled in; whoever makes it is its first member, if they can be."""
    try:
        team = await teams.create(visit.house, _wish(visit.form), visit.now)
    except Complaint as complaint:
        return _show_form(visit, visit.form, complaint=complaint)
    if "join" in visit.form:
        await teams.put_member(visit.house, team.id, visit.user.id)
    return done(visit, f"{PATH}/{team.id}", "The team was added.")


async def edit_team(visit: Visit) -> Response:
    """Show the form of a team as it is."""
    team = await _get(visit)
    draft = {
        "name": team.name,
        "description": team.description or "",
        "is_private": "yes" if team.default_role == "none" else "",
    }
    return _show_form(visit, draft, team)


async def change_team(visit: Visit) -> Response:
    """Let a team be what was filled in."""
    team = await _get(visit)
    try:
        await teams.change(visit.house, team.id, _wish(visit.form))
    except Complaint as complaint:
        return _show_form(visit, visit.form, team, complaint)
    return done(visit, f"{PATH}/{team.id}", "The team was changed.")


async def delete_team(visit: Visit) -> Response:
    """Take a team away, or say why that cannot be."""
    try:
        await teams.remove(visit.house, visit.parameter("id"))
    except Invalid as complaint:
        return await show_one(visit, complaint=complaint)
    return done(visit, PATH, "The team was deleted.")


async def _get(visit: Visit) -> Team:
    return await teams.get(visit.house, visit.parameter("id"))


async def _choices(visit: Visit, team: Team, members: Iterable[Membership]) -> Choices:
    known = {member.user.id for member in members}
    plan = await duty.read_plan(visit.house, visit.now)
    return Choices(
        people=_by_name(
            one for one in plan.users.values() if one.id not in known and role_on_joining(one.role)
        ),
        policies=_by_name(one for one in plan.policies.values() if team.id not in one.team_ids),
        schedules=_by_name(one for one in plan.schedules.values() if team.id not in one.team_ids),
    )


def _by_name(things: Iterable[User | EscalationPolicy | Schedule]) -> list[tuple[str, str]]:
    pairs = ((thing.id, thing.name) for thing in things)
    return sorted(pairs, key=lambda pair: pair[1].casefold())


def _show_form(
    visit: Visit,
    draft: Mapping[str, str],
    team: Team | None = None,
    complaint: Complaint | None = None,
) -> Response:
    return show(
        visit,
        "team_form.html",
        team=team,
        draft=draft,
        complaint=complaint,
    )


def _wish(form: Form) -> Wish:
    return Wish(
        name=form.get("name", ""),
        description=form.get("description", "").strip() or None,
        default_role="none" if "is_private" in form else "manager",
    )


PAGES: Final = (
    Page("GET", PATH, list_teams, "read"),
    Page("POST", PATH, create_team, "manage"),
    Page("GET", f"{PATH}/new", new_team, "manage"),
    Page("GET", f"{PATH}/{{id}}", show_team, "read"),
    Page("POST", f"{PATH}/{{id}}", change_team, "manage"),
    Page("GET", f"{PATH}/{{id}}/edit", edit_team, "manage"),
    Page("POST", f"{PATH}/{{id}}/delete", delete_team, "manage"),
)
