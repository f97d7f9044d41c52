"""Shadows: who learns from whom, and what they were told already."""

from collections.abc import Iterable
from datetime import datetime
from typing import Final

import asyncpg
import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from tocsin.domain.reaching.shadow import Shadow
from tocsin.store.reaching.reach_tables import messages, shadows
from tocsin.store.rows import Rows, any_of

SHADOWS: Final = Rows(shadows, Shadow)
OLDEST_FIRST: Final = (shadows.c.created_at,)


async def all_of_them(connection: asyncpg.Connection) -> tuple[Shadow, ...]:
    """Read who learns from whom."""
    rows = await connection.fetch(
        "select id, user_id, mentor_id, schedule_id, contact_method_id, created_at"
        " from shadows order by created_at"
    )
    return tuple(Shadow(**row) for row in rows)


async def told(
    tx: AsyncConnection, user_ids: Iterable[str], since: datetime
) -> set[tuple[str, str]]:
    """Return which incidents these people got copies of: the user, and the incident."""
    c = messages.c
    query = sa.select(c.user_id, sa.func.unnest(c.incident_ids)).where(
        c.user_id == any_of(user_ids),
        c.at >= since,
        c.kind == "copy",
    )
    return {(row[0], row[1]) for row in await tx.execute(query)}
