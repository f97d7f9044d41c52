"""Services: what can be asked about them beyond their rows."""

from collections.abc import Iterable
from datetime import datetime
from typing import Final

import msgspec
import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from tocsin.domain.service import Service
from tocsin.store import tables
from tocsin.store.rows import Rows, Where

SERVICES: Final = Rows(tables.services, Service)
BY_NAME: Final = (sa.func.lower(tables.services.c.name),)
BY_NAME_BACKWARDS: Final = (sa.func.lower(tables.services.c.name).desc(),)

# One statement for any number of services: open incidents are few and have an index of their own,
# the newest incident is the first of an index, and windows that are not over are few.
_STANDINGS: Final = sa.text("""
with open as materialized (
  select service_id, bool_or(status = 'triggered') as triggered from incidents
  where status <> 'resolved' group by service_id
)
select s.id,
  coalesce(o.triggered, false) as has_triggered,
  o.service_id is not null as has_open,
  exists (
    select from maintenance_windows w
    where s.id = any(w.service_ids) and w.start <= :now and w."end" > :now
  ) as in_maintenance,
  (select max(created_at) from incidents i where i.service_id = s.id) as last_incident_at
from unnest(cast(:ids as text[])) as s(id) left join open o on o.service_id = s.id
""")


class Standing(msgspec.Struct, frozen=True, kw_only=True):
    """How a service fares: what its status is made of."""

    has_triggered: bool = False
    has_open: bool = False
    in_maintenance: bool = False
    last_incident_at: datetime | None = None


def named_like(text: str) -> Where:
    """Find by a part of the name."""
    return SERVICES.c.name.icontains(text, autoescape=True)


async def standings(tx: AsyncConnection, ids: Iterable[str], now: datetime) -> dict[str, Standing]:
    """Say how each of these services fares."""
    rows = await tx.execute(_STANDINGS, {"ids": sorted(set(ids)), "now": now})
    return {row.id: msgspec.convert(dict(row._mapping), Standing) for row in rows}


async def open_incidents(tx: AsyncConnection, service_id: str) -> list[str]:
    """Return the ids of the service's incidents that are not over."""
    incidents = tables.incidents.c
    query = sa.select(incidents.id).where(
        incidents.service_id == service_id, incidents.status != "resolved"
    )
    return list((await tx.execute(query)).scalars())
