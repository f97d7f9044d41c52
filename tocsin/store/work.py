"""Due work: leased for a while, then finished or postponed. Planning it is ``store.writes``."""

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime, timedelta
from typing import Final

import msgspec
import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from tocsin.domain.address import KINDS
from tocsin.domain.work import LETTER, Work
from tocsin.store.tables import work

LEASE_SECONDS: Final = 60

_ADDRESS: Final = sa.func.coalesce(work.c.contact_method_id, work.c.user_id, "")


class Due(msgspec.Struct, frozen=True):
    """What waits in a lane: whether some of it is due, and when the rest begins to be."""

    lane: str
    now: bool
    later: datetime | None


class Backlog(msgspec.Struct, frozen=True):
    """How much of a lane is due, and since when its oldest was planned for."""

    lane: str
    due: int
    oldest: datetime


async def lease(
    tx: AsyncConnection,
    lane: str,
    now: datetime,
    *,
    limit: int,
    busy: Collection[str] = (),
    lease_seconds: int = LEASE_SECONDS,
) -> list[Work]:
    """Take the oldest due work for a while; what is neither finished nor postponed comes back.

    ``busy`` names the addresses (see ``Work.address``) that must wait.
    """
    due = (
        sa.select(work.c.id)
        .where(work.c.lane == lane, work.c.due <= now)
        .order_by(work.c.due)
        .limit(limit)
        .with_for_update(skip_locked=True)
    )
    if busy:
        due = due.where(_ADDRESS.not_in(busy))
    # Materialized, because a plan may otherwise run the limit more than once.
    found = due.cte("found").prefix_with("materialized", dialect="postgresql")
    query = (
        sa.update(work)
        .where(work.c.id == found.c.id)
        .values(due=now + timedelta(seconds=lease_seconds), attempts=work.c.attempts + 1)
        .returning(work)
    )
    rows = (await tx.execute(query)).mappings()
    return sorted((Work(**row) for row in rows), key=_planned)


async def pages_of(tx: AsyncConnection, incident_id: str) -> list[Work]:
    """List the pages of an incident that are still to go out, the soonest first."""
    query = (
        sa.select(work)
        .where(work.c.lane.in_(KINDS), work.c.incident_id == incident_id)
        .order_by(work.c.planned_for, work.c.id)
    )
    return [Work(**row) for row in (await tx.execute(query)).mappings()]


async def letters_to(tx: AsyncConnection, user_id: str) -> int:
    """Count the letters to somebody that are still to go out."""
    where = (work.c.lane == LETTER, work.c.user_id == user_id)
    query = sa.select(sa.func.count()).select_from(work).where(*where)
    return int((await tx.execute(query)).scalar_one())


async def finish(tx: AsyncConnection, ids: Iterable[int]) -> None:
    """Strike what is done."""
    await tx.execute(sa.delete(work).where(work.c.id == sa.any_(_array(ids))))


async def postpone(tx: AsyncConnection, ids: Iterable[int], until: datetime) -> None:
    """Let it come back later."""
    await tx.execute(sa.update(work).where(work.c.id == sa.any_(_array(ids))).values(due=until))


async def look(tx: AsyncConnection, lanes: Sequence[str], now: datetime) -> list[Due]:
    """Say for each lane whether something is due, and when the next thing will be."""
    lane = sa.func.unnest(sa.literal(list(lanes), sa.ARRAY(sa.Text))).column_valued("wanted")
    is_due = sa.exists().where(work.c.lane == lane, work.c.due <= now)
    later = sa.select(sa.func.min(work.c.due)).where(work.c.lane == lane, work.c.due > now)
    rows = await tx.execute(sa.select(lane, is_due, later.scalar_subquery()))
    return [Due(*row) for row in rows]


async def backlog(tx: AsyncConnection, now: datetime) -> list[Backlog]:
    """Count what is due in each lane that has any."""
    query = (
        sa.select(work.c.lane, sa.func.count(), sa.func.min(work.c.planned_for))
        .where(work.c.due <= now)
        .group_by(work.c.lane)
    )
    return [Backlog(*row) for row in await tx.execute(query)]


def _planned(work: Work) -> tuple[datetime | None, int]:
    return work.planned_for, work.id


def _array(ids: Iterable[int]) -> sa.BindParameter[list[int]]:
    return sa.literal(list(ids), sa.ARRAY(sa.BigInteger))
