"""Log entries: read. Writing is ``store.writes``."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any, Final

import msgspec
import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.ext.asyncio import AsyncConnection

from tocsin.domain.response.alert import Alert
from tocsin.domain.response.log_entry import Agent, LogEntry, LogEntryType
from tocsin.store.rows import Where
from tocsin.store.tables import alerts, incidents, log_entries

_FEW: Final = 16
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


async def get(tx: AsyncConnection, entry_id: str, *, hold: bool = False) -> LogEntry | None:
    """Find one by its id; ``hold`` locks it."""
    query = sa.select(*_COLUMNS).where(log_entries.c.id == entry_id)
    row = (await tx.execute(query.with_for_update() if hold else query)).first()
    return None if row is None else _from_row(row)


async def newest(tx: AsyncConnection) -> tuple[str, ...]:
    """Return the ids of the newest few: several, for what is committed late may be older."""
    query = sa.select(log_entries.c.id).order_by(*NEWEST_FIRST).limit(_FEW)
    return tuple((await tx.execute(query)).scalars())


async def is_any_since(tx: AsyncConnection, since: datetime, incident_id: str | None) -> bool:
    """Say whether anything happened after an instant, to one incident or to any."""
    c = log_entries.c
    where = [c.at > since, *([c.incident_id == incident_id] if incident_id else [])]
    return (await tx.execute(sa.select(c.id).where(*where).limit(1))).first() is not None


async def newest_of(tx: AsyncConnection, incident_ids: Iterable[str]) -> dict[str, str]:
    """Return the id of the newest entry of each of these incidents that has one."""
    c = log_entries.c
    query = sa.select(c.incident_id, sa.func.max(c.id)).group_by(c.incident_id)
    found = await tx.execute(query.where(c.incident_id.in_(sorted(set(incident_ids)))))
    return {row[0]: row[1] for row in found}


async def update(tx: AsyncConnection, entry: LogEntry) -> None:
    """Store an entry whose channel tells something else now."""
    body = msgspec.to_builtins(Body(entry.agent, entry.channel, entry.details))
    await tx.execute(sa.update(log_entries).where(log_entries.c.id == entry.id).values(body=body))


async def select(
    tx: AsyncConnection,
    *,
    where: Sequence[Where] = (),
    order_by: Sequence[Any] = NEWEST_FIRST,
    limit: int | None = None,
    offset: int = 0,
) -> list[LogEntry]:
    """List the entries that fit, the newest first unless asked otherwise."""
    query = sa.select(*_COLUMNS).where(*where).order_by(*order_by).limit(limit).offset(offset)
    return [_from_row(row) for row in await tx.execute(query)]


def fitting(
    *,
    incident_id: str | None = None,
    service_ids: Sequence[str] | None = None,
    since: datetime | None = None,
    until: datetime | None = None,
    without: Sequence[LogEntryType] = (),
) -> Iterable[Where]:
    """Fit those of an incident, of services, of a time, not of types; what is left out fits."""
    if incident_id:
        yield log_entries.c.incident_id == incident_id
    if service_ids is not None:
        theirs = sa.exists().where(incidents.c.id == log_entries.c.incident_id)
        yield theirs.where(incidents.c.service_id.in_(service_ids))
    if since:
        yield log_entries.c.at >= since
    if until:
        yield log_entries.c.at < until
    if without:
        yield log_entries.c.type.not_in(without)


async def count(tx: AsyncConnection, *where: Where) -> int:
    """Count the entries that fit."""
    query = sa.select(sa.func.count()).select_from(log_entries).where(*where)
    return int((await tx.execute(query)).scalar_one())


async def first_triggers(tx: AsyncConnection, incident_ids: Iterable[str]) -> dict[str, LogEntry]:
    """Return the entry with which each of these incidents began, however long their logs are."""
    wanted = sa.func.unnest(sa.cast(sorted(set(incident_ids)), ARRAY(sa.Text))).alias("wanted")
    first = (
        sa.select(*_COLUMNS)
        .where(
            log_entries.c.incident_id == sa.column("wanted"),
            log_entries.c.type == "trigger_log_entry",
        )
        .order_by(log_entries.c.id)
        .limit(1)
        .lateral("first")
    )
    query = sa.select(first).select_from(wanted.join(first, sa.true()))
    return {row.incident_id: _from_row(row) for row in await tx.execute(query)}


async def first_of_alerts(tx: AsyncConnection, found: Iterable[Alert]) -> dict[str, LogEntry]:
    """Return the entry of the trigger with which each of these alerts began.

    It was written at the instant of the alert, or of the incident that it was given later.
    """
    ids = [alert.id for alert in found]
    began = sa.union_all(
        sa.select(alerts.c.id, alerts.c.created_at).where(alerts.c.id.in_(ids)),
        sa.select(alerts.c.id, incidents.c.created_at)
        .join(incidents, incidents.c.id == alerts.c.incident_id)
        .where(alerts.c.id.in_(ids)),
    ).subquery()
    query = (
        sa.select(began.c.id.label("alert_id"), *_COLUMNS)
        .join(began, began.c.created_at == log_entries.c.at)
        .where(
            log_entries.c.type == "trigger_log_entry",
            log_entries.c.body["details"]["alert_id"].as_string() == began.c.id,
        )
        .order_by(log_entries.c.id.desc())
    )
    return {row.alert_id: _from_row(row) for row in await tx.execute(query)}


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
