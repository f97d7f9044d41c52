"""The quarantine: requests that fitted nowhere. Writing is ``store.writes``."""

from typing import Final

from tocsin.store.rows import Rows
from tocsin.store.tables import quarantine
from tocsin.store.writes import Stray


class Kept(Stray, frozen=True, kw_only=True):
    """A stray as it was kept. ``body_bytes``: how long its body was before it was cut."""

    body_bytes: int


HINT: Final = 4  # how many characters of a key are kept
QUARANTINE: Final = Rows(quarantine, Kept)
NEWEST_FIRST: Final = (quarantine.c.at.desc(), quarantine.c.id.desc())
