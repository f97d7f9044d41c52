"""What things are called: one question about any ids, whatever they are ids of."""

from collections.abc import Iterable
from typing import Final

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

_NAMES: Final = sa.text("""
with wanted as materialized (select unnest(cast(:ids as text[])) as id)
select id, name from users where id in (select id from wanted)
union all select id, name from services where id in (select id from wanted)
union all select id, name from escalation_policies where id in (select id from wanted)
union all select id, name from integrations where id in (select id from wanted)
union all select id, '[#' || number || '] ' || title from incidents
  where id in (select id from wanted)
union all select id, summary from alerts where id in (select id from wanted)
""")


async def names(tx: AsyncConnection, ids: Iterable[str]) -> dict[str, str]:
    """Return what those of these that exist are called; an incident by its number and title."""
    rows = await tx.execute(_NAMES, {"ids": sorted(set(ids))})
    return {row.id: row.name for row in rows}


async def listed(tx: AsyncConnection, table: sa.Table, *, most: int) -> list[tuple[str, str]]:
    """Return the ids and names of the rows of a table, by name."""
    query = sa.select(table.c.id, table.c.name).order_by(sa.func.lower(table.c.name), table.c.id)
    return [(row.id, row.name) for row in await tx.execute(query.limit(most))]
