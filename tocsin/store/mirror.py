"""Whole tables kept in memory: only rows that changed since the last look are read again."""

from typing import Generic, TypeVar

import msgspec
import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from tocsin.store.rows import Rows, Where

Noun = TypeVar("Noun", bound=msgspec.Struct)

# PostgreSQL's own mark of who wrote a row: another transaction, another mark.
_MARK = sa.cast(sa.literal_column("xmin"), sa.Text).label("mark")


class Mirror(Generic[Noun]):
    """The rows of one table as they were when somebody last looked."""

    def __init__(self, rows: Rows[Noun]) -> None:
        self._rows = rows
        self._seen: dict[str, tuple[str, Noun]] = {}

    async def read(self, tx: AsyncConnection, *where: Where) -> dict[str, Noun]:
        """Return, as the transaction sees them, the rows that fit, by their ids."""
        seen = self._seen
        query = sa.select(self._rows.c.id, _MARK).where(*where)
        marks = {row.id: row.mark for row in await tx.execute(query)}
        changed = [id_ for id_, mark in marks.items() if id_ not in seen or seen[id_][0] != mark]
        fresh = await self._rows.get_many(tx, changed) if changed else {}
        found = {id_: fresh[id_] if id_ in fresh else seen[id_][1] for id_ in marks}
        self._seen = {id_: (marks[id_], noun) for id_, noun in found.items()}
        return found
