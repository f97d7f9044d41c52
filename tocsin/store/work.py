"""Due work: leased for a while, then finished or postponed. Planning it is ``store.writes``."""

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime, timedelta
from typing import Final

import asyncpg
import msgspec
import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from tocsin.domain.work import LETTER, Work
from tocsin.store.tables import work

LEASE_SECONDS: Final = 60
MOST_TOGETHER: Final = 5_000  # however much more is due to the addresses of what is leased

# Materialized, because a plan may otherwise run a limit more than once. Where the limit is reached,
# what else is due to the same addresses comes along: it becomes one message, which counts it all.
# Timers have no address.
_LEASE: Final = sa.text("""
    with oldest as materialized (
        select id, coalesce(contact_method_id, user_id) as address from work
        where lane = :lane and due <= :now
        and coalesce(contact_method_id, user_id, '') <> all(cast(:busy as text[]))
        order by due, contact_method_id, user_id limit :limit for update skip locked
    ), waiting as materialized (
        select id, coalesce(contact_method_id, user_id) as address from work
        where (select count(*) from oldest) >= :limit and lane = :lane and due <= :now
        order by due limit :most
    ), others as materialized (
        select id from work where id = any(array(
            select id from waiting where address in (select address from oldest)
        )) for update skip locked
    ), found as (select id from oldest union select id from others)
    update work set due = :until, attempts = attempts + 1 from found where work.id = found.id
    returning work.*
""").columns(payload=sa.JSON)
_LOOK: Final = """
    select lane,
    exists (select from work where work.lane = wanted.lane and due <= $2),
    (select min(due) from work where work.lane = wanted.lane and due > $2)
    from unnest($1::text[]) as wanted(lane)
"""


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

    More than ``limit`` are taken where more are due to the same addresses, which stay whole.
    ``busy`` names the addresses (see ``Work.address``) that must wait.
    """
    until = now + timedelta(seconds=lease_seconds)
    values = {"lane": lane, "now": now, "busy": list(busy), "until": until}
    values |= {"limit": limit, "most": MOST_TOGETHER}
    rows = (await tx.execute(_LEASE, values)).mappings()
    return sorted((Work(**row) for row in rows), key=_planned)


async def pages_of(tx: AsyncConnection, incident_id: str) -> list[Work]:
    """List the pages of an incident that are still to go out, the soonest first."""
    query = (
        sa.select(work)
        .where(work.c.kind == "notify", work.c.incident_id == incident_id)
        .order_by(work.c.planned_for, work.c.id)
    )
    return [Work(**row) for row in (await tx.execute(query)).mappings()]


async def tried_until(
    tx: AsyncConnection, incident_ids: Iterable[str], until: datetime
) -> set[tuple[str, str, int]]:
    """Say who is being paged until then: the user, the incident, and its generation."""
    c = work.c
    query = sa.select(c.user_id, c.incident_id, c.generation).where(
        c.kind == "notify", c.incident_id.in_(sorted(set(incident_ids))), c.due <= until
    )
    return {(row[0], row[1], row[2]) for row in await tx.execute(query)}


async def letters_to(tx: AsyncConnection, user_id: str) -> int:
    """Count the letters to somebody that are still to go out."""
    where = (work.c.lane == LETTER, work.c.user_id == user_id)
    query = sa.select(sa.func.count()).select_from(work).where(*where)
    return int((await tx.execute(query)).scalar_one())


async def notices_by(tx: AsyncConnection, method_id: str, now: datetime) -> int:
    """Count the notices that are about to leave by a contact method."""
    c = work.c
    by_it = (c.kind == "notice", c.contact_method_id == method_id, c.due <= now)
    query = sa.select(sa.func.count()).select_from(work).where(*by_it)
    return int((await tx.execute(query)).scalar_one())


async def finish(tx: AsyncConnection, ids: Iterable[int]) -> None:
    """Strike what is done."""
    await tx.execute(sa.delete(work).where(work.c.id == sa.any_(_array(ids))))


async def postpone(tx: AsyncConnection, ids: Iterable[int], until: datetime) -> None:
    """Let it come back later."""
    query = sa.update(work).where(work.c.id == sa.any_(_array(ids)))
    await tx.execute(query.values(due=until, held_until=None))


async def gather(tx: AsyncConnection, ids: Iterable[int], until: datetime) -> None:
    """Let it wait as if nobody had leased it."""
    c = work.c
    query = sa.update(work).where(c.id == sa.any_(_array(ids)))
    await tx.execute(query.values(due=until, held_until=None, attempts=c.attempts - 1))


async def look(connection: asyncpg.Connection, lanes: Sequence[str], now: datetime) -> list[Due]:
    """Say for each lane whether something is due, and when the next thing will be."""
    return [Due(*row) for row in await connection.fetch(_LOOK, list(lanes), now)]


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
