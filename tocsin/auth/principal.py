"""Who asks, and how much they may do: the one place where roles and scopes become powers."""

from typing import Final, Literal

import msgspec

from tocsin.domain.machines.scope import covers
from tocsin.domain.people.user import Role, User

Power = Literal["read", "respond", "manage", "administer"]
Needed = Literal["read", "own", "respond", "manage", "administer"]

POWERS: Final[tuple[Power, ...]] = ("read", "respond", "manage", "administer")

POWER_OF_ROLE: Final[dict[Role, Power]] = {
    "owner": "administer",
    "admin": "administer",
    "user": "manage",
    "limited_user": "respond",
    "observer": "read",
    "restricted_access": "read",
    "read_only_user": "read",
    "read_only_limited_user": "read",
}

CHANGES_SERVICES: Final = "services.write"

# What writing within a scope needs, where it is not "manage". "own" is what people may do to
# themselves and administrators to everybody.
_TO_WRITE: Final[dict[str, Needed]] = {
    "incidents": "respond",
    "users": "administer",
    "users:contact_methods": "own",
    "users:sessions": "own",
    "subscribers": "respond",
    "ip_allow_lists": "administer",
    "session_configurations": "administer",
    "oauth_delegations": "administer",
}


class Principal(msgspec.Struct, frozen=True, kw_only=True):
    """The holder of a key: a user, or the account itself; of a token, within its ``scopes``."""

    key_id: str
    user: User | None = None
    read_only: bool = False
    scopes: frozenset[str] | None = None

    @property
    def power(self) -> Power:
        """What they may do at most."""
        if self.read_only:
            return "read"
        return "administer" if self.user is None else POWER_OF_ROLE[self.user.role]

    @property
    def decides_about_owners(self) -> bool:
        """Whether they may say who is an owner: owners may, and the house itself, without a key.

        A key of the account may not, because administrators make those.
        """
        return not self.key_id if self.user is None else self.user.role == "owner"

    @property
    def sees_keys(self) -> bool:
        """Whether they may see with what keys events are sent: who has one can page everybody.

        Somebody who manages services may, also with a key that is made to only read; an app only
        where it could make keys itself.
        """
        if not self.reaches(CHANGES_SERVICES):
            return False
        return self.user is None or _reaches(POWER_OF_ROLE[self.user.role], "manage")

    def reaches(self, scope: str) -> bool:
        """Say whether what needs a scope lies within theirs, if they are bound to any."""
        return self.scopes is None or covers(self.scopes, scope)

    def may(self, needed: Needed, whose: str | None = None) -> bool:
        """Say whether they have this power, over the user ``whose`` if it needs to be their own."""
        if needed == "own":
            return self.power == "administer" or self._is(whose)
        return _reaches(self.power, needed)

    def _is(self, user_id: str | None) -> bool:
        return self.user is not None and self.user.id == user_id and not self.read_only


def needed_for(scope: str) -> Needed:
    """Return the power that a scope such as ``teams.write`` asks for."""
    noun, _, verb = scope.rpartition(".")
    return "read" if verb == "read" else _TO_WRITE.get(noun, "manage")


def _reaches(power: Power, needed: Power) -> bool:
    return POWERS.index(power) >= POWERS.index(needed)
