"""Maintenance windows: told apart by where they lie in time."""

from collections.abc import Iterable
from datetime import datetime
from typing import Final

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.ext.asyncio import AsyncConnection

from tocsin.domain.intake.service import MaintenanceWindow, WindowTime
from tocsin.store import tables
from tocsin.store.rows import Rows, Where

MAINTENANCE_WINDOWS: Final = Rows(tables.maintenance_windows, MaintenanceWindow)
BY_START: Final = (tables.maintenance_windows.c.start,)
LATEST_FIRST: Final = (tables.maintenance_windows.c.start.desc(),)

_c = tables.maintenance_windows.c


def lying(when: WindowTime, now: datetime) -> Where:
    """Find by where they lie in time."""
    conditions: dict[WindowTime, Where] = {
        "past": _c.end <= now,
        "future": _c.start > now,
        "ongoing": sa.and_(_c.start <= now, _c.end > now),
        "open": _c.end > now,
        "all": sa.true(),
    }
    return conditions[when]


def about(service_ids: Iterable[str]) -> Where:
    """Find those that cover any of these services."""
    covered = sa.cast(_c.service_ids, ARRAY(sa.Text))  # a bound array of ids would be cut to fit
    overlaps: Where = covered.overlap(sorted(set(service_ids)))
    return overlaps


def described_like(text: str) -> Where:
    """Find by a part of the description."""
    return _c.description.icontains(text, autoescape=True)


async def forget_service(tx: AsyncConnection, service_id: str) -> None:
    """Take a service out of every window that covers it."""
    await tx.execute(
        sa.update(tables.maintenance_windows)
        .where(_c.service_ids.contains([service_id]))
        .values(service_ids=sa.func.array_remove(_c.service_ids, service_id))
    )
