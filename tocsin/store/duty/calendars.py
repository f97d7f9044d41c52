"""Calendars: kept as hashes, found by them; sealed, so that their addresses can be read again."""

from typing import Final

import msgspec
import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from tocsin.domain.duty.calendar import Calendar
from tocsin.store import tables
from tocsin.store.rows import Rows

CALENDARS: Final = Rows(tables.calendars, Calendar)

_c = tables.calendars.c


async def find(tx: AsyncConnection, token_hash: bytes) -> Calendar | None:
    """Return the calendar with this hash."""
    found = await CALENDARS.select(tx, _c.token_hash == token_hash)
    return found[0] if found else None


async def of_user(tx: AsyncConnection, user_id: str) -> dict[str | None, Calendar]:
    """Return somebody's calendars by the schedules they are of, None for their own shifts."""
    found = await CALENDARS.select(tx, _c.user_id == user_id)
    return {calendar.schedule_id: calendar for calendar in found}


async def put(tx: AsyncConnection, calendar: Calendar) -> None:
    """Store a calendar in the place of the one that its owner had."""
    values = msgspec.structs.asdict(calendar)
    query = insert(tables.calendars).values(values)
    of = _c.user_id, _c.schedule_id
    await tx.execute(query.on_conflict_do_update(index_elements=of, set_=values))


async def forget(tx: AsyncConnection, user_id: str, schedule_id: str | None) -> None:
    """Take an address away."""
    of = _c.user_id == user_id, _c.schedule_id.is_not_distinct_from(schedule_id)
    await tx.execute(sa.delete(tables.calendars).where(*of))
