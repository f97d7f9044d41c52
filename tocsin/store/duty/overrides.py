"""Overrides: what can be asked about them beyond their rows."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Final

import sqlalchemy as sa
from msgspec.structs import replace

from tocsin.domain.duty.schedule import Override, Schedule
from tocsin.store import tables
from tocsin.store.rows import Rows, Where

OVERRIDES: Final = Rows(tables.overrides, Override)
BY_START: Final = (tables.overrides.c.start, tables.overrides.c.created_at)

_REACH: Final = timedelta(days=366)  # how far rendering looks for the real ends of a shift


def of_schedules(ids: Iterable[str]) -> Where:
    """Find those of some schedules."""
    return OVERRIDES.c.schedule_id.in_(sorted(set(ids)))


def touching(since: datetime, until: datetime) -> Where:
    """Find those that hold at some time between two bounds."""
    return sa.and_(OVERRIDES.c.end > since, OVERRIDES.c.start < until)


def shaping(since: datetime, until: datetime) -> Where:
    """Find those that matter to shifts between two bounds, which may reach far beyond them."""
    return touching(since - _REACH, until + _REACH)


def attach(schedules: Iterable[Schedule], found: Iterable[Override]) -> list[Schedule]:
    """Put overrides into the schedules they belong to."""
    by_schedule: dict[str, list[Override]] = {}
    for override in found:
        by_schedule.setdefault(override.schedule_id, []).append(override)
    return [replace(s, overrides=tuple(by_schedule.get(s.id, ()))) for s in schedules]
