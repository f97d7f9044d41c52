"""Members of a team: who joins, in which role, and who leaves."""

from typing import Final, cast, get_args

from starlette.responses import Response

from tocsin.domain.people.team import TeamRole
from tocsin.usecases.errors import Complaint, Invalid, NotFound
from tocsin.usecases.people import teams
from tocsin.web.notices import Undo, done
from tocsin.web.page import Page
from tocsin.web.people.teams import show_one
from tocsin.web.roles import TEAM_ROLES
from tocsin.web.visit import Visit

PATH: Final = "/teams/{id}/members"
NOBODY: Final = "Person must be chosen."
PAGED: Final = (
    "They cannot leave while a policy of this team pages them by name."
    " Take them off the policy first, or let another team answer for it."
)


async def put_member(visit: Visit) -> Response:
    """Let somebody join, or change what they are on the team."""
    team_id, user_id = visit.parameter("id"), visit.form.get("user", "")
    role = visit.form.get("role", "")
    try:
        if not user_id:
            raise Invalid(NOBODY)
        known = cast("TeamRole", role) if role in get_args(TeamRole) else None
        member = await teams.put_member(visit.house, team_id, user_id, known)
    except (Invalid, NotFound) as complaint:
        return await show_one(visit, complaint=complaint)
    told = f"{member.user.name} is on the team as {TEAM_ROLES[member.role].lower()}."
    return done(visit, f"/teams/{team_id}", told)


async def remove_member(visit: Visit) -> Response:
    """Let somebody leave; they can be put back."""
    team_id, user_id = visit.parameter("id"), visit.parameter("user_id")
    try:
        member = await teams.remove_member(visit.house, team_id, user_id)
    except Invalid as complaint:
        return await show_one(visit, complaint=_in_our_words(complaint))
    undo = Undo(f"/teams/{team_id}/members", {"user": user_id, "role": member.role})
    return done(visit, f"/teams/{team_id}", f"{member.user.name} left the team.", undo=undo)


def _in_our_words(complaint: Complaint) -> Complaint:
    return Invalid(PAGED) if complaint.sentences == (teams.PAGED,) else complaint


PAGES: Final = (
    Page("POST", PATH, put_member, "manage"),
    Page("POST", PATH + "/{user_id}/remove", remove_member, "manage"),
)
