"""Notifications: each attempt to tell somebody, listed and in time forgotten."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final

import msgspec
import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from tocsin.domain.notification import Notification
from tocsin.store.tables import notifications

NEWEST_FIRST: Final = (notifications.c.at.desc(), notifications.c.id.desc())


async def insert(tx: AsyncConnection, rows: Sequence[Notification]) -> None:
    """Keep attempts."""
    if rows:
        await tx.execute(sa.insert(notifications), [msgspec.structs.asdict(row) for row in rows])


async def select(
    tx: AsyncConnection,
    *,
    where: Sequence[sa.ColumnElement[bool]] = (),
    order_by: Sequence[Any] = NEWEST_FIRST,
    limit: int | None = None,
    offset: int = 0,
) -> list[Notification]:
    """List the attempts that fit, the newest first unless asked otherwise."""
    query = sa.select(notifications).where(*where).order_by(*order_by).limit(limit).offset(offset)
    rows = (await tx.execute(query)).mappings()
    return [Notification(**row) for row in rows]


async def count(tx: AsyncConnection, *where: sa.ColumnElement[bool]) -> int:
    """Count the attempts that fit."""
    query = sa.select(sa.func.count()).select_from(notifications).where(*where)
    return int((await tx.execute(query)).scalar_one())


def within(since: datetime, until: datetime) -> sa.ColumnElement[bool]:
    """Fit what happened from ``since`` until just before ``until``."""
    return sa.and_(notifications.c.at >= since, notifications.c.at < until)
