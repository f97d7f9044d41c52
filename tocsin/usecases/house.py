"""What a use case needs of the house it works in, handed down as one value."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any, Protocol

import msgspec

from tocsin.domain.account import Account
from tocsin.domain.monitoring.envoy import Envoy
from tocsin.domain.people.user import User
from tocsin.domain.reaching.channel import Checked, Declaration
from tocsin.domain.reaching.contact_kind import Kind, by_name
from tocsin.domain.reaching.provider import Provider
from tocsin.kit.clock import Clock, system_clock
from tocsin.kit.sealing import Sealer
from tocsin.store.database import Database
from tocsin.usecases.directory import Directory
from tocsin.usecases.duty.board import Board


class Settings(Protocol):
    """What use cases may know of the settings: these, and the first value of each of the account's.

    The account's bear the names that the fields of ``Account`` have.
    """

    @property
    def public_url(self) -> str:
        """What every address begins with."""

    @property
    def role(self) -> str:
        """What this node does."""

    def given(self, field: str) -> str | None:
        """Return the variable that gives a setting; None if it has its default."""


class Decisions:
    """What administrators decided instead of the settings, as this node last heard of it."""

    def __init__(self) -> None:
        self.newest: Mapping[str, Any] = {}


class Providers:
    """The providers that administrators have set up, as this node last heard of it."""

    def __init__(self) -> None:
        self.newest: Sequence[Provider] = ()


async def ask_nobody(_provider: Provider) -> None:
    """Know no way to ask a provider anything."""


class House(msgspec.Struct, frozen=True, kw_only=True):
    """The database, the settings, the clock, the seal, and what is known of the configuration.

    ``directory`` knows what paging needs, ``board`` who is on call, ``decisions`` what
    administrators decided. ``declared`` are all channels there are, ``channels`` the kinds of those
    that need no provider; ``scopes`` are those of the API's operations. ``waiting`` says how many
    events are at the door. ``envoy`` asks the other sides of notification channels, where there
    is one; ``check`` asks a provider whether it knows us, where that can be asked.
    """

    database: Database
    settings: Settings
    sealer: Sealer
    directory: Directory
    board: Board = msgspec.field(default_factory=Board)
    decisions: Decisions = msgspec.field(default_factory=Decisions)
    providers: Providers = msgspec.field(default_factory=Providers)
    declared: tuple[Declaration, ...] = ()
    channels: frozenset[str] = frozenset()
    scopes: frozenset[str] = frozenset()
    waiting: Callable[[], int] = lambda: 0
    clock: Clock = system_clock
    envoy: Envoy | None = None
    check: Callable[[Provider], Awaitable[Checked | None]] = ask_nobody

    @property
    def kinds(self) -> dict[str, Kind]:
        """All kinds of contact methods, by name."""
        return by_name(one.kind for one in self.declared)

    @property
    def ways(self) -> frozenset[str]:
        """The kinds of contact methods that messages can be carried to now."""
        return self.channels | {one.kind for one in self.providers.newest if not one.is_disabled}

    @property
    def account(self) -> Account:
        """What holds for everybody now."""
        return decided(self.settings, self.decisions.newest)

    def language_of(self, user: User | None) -> str:
        """In which somebody is told, also if nobody knows who it is."""
        return (user.language if user else None) or self.account.language

    def zone_of(self, user: User) -> str:
        """By whose clock somebody is told times."""
        return user.time_zone or self.account.time_zone


def decided(settings: Settings, decisions: Mapping[str, Any]) -> Account:
    """Return the account: what was decided, and otherwise what the settings say."""
    first = msgspec.convert(settings, Account, from_attributes=True)
    return msgspec.convert(msgspec.structs.asdict(first) | {**decisions}, Account)
