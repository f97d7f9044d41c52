"""Vital signs: figures that tell how the installation fares, read for one page."""

from datetime import datetime

import msgspec
import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import aggregate_order_by
from sqlalchemy.ext.asyncio import AsyncConnection

from tocsin.store.tables import alarms, notifications, quarantine, work


class Shape(msgspec.Struct, frozen=True, kw_only=True):
    """Which PostgreSQL this is, and how much it holds."""

    version: str
    bytes: int


class Lane(msgspec.Struct, frozen=True, kw_only=True):
    """How much work waits in a lane: what is due, since when, and what is planned for later."""

    name: str
    due: int
    oldest: datetime | None
    later: int
    next: datetime | None


class Way(msgspec.Struct, frozen=True, kw_only=True):
    """How a way to reach people did lately. ``detail`` is what its last failure said."""

    kind: str
    last_success: datetime | None = None
    delivered: int = 0  # within the longer time, as the last success and failure
    failed: int = 0
    failed_lately: int = 0  # within the shorter time
    last_failure: datetime | None = None
    detail: str | None = None


class Counts(msgspec.Struct, frozen=True, kw_only=True):
    """What administrators should look at."""

    alarms: int
    strays: int


async def shape(tx: AsyncConnection) -> Shape:
    """Ask the database about itself."""
    query = sa.text(
        "select current_setting('server_version'), pg_database_size(current_database())"
    )
    version, size = (await tx.execute(query)).one()
    return Shape(version=version, bytes=size)


async def lanes(tx: AsyncConnection, now: datetime) -> list[Lane]:
    """Count what waits in each lane that has any work."""
    is_due = work.c.due <= now
    query = (
        sa.select(
            work.c.lane,
            sa.func.count().filter(is_due),
            sa.func.min(work.c.planned_for).filter(is_due),
            sa.func.count().filter(~is_due),
            sa.func.min(work.c.due).filter(~is_due),
        )
        .group_by(work.c.lane)
        .order_by(work.c.lane)
    )
    return [
        Lane(name=name, due=due, oldest=oldest, later=later, next=following)
        for name, due, oldest, later, following in await tx.execute(query)
    ]


async def ways(tx: AsyncConnection, *, since: datetime, lately: datetime) -> dict[str, Way]:
    """Sum up, by their kinds, what came of the attempts to tell somebody."""
    c = notifications.c
    ok = c.status == "success"
    newest_first = aggregate_order_by(c.detail, c.at.desc(), c.id.desc())
    query = (
        sa.select(
            c.kind,
            sa.func.max(c.at).filter(ok).label("last_success"),
            sa.func.count().filter(ok).label("delivered"),
            sa.func.count().filter(~ok).label("failed"),
            sa.func.count().filter(~ok, c.at >= lately).label("failed_lately"),
            sa.func.max(c.at).filter(~ok).label("last_failure"),
            sa.func.array_agg(newest_first).filter(~ok)[1].label("detail"),
        )
        .where(c.at >= since)
        .group_by(c.kind)
    )
    return {row["kind"]: Way(**row) for row in (await tx.execute(query)).mappings()}


async def counts(tx: AsyncConnection, since: datetime) -> Counts:
    """Count what arrived for administrators since then."""
    query = sa.select(
        *(
            sa.select(sa.func.count()).where(table.c.at >= since).scalar_subquery()
            for table in (alarms, quarantine)
        )
    )
    of_alarms, of_strays = (await tx.execute(query)).one()
    return Counts(alarms=of_alarms, strays=of_strays)
