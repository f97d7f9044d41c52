"""Incidents: read, locked and found. Writing is ``store.writes``."""

from collections.abc import Iterable, Sequence
from typing import Any

import asyncpg
import msgspec
import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from tocsin.domain.response.incident import Incident
from tocsin.store.rows import Where, any_of
from tocsin.store.tables import incidents

_decode = msgspec.json.Decoder(Incident).decode


def from_row(state: str, number: int) -> Incident:
    """Make the incident of its stored text; only the database knows its number."""
    return msgspec.structs.replace(_decode(state), number=number)


_WHOLE = (sa.cast(incidents.c.state, sa.Text).label("state"), incidents.c.number)


async def get(tx: AsyncConnection, incident_id: str) -> Incident | None:
    """Find one by its id or, as clients may, by its number."""
    where = incidents.c.id == incident_id
    if incident_id.isdecimal() and len(incident_id) <= 18:
        where = incidents.c.number == int(incident_id)
    row = (await tx.execute(sa.select(*_WHOLE).where(where))).first()
    return None if row is None else from_row(row.state, row.number)


async def lock(tx: AsyncConnection, ids: Iterable[str]) -> dict[str, Incident]:
    """Hold these incidents, in the order of their ids, until the transaction ends."""
    query = (
        sa.select(incidents.c.id, *_WHOLE)
        .where(incidents.c.id.in_(sorted(set(ids))))
        .order_by(incidents.c.id)
        .with_for_update()
    )
    return {row.id: from_row(row.state, row.number) for row in await tx.execute(query)}


async def hold(connection: asyncpg.Connection, ids: Iterable[str]) -> dict[str, Incident]:
    """Do the same on a connection of the driver's own."""
    rows = await connection.fetch(
        "select id, state::text, number from incidents where id = any($1::text[])"
        " order by id for update",
        sorted(set(ids)),
    )
    return {row["id"]: from_row(row["state"], row["number"]) for row in rows}


async def get_many(tx: AsyncConnection, ids: Iterable[str]) -> dict[str, Incident]:
    """Read these incidents without holding them."""
    query = sa.select(incidents.c.id, *_WHOLE).where(incidents.c.id == any_of(ids))
    return {row.id: from_row(row.state, row.number) for row in await tx.execute(query)}


async def select(
    tx: AsyncConnection,
    *,
    where: Sequence[Where] = (),
    order_by: Sequence[Any] = (),
    limit: int,
    offset: int = 0,
) -> list[Incident]:
    """List the incidents that fit, in the order asked for."""
    query = sa.select(*_WHOLE).where(*where).order_by(*order_by).limit(limit).offset(offset)
    return [from_row(row.state, row.number) for row in await tx.execute(query)]


async def count(tx: AsyncConnection, *where: Where) -> int:
    """Count the incidents that fit."""
    query = sa.select(sa.func.count()).select_from(incidents).where(*where)
    return int((await tx.execute(query)).scalar_one())


async def services_of(tx: AsyncConnection, ids: Iterable[str]) -> dict[str, str]:
    """Return the id of the service of each of these incidents."""
    query = sa.select(incidents.c.id, incidents.c.service_id).where(incidents.c.id.in_(set(ids)))
    return {row.id: row.service_id for row in await tx.execute(query)}


async def numbers(tx: AsyncConnection, ids: Iterable[str]) -> dict[str, int]:
    """Return the numbers of those of these incidents that exist."""
    query = sa.select(incidents.c.id, incidents.c.number).where(incidents.c.id.in_(set(ids)))
    return {row.id: row.number for row in await tx.execute(query)}


async def open_with_key(tx: AsyncConnection, service_id: str, key: str) -> str | None:
    """Return the id of the service's open incident that has this incident key."""
    query = sa.select(incidents.c.id).where(
        incidents.c.service_id == service_id,
        incidents.c.incident_key == key,
        incidents.c.status != "resolved",
    )
    return (await tx.execute(query.limit(1))).scalar()
