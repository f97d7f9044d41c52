"""Services: what can be asked about them beyond their rows."""

from collections.abc import Iterable
from datetime import datetime
from typing import Final

import msgspec
import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from tocsin.domain.intake.service import Service
from tocsin.store import tables
from tocsin.store.rows import Rows, Where

SERVICES: Final = Rows(tables.services, Service)
BY_NAME: Final = (sa.func.lower(tables.services.c.name),)
BY_NAME_BACKWARDS: Final = (sa.func.lower(tables.services.c.name).desc(),)

# One statement for any number of services: open incidents are few and have an index of their own,
# the newest incident is the first of an index, and windows that are not over are few.
_STANDINGS: Final = sa.text("""
with open as materialized (
  select service_id, count(*) filter (where status = 'triggered') as triggered,
    count(*) filter (where status = 'acknowledged') as acknowledged
  from incidents where status <> 'resolved' group by service_id
), maintained as materialized (
  select service_id as id, max("end") as until
  from maintenance_windows, unnest(service_ids) as covered(service_id)
  where start <= :now and "end" > :now group by service_id
)
select s.id, coalesce(o.triggered, 0) as triggered, coalesce(o.acknowledged, 0) as acknowledged,
  m.until as maintenance_until,
  (select max(created_at) from incidents i where i.service_id = s.id) as last_incident_at
from unnest(cast(:ids as text[])) as s(id)
left join open o on o.service_id = s.id left join maintained m on m.id = s.id
""")


class Standing(msgspec.Struct, frozen=True, kw_only=True):
    """How a service fares: its open incidents by their status, and what its status is made of."""

    triggered: int = 0
    acknowledged: int = 0
    maintenance_until: datetime | None = None
    last_incident_at: datetime | None = None

    @property
    def open(self) -> int:
        """How many incidents are not over."""
        return self.triggered + self.acknowledged

    @property
    def in_maintenance(self) -> bool:
        """Whether a maintenance window covers the service now."""
        return self.maintenance_until is not None


def named_like(text: str) -> Where:
    """Find by a part of the name."""
    return SERVICES.c.name.icontains(text, autoescape=True)


def about(text: str) -> Where:
    """Find by a part of the name or of the description."""
    return sa.or_(named_like(text), SERVICES.c.description.icontains(text, autoescape=True))


def with_open_incidents() -> Where:
    """Find those with an incident that is not over."""
    incidents = tables.incidents.c
    is_open = incidents.status != sa.literal_column("'resolved'")  # in an index's own words
    return SERVICES.c.id.in_(sa.select(incidents.service_id).where(is_open))


def in_maintenance(now: datetime) -> Where:
    """Find those that a maintenance window covers now."""
    windows = tables.maintenance_windows.c
    covered = sa.select(sa.func.unnest(windows.service_ids))
    return SERVICES.c.id.in_(covered.where(windows.start <= now, windows.end > now))


async def standings(tx: AsyncConnection, ids: Iterable[str], now: datetime) -> dict[str, Standing]:
    """Say how each of these services fares."""
    rows = await tx.execute(_STANDINGS, {"ids": sorted(set(ids)), "now": now})
    return {row.id: msgspec.convert(dict(row._mapping), Standing) for row in rows}


class Tally(msgspec.Struct, frozen=True, kw_only=True):
    """How many services there are, and how many of them need a look."""

    all: int = 0
    open: int = 0
    maintenance: int = 0
    disabled: int = 0


async def tally(tx: AsyncConnection, now: datetime, *where: Where) -> Tally:
    """Count those that fit, by how they fare."""
    count = sa.func.count()
    query = sa.select(
        count.label("all"),
        count.filter(with_open_incidents()).label("open"),
        count.filter(in_maintenance(now)).label("maintenance"),
        count.filter(SERVICES.c.disabled).label("disabled"),
    ).where(*where)
    return Tally(**(await tx.execute(query.select_from(tables.services))).one()._mapping)


async def open_incidents(tx: AsyncConnection, service_id: str) -> list[str]:
    """Return the ids of the service's incidents that are not over."""
    incidents = tables.incidents.c
    query = sa.select(incidents.id).where(
        incidents.service_id == service_id, incidents.status != "resolved"
    )
    return list((await tx.execute(query)).scalars())
