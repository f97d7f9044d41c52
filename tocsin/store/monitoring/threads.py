"""Threads: what each notification channel was told of each violation, and what it said of it."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any, Final

import msgspec
import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from tocsin.domain.monitoring.notification_channel import RemoteStatus, Thread
from tocsin.store.monitoring import monitoring_tables as tables

_c: Final = tables.threads.c
_COLUMNS: Final = [_c[name] for name in Thread.__struct_fields__]
_REMOVED: Final = tables.notification_channels.c.removed_at


async def begin(tx: AsyncConnection, channel_id: str, violation_id: str, now: datetime) -> bool:
    """Open a thread, anew if it was closed; say whether it was not open before."""
    fresh: dict[str, Any] = {"opened_at": now, "closed_at": None, "remote_id": None}
    fresh |= {"remote_status": None, "remote_at": None}
    query = insert(tables.threads).values(channel_id=channel_id, violation_id=violation_id, **fresh)
    opened = query.on_conflict_do_update(
        index_elements=(_c.channel_id, _c.violation_id),
        set_=fresh,
        where=_c.closed_at.is_not(None),
    ).returning(_c.channel_id)
    return (await tx.execute(opened)).first() is not None


async def get(tx: AsyncConnection, channel_id: str, violation_id: str) -> Thread | None:
    """Find what a channel was told of a violation."""
    found = await _select(tx, _is(channel_id, violation_id))
    return found[0] if found else None


async def hold(tx: AsyncConnection, channel_id: str, violation_id: str) -> Thread | None:
    """Lock what a channel was told of a violation, and read it as it is then."""
    query = sa.select(*_COLUMNS).where(_is(channel_id, violation_id)).with_for_update()
    row = (await tx.execute(query)).first()
    return None if row is None else msgspec.convert(row, Thread, from_attributes=True)


async def open_of_violations(tx: AsyncConnection, violation_ids: Iterable[str]) -> list[Thread]:
    """List the threads of violations that are open, on channels that were not removed."""
    channels = tables.notification_channels.c
    kept = sa.exists().where(channels.id == _c.channel_id, _REMOVED.is_(None))
    of_these = _c.violation_id == sa.any_(sa.literal(list(violation_ids), sa.ARRAY(sa.Text)))
    return await _select(tx, of_these, _c.closed_at.is_(None), kept)


async def open_of_channel(tx: AsyncConnection, channel_id: str) -> list[Thread]:
    """List what a channel was told of and is not over."""
    return await _select(tx, _c.channel_id == channel_id, _c.closed_at.is_(None))


async def of_remote(tx: AsyncConnection, channel_id: str, remote_id: str) -> list[Thread]:
    """List what the other side calls by this name: one incident may have swallowed others."""
    return await _select(tx, _c.channel_id == channel_id, _c.remote_id == remote_id)


async def hear(
    tx: AsyncConnection,
    thread: Thread,
    *,
    status: RemoteStatus,
    remote_id: str,
    at: datetime,
    now: datetime,
) -> None:
    """Keep what the other side said of a thread: a resolved one is over, any other goes on."""
    values = {
        "remote_id": remote_id,
        "remote_status": status,
        "remote_at": sa.func.greatest(_c.remote_at, at),
        "closed_at": (thread.closed_at or now) if status == "resolved" else None,
    }
    where = _is(thread.channel_id, thread.violation_id)
    await tx.execute(sa.update(tables.threads).where(where).values(values))


async def note(
    tx: AsyncConnection,
    thread: Thread,
    *,
    status: RemoteStatus,
    remote_id: str | None = None,
    now: datetime,
) -> None:
    """Keep how a thread stands on the other side; a resolved one is closed."""
    values: dict[str, Any] = {"remote_status": status}
    if remote_id is not None:
        values["remote_id"] = remote_id
    if status == "resolved":
        values["closed_at"] = now
    where = _is(thread.channel_id, thread.violation_id)
    await tx.execute(sa.update(tables.threads).where(where).values(values))


async def close(tx: AsyncConnection, channel_id: str, violation_id: str, now: datetime) -> None:
    """Let a thread be over, whatever the other side thinks."""
    where = _is(channel_id, violation_id)
    await tx.execute(sa.update(tables.threads).where(where).values(closed_at=now))


async def forget(tx: AsyncConnection, channel_id: str) -> None:
    """Forget all that a channel was ever told."""
    await tx.execute(sa.delete(tables.threads).where(_c.channel_id == channel_id))


def _is(channel_id: str, violation_id: str) -> sa.ColumnElement[bool]:
    return sa.and_(_c.channel_id == channel_id, _c.violation_id == violation_id)


async def _select(tx: AsyncConnection, *where: sa.ColumnElement[bool]) -> list[Thread]:
    query = sa.select(*_COLUMNS).where(*where).order_by(_c.opened_at, _c.channel_id)
    return [msgspec.convert(row, Thread, from_attributes=True) for row in await tx.execute(query)]
