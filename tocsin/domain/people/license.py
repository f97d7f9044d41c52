"""Licences, as far as clients want to see some: everybody has one, and there is no limit."""

from typing import Final, Literal

import msgspec

from tocsin.domain.people.user import Role


class License(msgspec.Struct, frozen=True, kw_only=True):
    """What a user is allowed to be."""

    id: str
    name: str
    group: Literal["FullUser", "Stakeholder"]
    roles: tuple[Role, ...]


FULL: Final = License(
    id="PFULLUSER",
    name="Full user",
    group="FullUser",
    roles=("owner", "admin", "user", "limited_user", "observer", "restricted_access"),
)
STAKEHOLDER: Final = License(
    id="PSTAKEHOLDER",
    name="Stakeholder",
    group="Stakeholder",
    roles=("read_only_user", "read_only_limited_user"),
)
LICENSES: Final = (FULL, STAKEHOLDER)


def license_of(role: Role) -> License:
    """Return the licence that goes with a role."""
    return STAKEHOLDER if role in STAKEHOLDER.roles else FULL
