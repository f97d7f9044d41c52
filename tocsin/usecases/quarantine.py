"""The quarantine: what arrived and fitted nowhere, for people to look at."""

from collections.abc import Iterable

from tocsin.store.quarantine import HINT, NEWEST_FIRST, QUARANTINE, Kept
from tocsin.usecases.errors import NotFound
from tocsin.usecases.house import House
from tocsin.usecases.parts import Part, read_part

__all__ = ["Kept", "find", "find_like", "get"]


async def find(house: House, part: Part) -> tuple[list[Kept], int | None]:
    """List strays, the newest first."""
    async with house.database.read() as tx:
        return await read_part(tx, QUARANTINE, part, order_by=NEWEST_FIRST)


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
