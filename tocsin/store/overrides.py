"""Overrides: read, found and written."""

from collections.abc import Iterable, Sequence
from datetime import datetime

import msgspec
import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from tocsin.domain.schedule import Override
from tocsin.store.tables import overrides

_WHOLE = tuple(overrides.c[field] for field in Override.__struct_fields__)


async def lock(tx: AsyncConnection, schedule_id: str, override_id: str) -> Override | None:
    """Read one override of a schedule, and hold it until the transaction ends."""
    query = sa.select(*_WHOLE).where(
        overrides.c.schedule_id == schedule_id, overrides.c.id == override_id
    )
    row = (await tx.execute(query.with_for_update())).first()
    return None if row is None else Override(**row._mapping)


async def between(
    tx: AsyncConnection, schedule_ids: Iterable[str], since: datetime, until: datetime
) -> list[Override]:
    """List the overrides of these schedules that touch a time, by their start."""
    query = (
        sa.select(*_WHOLE)
        .where(
            overrides.c.schedule_id.in_(set(schedule_ids)),
            overrides.c.end > since,
            overrides.c.start < until,
        )
        .order_by(overrides.c.start, overrides.c.created_at, overrides.c.id)
    )
    return [Override(**row._mapping) for row in await tx.execute(query)]


async def insert(tx: AsyncConnection, new: Sequence[Override]) -> None:
    """Write new overrides."""
    if new:
        await tx.execute(sa.insert(overrides), [msgspec.structs.asdict(one) for one in new])


async def cut(tx: AsyncConnection, override_id: str, end: datetime) -> None:
    """Let an override end earlier."""
    await tx.execute(sa.update(overrides).where(overrides.c.id == override_id).values(end=end))


async def delete(tx: AsyncConnection, override_id: str) -> None:
    """Take an override away."""
    await tx.execute(sa.delete(overrides).where(overrides.c.id == override_id))
