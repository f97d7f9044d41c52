"""What a use case needs of the house it works in, handed down as one value."""

from typing import Protocol

import msgspec

from tocsin.kit.clock import Clock, system_clock
from tocsin.kit.sealing import Sealer
from tocsin.store.database import Database
from tocsin.usecases.board import Board
from tocsin.usecases.directory import Directory


class Account(Protocol):
    """What use cases may know of the settings."""

    @property
    def public_url(self) -> str:
        """What every address begins with."""

    @property
    def time_zone(self) -> str:
        """The zone of whoever has not chosen another."""

    @property
    def role(self) -> str:
        """What this node does."""


class House(msgspec.Struct, frozen=True, kw_only=True):
    """The database, the settings, the clock, the seal, and what is known of the configuration.

    ``directory`` knows what paging needs, ``board`` who is on call.
    """

    database: Database
    settings: Account
    sealer: Sealer
    directory: Directory
    board: Board = msgspec.field(default_factory=Board)
    clock: Clock = system_clock
