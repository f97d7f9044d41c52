"""The quarantine: what arrived and fitted nowhere, for people to look at."""

from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Final, Literal

from tocsin.store.quarantine import (
    HEADINGS,
    HINT,
    NEWEST_FIRST,
    QUARANTINE,
    Heading,
    Kept,
    count_reasons,
)
from tocsin.usecases.batch import UNKNOWN_KEY
from tocsin.usecases.errors import NotFound
from tocsin.usecases.house import House
from tocsin.usecases.ingest import UNSTORABLE
from tocsin.usecases.parts import Part, read_part

__all__ = [
    "Heading",
    "Kept",
    "Kind",
    "count",
    "find",
    "find_headings",
    "find_like",
    "get",
    "kind_of",
]

Kind = Literal["unknown_key", "unreadable", "unstorable"]
_KIND_OF: Final[Mapping[str, Kind]] = {UNKNOWN_KEY: "unknown_key", UNSTORABLE: "unstorable"}


def kind_of(reason: str) -> Kind:
    """Say which kind of reason this is; whatever else a reader of events says is unreadable."""
    return _KIND_OF.get(reason, "unreadable")


async def find(house: House, part: Part) -> tuple[list[Kept], int | None]:
    """List strays, the newest first."""
    async with house.database.read() as tx:
        return await read_part(tx, QUARANTINE, part, order_by=NEWEST_FIRST)


async def find_headings(house: House, kind: Kind | None, part: Part) -> list[Heading]:
    """List strays without their bodies, of one kind or of all, the newest first."""
    reasons = [reason for reason, known in _KIND_OF.items() if known == kind]
    c = HEADINGS.c.reason
    where = [] if kind is None else [c.in_(reasons) if reasons else c.not_in(_KIND_OF)]
    async with house.database.read() as tx:
        found, _ = await read_part(tx, HEADINGS, part, *where, order_by=NEWEST_FIRST)
    return found


async def count(house: House) -> Counter[Kind]:
    """Count the strays of each kind."""
    async with house.database.read() as tx:
        found = await count_reasons(tx)
    kinds: Counter[Kind] = Counter()
    for reason, number in found.items():
        kinds[kind_of(reason)] += number
    return kinds


async def find_like(house: House, keys: Iterable[str], most: int) -> list[Kept]:
    """List the newest strays whose keys begin as one of these: all of them that is kept."""
    hints = {key[:HINT] for key in keys}
    async with house.database.read() as tx:
        where = QUARANTINE.c.key_hint.in_(sorted(hints))
        return await QUARANTINE.select(tx, where, order_by=NEWEST_FIRST, limit=most)


async def get(house: House, id_: str) -> Kept:
    """Read one stray."""
    async with house.database.read() as tx:
        kept = await QUARANTINE.get(tx, id_)
    if kept is None:
        raise NotFound("Quarantined request", id_)
    return kept
