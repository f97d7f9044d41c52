"""Limits: what providers have carried lately, and what waits because they carry no more for now."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, Final

import msgspec
import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from tocsin.domain.reaching.limit import SPAN
from tocsin.store.pieces import FOR_LANES, WAKE_ENGINES
from tocsin.store.reaching.reach_tables import providers

HOUR: Final = timedelta(hours=1)

_CARRIED: Final = sa.text("""
    select wanted.id, (select count(*) from messages where provider_id = wanted.id and at > :since)
    from unnest(cast(:ids as text[])) as wanted(id)
""")
_OPENS: Final = sa.text("""
    select found.at from unnest(cast(:ids as text[]), cast(:mosts as integer[]))
        as wanted(id, most),
    lateral (
        select at from messages where provider_id = wanted.id and at > :since
        order by at desc limit wanted.most
    ) as found order by found.at
""")
_TOLD: Final = sa.text("""
    select distinct user_id from messages
    where user_id = any(cast(:ids as text[])) and at >= :since and kind = 'page'
    and receipt is distinct from 'failed'
""")
_LINE: Final = sa.text("""
    select address, exists (
        select from messages where user_id = waiting.user_id and at >= :since
        and messages.kind = 'page' and receipt is distinct from 'failed'
    ), planned_for, turn
    from (
        select coalesce(contact_method_id, user_id) as address, user_id,
            min(planned_for) as planned_for,
            min(due) filter (where held_until = due) as turn
        from work where lane = :lane and held_until is not null group by 1, 2
    ) as waiting order by 2, 3
""")
_HOLD: Final = sa.text("""
    update work set due = held.until, held_until = held.until, attempts = attempts - 1,
        payload = coalesce(held.payload, work.payload)
    from unnest(
        cast(:ids as bigint[]), cast(:untils as timestamptz[]), cast(:payloads as json[])
    ) as held(id, until, payload) where work.id = held.id
""")
_RELEASE: Final = sa.text("""
    update work set due = :now, held_until = :now where lane = :lane and held_until = due
""")
_WAITING: Final = sa.text("""
    select lane, count(distinct coalesce(contact_method_id, user_id)) from work
    where held_until = due group by lane
""")
_BUSY: Final = sa.text("""
    select count(*) filter (where at > :minute), count(*) from messages
    where provider_id = :id and at > :hour
""")


class Waiting(msgspec.Struct, frozen=True):
    """An address that waits; who ``was_told`` lately lets others go first. None: it is leased."""

    address: str
    was_told: bool
    since: datetime
    turn: datetime | None


class Held(msgspec.Struct, frozen=True, kw_only=True):
    """Work that waits; a ``payload`` replaces that which it had."""

    id: int
    until: datetime
    payload: Mapping[str, Any] | None = None


class Traffic(msgspec.Struct, frozen=True):
    """How many messages were handed to a provider in the last minute and hour."""

    minute: int = 0
    hour: int = 0


async def take_turns(tx: AsyncConnection, provider_ids: Iterable[str]) -> None:
    """Let nobody else give these providers anything until the transaction ends."""
    c = providers.c
    query = sa.select(c.id).where(c.id.in_(sorted(provider_ids))).order_by(c.id)
    await tx.execute(query.with_for_update(key_share=True))


async def carried(
    tx: AsyncConnection, provider_ids: Collection[str], now: datetime
) -> dict[str, int]:
    """Count what these providers were given in the last minute."""
    values = {"ids": list(provider_ids), "since": now - SPAN}
    return {row[0]: row[1] for row in await tx.execute(_CARRIED, values)}


async def opens(tx: AsyncConnection, most: Mapping[str, int], now: datetime) -> list[datetime]:
    """Return, in order, when what these providers have carried makes room. ``most`` are limits."""
    values = {"ids": list(most), "mosts": list(most.values()), "since": now - SPAN}
    return [row[0] + SPAN for row in await tx.execute(_OPENS, values)]


async def told(tx: AsyncConnection, user_ids: Iterable[str], since: datetime) -> set[str]:
    """Return those of these people whom a page was given to since then."""
    values = {"ids": sorted(set(user_ids)), "since": since}
    return set((await tx.execute(_TOLD, values)).scalars())


async def line(tx: AsyncConnection, lane: str, since: datetime) -> list[Waiting]:
    """List what waits, or is about to be given away; first go those who got no page since then."""
    rows = await tx.execute(_LINE, {"lane": lane, "since": since})
    return [Waiting(*row) for row in rows]


async def hold(tx: AsyncConnection, held: Sequence[Held]) -> None:
    """Let work wait as if nobody had leased it."""
    payloads = [one.payload and msgspec.json.encode(one.payload).decode() for one in held]
    values = {
        "ids": [one.id for one in held],
        "untils": [one.until for one in held],
        "payloads": payloads,
    }
    await tx.execute(_HOLD, values)


async def release(tx: AsyncConnection, lane: str, now: datetime) -> None:
    """Let what waits have another look at who carries it."""
    await tx.execute(_RELEASE, {"lane": lane, "now": now})
    await tx.execute(sa.select(sa.func.pg_notify(WAKE_ENGINES, FOR_LANES)))


async def traffic(tx: AsyncConnection, provider_id: str, now: datetime) -> Traffic:
    """Count what a provider was given lately."""
    values = {"id": provider_id, "minute": now - SPAN, "hour": now - HOUR}
    return Traffic(*(await tx.execute(_BUSY, values)).one())


async def waiting(tx: AsyncConnection) -> dict[str, int]:
    """Count the messages of each kind that wait for their turn."""
    return {row[0]: row[1] for row in await tx.execute(_WAITING)}
