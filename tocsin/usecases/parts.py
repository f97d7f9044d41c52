"""Long lists, of which each caller wants a part."""

from collections.abc import Sequence
from typing import Any, TypeVar

import msgspec
from sqlalchemy.ext.asyncio import AsyncConnection

from tocsin.store.rows import Rows, Where

Noun = TypeVar("Noun", bound=msgspec.Struct)


class Part(msgspec.Struct, frozen=True, kw_only=True):
    """Which part is wanted, and whether all that fit are to be counted."""

    limit: int
    offset: int = 0
    counted: bool = False


async def read_part(
    tx: AsyncConnection, rows: Rows[Noun], part: Part, *where: Where, order_by: Sequence[Any]
) -> tuple[list[Noun], int | None]:
    """Read a part of those rows that fit, and count them all if that is wanted."""
    found = await rows.select(tx, *where, order_by=order_by, limit=part.limit, offset=part.offset)
    return found, await rows.count(tx, *where) if part.counted else None
