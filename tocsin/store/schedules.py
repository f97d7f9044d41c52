"""Schedules: read, found and written. Their overrides are ``store.overrides``."""

from collections.abc import Iterable
from typing import Any

import msgspec
import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from tocsin.domain.schedule import Layer, Revision, Schedule
from tocsin.store.tables import schedules

_decode_layers = msgspec.json.Decoder(tuple[Layer, ...]).decode
_decode_past = msgspec.json.Decoder(tuple[Revision, ...]).decode

_WHOLE = (
    schedules.c.id,
    schedules.c.name,
    schedules.c.description,
    schedules.c.time_zone,
    sa.cast(schedules.c.layers, sa.Text).label("layers"),
    sa.cast(schedules.c.past, sa.Text).label("past"),
)


async def get(tx: AsyncConnection, schedule_id: str) -> Schedule | None:
    """Read a schedule without its overrides."""
    row = (await tx.execute(sa.select(*_WHOLE).where(schedules.c.id == schedule_id))).first()
    return None if row is None else _from_row(row)


async def lock(tx: AsyncConnection, schedule_id: str) -> Schedule | None:
    """Read a schedule, and hold it until the transaction ends."""
    query = sa.select(*_WHOLE).where(schedules.c.id == schedule_id).with_for_update()
    row = (await tx.execute(query)).first()
    return None if row is None else _from_row(row)


async def get_many(tx: AsyncConnection, ids: Iterable[str]) -> dict[str, Schedule]:
    """Read those of these schedules that exist, without their overrides."""
    query = sa.select(*_WHOLE).where(schedules.c.id.in_(set(ids)))
    return {row.id: _from_row(row) for row in await tx.execute(query)}


async def find(tx: AsyncConnection, search: str, *, limit: int, offset: int) -> list[Schedule]:
    """List the schedules with a text in their names, by name."""
    query = sa.select(*_WHOLE).where(_named(search)).order_by(schedules.c.name, schedules.c.id)
    return [_from_row(row) for row in await tx.execute(query.limit(limit).offset(offset))]


async def count(tx: AsyncConnection, search: str) -> int:
    """Count the schedules with a text in their names."""
    query = sa.select(sa.func.count()).select_from(schedules).where(_named(search))
    return int((await tx.execute(query)).scalar_one())


async def names(tx: AsyncConnection, ids: Iterable[str]) -> dict[str, str]:
    """Return the names of those of these schedules that exist."""
    query = sa.select(schedules.c.id, schedules.c.name).where(schedules.c.id.in_(set(ids)))
    return {row.id: row.name for row in await tx.execute(query)}


async def insert(tx: AsyncConnection, schedule: Schedule) -> None:
    """Write a new schedule."""
    await tx.execute(sa.insert(schedules).values(id=schedule.id, **_values(schedule)))


async def update(tx: AsyncConnection, schedule: Schedule) -> None:
    """Write a schedule anew."""
    change = sa.update(schedules).where(schedules.c.id == schedule.id)
    await tx.execute(change.values(**_values(schedule)))


async def delete(tx: AsyncConnection, schedule_id: str) -> None:
    """Take a schedule away, and its overrides with it."""
    await tx.execute(sa.delete(schedules).where(schedules.c.id == schedule_id))


def _named(search: str) -> sa.ColumnElement[bool]:
    return schedules.c.name.icontains(search, autoescape=True) if search else sa.true()


def _from_row(row: sa.Row[Any]) -> Schedule:
    return Schedule(
        id=row.id,
        name=row.name,
        description=row.description,
        time_zone=row.time_zone,
        layers=_decode_layers(row.layers),
        past=_decode_past(row.past),
    )


def _values(schedule: Schedule) -> dict[str, Any]:
    return {
        "name": schedule.name,
        "description": schedule.description,
        "time_zone": schedule.time_zone,
        "layers": schedule.layers,
        "past": schedule.past,
    }
