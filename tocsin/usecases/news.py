"""News: whether something has happened since somebody last looked."""

from collections.abc import Collection, Mapping
from datetime import datetime, timedelta
from typing import Final

import msgspec

from tocsin.store import log_entries
from tocsin.usecases.house import House

ON_ITS_WAY: Final = timedelta(seconds=2)  # what happened may be written down a little later


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


async def is_stale(house: House, incident_id: str | None, since: datetime) -> bool:
    """Say whether what was read of one incident, or of all, may have changed since."""
    async with house.database.read() as tx:
        return await log_entries.is_any_since(tx, since - ON_ITS_WAY, incident_id)
