"""Log entries: read. Writing is ``store.writes``."""

from collections.abc import Iterable, Sequence
from typing import Any

import msgspec
import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import distinct_on
from sqlalchemy.ext.asyncio import AsyncConnection

from tocsin.domain.log_entry import Agent, LogEntry
from tocsin.store.tables import log_entries

NEWEST_FIRST = (log_entries.c.at.desc(), log_entries.c.id.desc())


class Body(msgspec.Struct, frozen=True):
    """The part of an entry that depends on its type."""

    agent: Agent | None
    channel: dict[str, Any]
    details: dict[str, Any]


_decode = msgspec.json.Decoder(Body).decode
_COLUMNS = (
    log_entries.c.id,
    log_entries.c.incident_id,
    log_entries.c.type,
    log_entries.c.at,
    sa.cast(log_entries.c.body, sa.Text).label("body"),
)


async def get(tx: AsyncConnection, entry_id: str) -> LogEntry | None:
    """Find one by its id."""
    row = (await tx.execute(sa.select(*_COLUMNS).where(log_entries.c.id == entry_id))).first()
    return None if row is None else _from_row(row)


async def select(
    tx: AsyncConnection,
    *,
    where: Sequence[sa.ColumnElement[bool]] = (),
    order_by: Sequence[Any] = NEWEST_FIRST,
    limit: int | None = None,
    offset: int = 0,
) -> list[LogEntry]:
    """List the entries that fit, the newest first unless asked otherwise."""
    query = sa.select(*_COLUMNS).where(*where).order_by(*order_by).limit(limit).offset(offset)
    return [_from_row(row) for row in await tx.execute(query)]


async def first_triggers(tx: AsyncConnection, incident_ids: Iterable[str]) -> dict[str, LogEntry]:
    """Return the entry with which each of these incidents began."""
    query = (
        sa.select(*_COLUMNS)
        .ext(distinct_on(log_entries.c.incident_id))
        .where(
            log_entries.c.incident_id.in_(sorted(set(incident_ids))),
            log_entries.c.type == "trigger_log_entry",
        )
        .order_by(log_entries.c.incident_id, log_entries.c.id)
    )
    return {row.incident_id: _from_row(row) for row in await tx.execute(query)}


def _from_row(row: Any) -> LogEntry:
    body = _decode(row.body)
    return LogEntry(
        id=row.id,
        type=row.type,
        at=row.at,
        agent=body.agent,
        channel=body.channel,
        details=body.details,
        incident_id=row.incident_id,
    )
