"""Overrides: what can be asked about them beyond their rows."""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Final

from msgspec.structs import replace
from sqlalchemy.ext.asyncio import AsyncConnection

from tocsin.domain.schedule import Override, Schedule
from tocsin.store import tables
from tocsin.store.rows import Rows, Where

OVERRIDES: Final = Rows(tables.overrides, Override)
BY_START: Final = (tables.overrides.c.start, tables.overrides.c.created_at)

_REACH: Final = timedelta(days=366)  # how far rendering looks for the real ends of a shift


def touching(schedule_ids: Iterable[str], since: datetime, until: datetime) -> tuple[Where, ...]:
    """Find those of these schedules that touch a time."""
    c = OVERRIDES.c
    return c.schedule_id.in_(sorted(set(schedule_ids))), c.end > since, c.start < until


async def attach(
    tx: AsyncConnection, schedules: Sequence[Schedule], since: datetime, until: datetime
) -> list[Schedule]:
    """Put into schedules the overrides that shape what is rendered between two bounds."""
    near = touching((schedule.id for schedule in schedules), since - _REACH, until + _REACH)
    by_schedule: dict[str, list[Override]] = {}
    for override in await OVERRIDES.select(tx, *near, order_by=BY_START):
        by_schedule.setdefault(override.schedule_id, []).append(override)
    return [replace(s, overrides=tuple(by_schedule.get(s.id, ()))) for s in schedules]
