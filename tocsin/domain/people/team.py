"""Teams: people who answer for things together."""

from datetime import datetime
from typing import Final, Literal

import msgspec

from tocsin.domain.people.user import Role

TeamRole = Literal["manager", "responder", "observer"]
DefaultRole = Literal["manager", "none"]

TEAM_ROLES: Final[tuple[TeamRole, ...]] = ("manager", "responder", "observer")

# What somebody is on a team when nobody says. Whoever has no role here may join none.
_ROLE_ON_JOINING: Final[dict[Role, TeamRole]] = {
    "owner": "manager",
    "admin": "manager",
    "user": "manager",
    "limited_user": "responder",
    "observer": "observer",
    "restricted_access": "observer",
}


class Team(msgspec.Struct, frozen=True, kw_only=True):
    """People who answer for things together. ``default_role`` none: it is private."""

    id: str
    name: str
    description: str | None = None
    default_role: DefaultRole = "manager"
    created_at: datetime


class Member(msgspec.Struct, frozen=True, kw_only=True):
    """A user on a team, and what they may do there."""

    team_id: str
    user_id: str
    role: TeamRole


def role_on_joining(role: Role) -> TeamRole | None:
    """Return what a user is at first on a team, None if they can be on none."""
    return _ROLE_ON_JOINING.get(role)
