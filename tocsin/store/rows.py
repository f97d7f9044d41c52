"""The same few statements for every table whose rows are whole nouns."""

from collections.abc import AsyncIterator, Iterable, Sequence
from contextlib import asynccontextmanager
from datetime import datetime
from typing import Any, Generic, TypeVar

import msgspec
import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

Noun = TypeVar("Noun", bound=msgspec.Struct)
Where = sa.ColumnElement[bool]


class Taken(Exception):  # noqa: N818 - an answer, not a fault
    """Another row has the value that only one may have."""


class Rows(Generic[Noun]):
    """One table, and the noun that each of its rows is. Columns are named as the noun's fields."""

    def __init__(self, table: sa.Table, noun: type[Noun]) -> None:
        self.c = table.c
        self._table = table
        self._noun = noun
        self._names = [name for name in noun.__struct_fields__ if name in table.c]
        self._columns = [table.c[name] for name in self._names]

    async def get(self, tx: AsyncConnection, id_: str, *, hold: bool = False) -> Noun | None:
        """Find one; ``hold`` locks it until the transaction ends."""
        query = sa.select(*self._columns).where(self.c.id == id_)
        row = (await tx.execute(query.with_for_update() if hold else query)).first()
        return None if row is None else self._read(row)

    async def get_many(
        self, tx: AsyncConnection, ids: Iterable[str], *, keep: bool = False
    ) -> dict[str, Noun]:
        """Read those of these that exist; ``keep`` lets nobody delete them in the meantime."""
        query = sa.select(*self._columns).where(self.c.id.in_(sorted(set(ids))))
        if keep:
            query = query.order_by(self.c.id).with_for_update(read=True, key_share=True)
        return {row.id: self._read(row) for row in await tx.execute(query)}

    async def names(self, tx: AsyncConnection, ids: Iterable[str]) -> dict[str, str]:
        """Read only the names of those of these that exist."""
        query = sa.select(self.c.id, self.c.name).where(self.c.id.in_(sorted(set(ids))))
        return {row.id: row.name for row in await tx.execute(query)}

    async def select(
        self,
        tx: AsyncConnection,
        *where: Where,
        order_by: Sequence[Any] = (),
        limit: int | None = None,
        offset: int = 0,
    ) -> list[Noun]:
        """List those that fit, in the order asked for."""
        query = sa.select(*self._columns).where(*where).order_by(*order_by, self.c.id)
        return [self._read(row) for row in await tx.execute(query.limit(limit).offset(offset))]

    async def count(self, tx: AsyncConnection, *where: Where) -> int:
        """Count those that fit."""
        query = sa.select(sa.func.count()).select_from(self._table).where(*where)
        return int((await tx.execute(query)).scalar_one())

    async def insert(self, tx: AsyncConnection, noun: Noun) -> Noun:
        """Store a new one, and return it with the numbers that the database gave. Raises Taken."""
        query = sa.insert(self._table).values(self._write(noun)).returning(*self._columns)
        async with _one_of_a_kind(tx):
            return self._read((await tx.execute(query)).one())

    async def update(self, tx: AsyncConnection, noun: Noun) -> Noun:
        """Store one as it is now. Raises Taken."""
        values = self._write(noun)
        query = sa.update(self._table).where(self.c.id == values["id"]).values(values)
        async with _one_of_a_kind(tx):
            await tx.execute(query)
        return noun

    async def delete(self, tx: AsyncConnection, id_: str) -> None:
        """Take one away, and what belongs to it."""
        await tx.execute(sa.delete(self._table).where(self.c.id == id_))

    def read(self, row: sa.RowMapping) -> Noun:
        """Return the noun of a row that some other statement found, with all its columns."""
        # Names of columns are no plain texts, and a struct wants those.
        return msgspec.convert({name: row[name] for name in self._names}, self._noun)

    def _read(self, row: sa.Row[Any]) -> Noun:
        return msgspec.convert(dict(zip(self._names, row, strict=True)), self._noun)

    def _write(self, noun: Noun) -> dict[str, Any]:
        stored = msgspec.to_builtins(noun, builtin_types=(bytes, datetime))
        names = (name for name in self._names if self.c[name].identity is None)
        return {name: sa.null() if stored[name] is None else stored[name] for name in names}


@asynccontextmanager
async def _one_of_a_kind(tx: AsyncConnection) -> AsyncIterator[None]:
    """Turn a broken uniqueness into Taken, and leave the transaction usable."""
    try:
        async with tx.begin_nested():
            yield
    except sa.exc.IntegrityError as error:
        if getattr(error.orig, "sqlstate", None) == "23505":
            raise Taken from None
        raise


def any_of(ids: Iterable[str]) -> sa.CollectionAggregate[Any]:
    """Stand for any of these: the statement is the same, and prepared once, however many."""
    return sa.any_(sa.literal(sorted(set(ids)), sa.ARRAY(sa.Text)))
