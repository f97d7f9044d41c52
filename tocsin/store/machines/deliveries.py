"""Deliveries: planned in order, leased a few at a time for each destination, then settled.

A row of ``delivery_threads`` stands for each thread with something waiting, and says when the
first of it is due. Whoever adds to a thread, leases it or settles its first holds that row.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Final

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from tocsin.domain.machines.delivery import Dispatch
from tocsin.store.driver import driver
from tocsin.store.machines.delivery_tables import deliveries, delivery_threads
from tocsin.store.rows import Rows
from tocsin.store.work import Backlog
from tocsin.store.writes import Writes, flush

LEASE_SECONDS: Final = 60

DELIVERIES: Final = Rows(deliveries, Dispatch)
NEWEST_FIRST: Final = (deliveries.c.sequence.desc(),)

# Destinations are found one by one in the index, whatever waits for each of them. Those with the
# fewest under way come first.
_LEASE: Final = sa.text("""
    with recursive destinations(id) as (
        (select destination_id from delivery_threads order by destination_id limit 1)
        union all
        select (
            select destination_id from delivery_threads
            where destination_id > destinations.id order by destination_id limit 1
        )
        from destinations where destinations.id is not null
    ),
    busy(id, count) as (select * from unnest(cast(:ids as text[]), cast(:counts as int[]))),
    found as materialized (
        select thread.destination_id, thread.thread_id, coalesce(busy.count, 0) as busy, thread.due
        from destinations
        left join busy on busy.id = destinations.id
        cross join lateral (
            select destination_id, thread_id, due from delivery_threads
            where destination_id = destinations.id and due <= :now
            order by due limit greatest(:each - coalesce(busy.count, 0), 0)
            for update skip locked
        ) thread
    ),
    fair as materialized (
        select destination_id, thread_id from found
        order by busy + row_number() over (partition by destination_id order by due), due
        limit :limit
    )
    update delivery_threads set due = :until from fair
    where delivery_threads.destination_id = fair.destination_id
    and delivery_threads.thread_id = fair.thread_id
    returning delivery_threads.destination_id, delivery_threads.thread_id
""")
_TAKE_FIRSTS: Final = sa.text("""
    update deliveries set due = :until, attempts = attempts + 1
    where id in (
        select (
            select id from deliveries
            where destination_id = destination and thread_id = held.id and status = 'waiting'
            order by sequence limit 1
        )
        from unnest(cast(:destinations as text[]), cast(:threads as text[]))
        as held(destination, id)
    )
    returning *
""").columns(subject=sa.JSON)
_HOLD: Final = sa.text("""
    select from delivery_threads thread
    join unnest(cast(:destinations as text[]), cast(:threads as text[])) as held(destination, id)
    on held.destination = thread.destination_id and held.id = thread.thread_id
    order by thread.destination_id, thread.thread_id for update of thread
""")
_SETTLE: Final = sa.text("""
    update deliveries set status = settled.status, due = settled.due, detail = settled.detail,
    answer = settled.answer, finished_at = settled.finished_at
    from unnest(
        cast(:ids as text[]), cast(:statuses as text[]), cast(:dues as timestamptz[]),
        cast(:details as text[]), cast(:answers as text[]), cast(:ends as timestamptz[])
    ) as settled(id, status, due, detail, answer, finished_at)
    where deliveries.id = settled.id
    and (deliveries.status = 'waiting' or settled.status <> 'waiting')
""")
_END: Final = sa.text("""
    with next as materialized (
        select destination, id, (
            select due from deliveries
            where destination_id = destination and thread_id = held.id and status = 'waiting'
            order by sequence limit 1
        ) as due
        from unnest(cast(:destinations as text[]), cast(:threads as text[]))
        as held(destination, id)
    ),
    gone as (
        delete from delivery_threads using next
        where destination_id = destination and thread_id = next.id and next.due is null
    )
    update delivery_threads set due = next.due from next
    where destination_id = destination and thread_id = next.id and next.due is not null
""")
_KEEP: Final = sa.text("""
    update deliveries set body = kept.body
    from unnest(cast(:ids as text[]), cast(:bodies as text[])) as kept(id, body)
    where deliveries.id = kept.id
