"""News: whether something has happened since somebody last looked."""

from collections.abc import Collection, Mapping

import msgspec

from tocsin.store import log_entries
from tocsin.usecases.house import House


class News(msgspec.Struct, frozen=True, kw_only=True):
    """What happened last: anywhere, and to incidents that somebody looks at.

    Two of these are equal if nothing happened in between.
    """

    newest: tuple[str, ...] = ()
    of_incidents: Mapping[str, str] = {}


async def look(house: House, incident_ids: Collection[str]) -> News:
    """Read what happened last."""
    async with house.database.read() as tx:
        return News(
            newest=await log_entries.newest(tx),
            of_incidents=await log_entries.newest_of(tx, incident_ids) if incident_ids else {},
        )
