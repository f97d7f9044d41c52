"""Alerts: read, locked and found. Writing is ``store.writes``."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any, Literal

import asyncpg
import msgspec
import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import distinct_on
from sqlalchemy.ext.asyncio import AsyncConnection

from tocsin.domain.intake.event import Event
from tocsin.domain.response.alert import Alert
from tocsin.domain.response.incident import Incident
from tocsin.store.response import incidents
from tocsin.store.rows import Where, any_of
from tocsin.store.tables import alerts

# One round trip: the version of the configuration, and each open alert of these keys, held until
# the end of the transaction, with its incident as it stood. Keys come sorted, so that two nodes
# take the same locks in the same order.
_OPEN_BY_KEY = """
with hit as materialized (
  select a.* from unnest($1::text[], $2::text[]) as k(integration_id, dedup_key)
  cross join lateral (
    select * from alerts where integration_id = k.integration_id and dedup_key = k.dedup_key
      and status = 'triggered' for update
  ) a
)
select v.version, h.id, h.service_id, h.integration_id, h.incident_id, h.dedup_key, h.status,
  h.suppressed, h.summary, h.severity, h.created_at, h.updated_at, n.state::text, n.number
from config_version v left join hit h on true left join incidents n on n.id = h.incident_id
"""


Standing = Literal["triggered", "resolved"]


class Open(msgspec.Struct, frozen=True):
    """An open alert, and its incident if it has one. The alert's body was not read."""

    alert: Alert
    incident: Incident | None


async def hold_open(
    connection: asyncpg.Connection, keys: Iterable[tuple[str, str]]
) -> tuple[int, dict[tuple[str, str], Open]]:
    """Return the configuration's version, and the open alerts of (integration, dedup key)."""
    ordered = sorted(set(keys))
    rows = await connection.fetch(_OPEN_BY_KEY, [k[0] for k in ordered], [k[1] for k in ordered])
    found = [_open(row) for row in rows if row["id"] is not None]
    return rows[0]["version"], {(o.alert.integration_id or "", o.alert.dedup_key): o for o in found}


def _open(row: asyncpg.Record) -> Open:
    alert = Alert(
        id=row["id"],
        service_id=row["service_id"],
        integration_id=row["integration_id"],
        incident_id=row["incident_id"],
        dedup_key=row["dedup_key"],
        status=row["status"],
        suppressed=row["suppressed"],
        summary=row["summary"],
        severity=row["severity"],
        created_at=row["created_at"],
        updated_at=row["updated_at"],
    )
    known = row["state"] is not None
    return Open(alert, incidents.from_row(row["state"], row["number"]) if known else None)


async def select(
    tx: AsyncConnection,
    *,
    where: Sequence[Where] = (),
    order_by: Sequence[Any] = (alerts.c.id,),
    limit: int | None = None,
    offset: int = 0,
    hold: bool = False,
) -> list[Alert]:
    """List whole alerts; ``hold`` locks them (always before their incidents)."""
    query = sa.select(*_WHOLE).where(*where).order_by(*order_by).limit(limit).offset(offset)
    if hold:
        query = query.with_for_update()
    return [from_row(row) for row in await tx.execute(query)]


def from_row(row: Any) -> Alert:
    """Make an alert of a whole row."""
    return msgspec.convert(dict(zip(_FIELDS, row, strict=True)), Alert)


_FIELDS = Alert.__struct_fields__
_WHOLE = [alerts.c[name] for name in _FIELDS]


def fitting(
    incident_id: str,
    *,
    ids: Sequence[str] | None = None,
    statuses: Sequence[Standing] = (),
    key: str | None = None,
) -> Iterable[Where]:
    """Fit the alerts of an incident: all, these, those that stand so, those with a dedup key."""
    yield alerts.c.incident_id == incident_id
    if ids is not None:
        yield alerts.c.id.in_(ids)
    if statuses:
        yield alerts.c.status.in_(statuses)
    if key:
        yield alerts.c.dedup_key == key


def order(sorting: Sequence[tuple[str, bool]]) -> list[Any]:
    """Sort by these fields, each with whether it descends; then by age."""
    columns = [
        alerts.c[name].desc().nulls_last() if down else alerts.c[name] for name, down in sorting
    ]
    return [*columns, alerts.c.id.desc() if sorting and sorting[-1][1] else alerts.c.id]