""")


async def plan(tx: AsyncConnection, dispatches: Sequence[Dispatch]) -> None:
    """Put them at the ends of their threads, in the order given; engines hear of it."""
    await flush(await driver(tx), Writes(dispatches=list(dispatches)))


async def lease(
    tx: AsyncConnection, now: datetime, *, each: int, limit: int, busy: Mapping[str, int]
) -> list[Dispatch]:
    """Take the first of threads where it is due, ``each`` at most to a destination.

    ``busy`` says how many are under way to a destination already. What is not settled within
    ``LEASE_SECONDS`` comes back.
    """
    until = now + timedelta(seconds=LEASE_SECONDS)
    arguments = {"ids": list(busy), "counts": list(busy.values()), "each": each, "limit": limit}
    rows = (await tx.execute(_LEASE, arguments | {"now": now, "until": until})).all()
    if not rows:
        return []
    # Only now that the threads are held is it certain which are their first.
    threads = {
        "destinations": [row.destination_id for row in rows],
        "threads": [row.thread_id for row in rows],
    }
    firsts = await tx.execute(_TAKE_FIRSTS, threads | {"until": until})
    return [Dispatch(**row) for row in firsts.mappings()]


async def keep_body(tx: AsyncConnection, id_: str, body: str) -> None:
    """Keep what was composed: every attempt sends the same."""
    await keep_bodies(tx, {id_: body})


async def keep_bodies(tx: AsyncConnection, bodies: Mapping[str, str]) -> None:
    """Do the same for several, by their ids."""
    await tx.execute(_KEEP, {"ids": list(bodies), "bodies": list(bodies.values())})


async def settle(tx: AsyncConnection, *settled: Dispatch) -> None:
    """Store what came of attempts; where one is over, the next of its thread may go.

    What was given up meanwhile is not tried again.
    """
    threads = {
        "destinations": [dispatch.destination_id for dispatch in settled],
        "threads": [dispatch.thread_id for dispatch in settled],
    }
    await tx.execute(_HOLD, threads)
    values = {
        "ids": [dispatch.id for dispatch in settled],
        "statuses": [dispatch.status for dispatch in settled],
        "dues": [dispatch.due for dispatch in settled],
        "details": [dispatch.detail for dispatch in settled],
        "answers": [dispatch.answer for dispatch in settled],
        "ends": [dispatch.finished_at for dispatch in settled],
    }
    await tx.execute(_SETTLE, values)
    await tx.execute(_END, threads)


async def drop_waiting(
    tx: AsyncConnection, destination_id: str, detail: str, now: datetime
) -> None:
    """Give up all that waits for a destination."""
    where = delivery_threads.c.destination_id == destination_id
    threads = sa.select(delivery_threads.c.due).where(where).order_by(delivery_threads.c.thread_id)
    await tx.execute(threads.with_for_update())
    waiting = (deliveries.c.destination_id == destination_id, deliveries.c.status == "waiting")
    dropped = {"status": "dropped", "due": None, "detail": detail, "finished_at": now}
    await tx.execute(sa.update(deliveries).where(*waiting).values(dropped))
    await tx.execute(sa.delete(delivery_threads).where(where))


async def forget_destination(tx: AsyncConnection, destination_id: str) -> None:
    """Delete all that was, or was to be, told to a destination."""
    for table in (delivery_threads, deliveries):
        await tx.execute(sa.delete(table).where(table.c.destination_id == destination_id))


async def next_due(tx: AsyncConnection, after: datetime) -> datetime | None:
    """Say when something will be due that is not yet."""
    due = delivery_threads.c.due
    found: datetime | None = await tx.scalar(sa.select(sa.func.min(due)).where(due > after))
    return found


async def backlog(tx: AsyncConnection, now: datetime) -> list[Backlog]:
    """Count the threads of each lane that have something due."""
    due = delivery_threads.c.due
    query = (
        sa.select(delivery_threads.c.lane, sa.func.count(), sa.func.min(due))
        .where(due <= now)
        .group_by(delivery_threads.c.lane)
    )
    return [Backlog(*row) for row in await tx.execute(query)]
