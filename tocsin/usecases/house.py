"""What a use case needs of the house it works in, handed down as one value."""

import msgspec

from tocsin.config import Settings
from tocsin.kit.clock import Clock, system_clock
from tocsin.kit.sealing import Sealer
from tocsin.store.database import Database
from tocsin.usecases.board import Board
from tocsin.usecases.directory import Directory


class House(msgspec.Struct, frozen=True, kw_only=True):
    """The database, the settings, the clock, the seal, and what is known of the configuration.

    ``directory`` knows what paging needs, ``board`` who is on call.
    """

    database: Database
    settings: Settings
    sealer: Sealer
    directory: Directory
    board: Board = msgspec.field(default_factory=Board)
    clock: Clock = system_clock