async def count(tx: AsyncConnection, *where: Where) -> int:
    """Count the alerts that fit."""
    query = sa.select(sa.func.count()).select_from(alerts).where(*where)
    return int((await tx.execute(query)).scalar_one())


async def have_open_twins(tx: AsyncConnection, ids: Iterable[str]) -> bool:
    """Say whether other alerts, open or among these, have the keys of some of these."""
    twin, wanted = alerts.alias(), sorted(set(ids))
    query = sa.select(
        sa.exists()
        .where(alerts.c.id.in_(wanted))
        .where(twin.c.integration_id == alerts.c.integration_id)
        .where(twin.c.dedup_key == alerts.c.dedup_key)
        .where(sa.or_(twin.c.status == "triggered", twin.c.id.in_(wanted)))
        .where(twin.c.id != alerts.c.id)
    )
    return bool(wanted) and bool((await tx.execute(query)).scalar_one())


class Counts(msgspec.Struct, frozen=True):
    """How many alerts an incident has."""

    triggered: int = 0
    resolved: int = 0


async def counts(tx: AsyncConnection, incident_ids: Iterable[str]) -> dict[str, Counts]:
    """Count the alerts of each of these incidents."""
    query = (
        sa.select(
            alerts.c.incident_id,
            sa.func.count().filter(alerts.c.status == "triggered"),
            sa.func.count().filter(alerts.c.status == "resolved"),
        )
        .where(alerts.c.incident_id.in_(set(incident_ids)))
        .group_by(alerts.c.incident_id)
    )
    return {row[0]: Counts(row[1], row[2]) for row in await tx.execute(query)}


async def events(tx: AsyncConnection, ids: Iterable[str]) -> dict[str, Event]:
    """Return the event with which each of these alerts began."""
    query = sa.select(alerts.c.id, sa.cast(alerts.c.body, sa.Text)).where(alerts.c.id.in_(set(ids)))
    return {row[0]: _decode_event(row[1]) for row in await tx.execute(query)}


async def first_events(tx: AsyncConnection, incident_ids: Iterable[str]) -> dict[str, Event]:
    """Return the event with which the first alert of each of these incidents began."""
    query = (
        sa.select(alerts.c.incident_id, sa.cast(alerts.c.body, sa.Text))
        .ext(distinct_on(alerts.c.incident_id))
        .where(alerts.c.incident_id == any_of(incident_ids))
        .order_by(alerts.c.incident_id, alerts.c.id)
    )
    return {row[0]: _decode_event(row[1]) for row in await tx.execute(query)}


_decode_event = msgspec.json.Decoder(Event).decode


async def open_by_incident(
    connection: asyncpg.Connection, incident_ids: Iterable[str]
) -> dict[str, set[str]]:
    """Return the ids of the open alerts of each of these incidents."""
    found: dict[str, set[str]] = {}
    for row in await connection.fetch(
        "select incident_id, id from alerts"
        " where incident_id = any($1::text[]) and status = 'triggered'",
        sorted(set(incident_ids)),
    ):
        found.setdefault(row["incident_id"], set()).add(row["id"])
    return found


async def set_status(
    tx: AsyncConnection, incident_ids: Iterable[str], status: Standing, now: datetime
) -> None:
    """Give all alerts of these incidents one status."""
    ids = sorted(set(incident_ids))
    if ids:
        resolved_at = now if status == "resolved" else None
        await tx.execute(
            sa.update(alerts)
            .where(alerts.c.incident_id.in_(ids), alerts.c.status != status)
            .values(status=status, updated_at=now, resolved_at=resolved_at)
        )


async def hold_of(tx: AsyncConnection, incident_ids: Iterable[str]) -> int:
    """Lock all alerts of these incidents, and count them."""
    ids = sorted(set(incident_ids))
    query = sa.select(alerts.c.id).where(alerts.c.incident_id.in_(ids)).order_by(alerts.c.id)
    return len((await tx.execute(query.with_for_update())).all())


async def move_all(
    tx: AsyncConnection, incident_ids: Iterable[str], target_id: str, now: datetime
) -> None:
    """Let all alerts of these incidents belong to another one."""
    await tx.execute(
        sa.update(alerts)
        .where(alerts.c.incident_id.in_(sorted(set(incident_ids))))
        .values(incident_id=target_id, updated_at=now)
    )
