"""Roles: what they are called, and what they let people do."""

from collections.abc import Mapping
from typing import Final, NamedTuple, cast, get_args

from msgspec import UNSET, UnsetType

from tocsin.domain.people.team import TeamRole
from tocsin.domain.people.user import Role


class Called(NamedTuple):
    """What a role is called, and what it lets people do."""

    name: str
    allows: str


ROLES: Final[Mapping[Role, Called]] = {
    "owner": Called("Owner", "Everything, and says who else is an owner."),
    "admin": Called("Administrator", "Everything, also people and settings."),
    "user": Called("Manager", "Changes services, policies and teams; answers incidents."),
    "limited_user": Called("Responder", "Answers incidents; changes nothing else."),
    "observer": Called("Observer", "Looks at everything; can be on call."),
    "restricted_access": Called("Restricted", "Looks at everything; can be on call."),
    "read_only_user": Called("Stakeholder", "Looks at everything; is on no team."),
    "read_only_limited_user": Called("Limited stakeholder", "Looks at everything; is on no team."),
}
# What people choose among; others come from elsewhere, and stay.
USUAL_ROLES: Final[tuple[Role, ...]] = (
    "owner",
    "admin",
    "user",
    "limited_user",
    "observer",
    "read_only_user",
)
TEAM_ROLES: Final[Mapping[TeamRole, str]] = {
    "manager": "Manager",
    "responder": "Responder",
    "observer": "Observer",
}


def role_in(form: Mapping[str, str]) -> Role | UnsetType:
    """Read which role a form names, if it names one."""
    role = form.get("role", "")
    return cast("Role", role) if role in get_args(Role) else UNSET
