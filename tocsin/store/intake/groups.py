"""Groups: open incidents with what their alerts say, for alerts that may join them."""

from collections.abc import Mapping
from datetime import datetime
from typing import Final

import asyncpg
import msgspec

from tocsin.domain.intake.event import Event
from tocsin.domain.intake.grouping import FIELDS, Group, Grouping, horizon, traits_of

# Held until the transaction ends, so that two batches do not both begin what should be one.
_TAKE_TURNS = """
select pg_advisory_xact_lock(turn) from (
  select distinct hashtextextended(id, 0) as turn from unnest($1::text[]) as s(id) order by turn
) turns
"""

# One statement for all services. Only the parts of an event that are compared leave the database.
_FIND = """
select n.service_id, n.id, n.created_at, greatest(a.last, n.created_at) as last, a.count, s.said
from unnest($1::text[], $2::timestamptz[], $3::timestamptz[], $4::bool[], $5::bool[], $6::int[])
  as w(service_id, begun, heard, content, details, most)
cross join lateral (
  select id, service_id, created_at, number from incidents
  where service_id = w.service_id and status <> 'resolved' and created_at >= w.begun
  order by created_at desc, number desc limit w.most
) n
cross join lateral (
  select max(created_at) as last, count(*) from alerts where incident_id = n.id
) a
cross join lateral (
  select array_agg(distinct json_build_object(
    'action', 'trigger', 'dedup_key', '', 'summary', body->'summary',
    'severity', body->'severity', 'source', body->'source', 'component', body->'component',
    'group', body->'group', 'event_class', body->'event_class',
    'custom_details', case when w.details then body->'custom_details' end
  )::text) as said
  from alerts where w.content and incident_id = n.id
) s
where a.count > 0 and greatest(a.last, n.created_at) >= w.heard
order by n.created_at, n.number
"""

FEW: Final = 10  # all fit by time, and the newest counts
MOST: Final = 1000

_decode = msgspec.json.Decoder(Event).decode


async def take_turns(connection: asyncpg.Connection, service_ids: Mapping[str, object]) -> None:
    """Wait until nobody else may begin incidents of these services by grouping."""
    await connection.execute(_TAKE_TURNS, list(service_ids))


async def find(
    connection: asyncpg.Connection, wanted: Mapping[str, Grouping], now: datetime
) -> dict[str, list[Group]]:
    """Find the groups of these services, the newest last, except the old ones; none is held."""
    horizons = [horizon(grouping, now) for grouping in wanted.values()]
    rows = await connection.fetch(
        _FIND,
        list(wanted),
        [begun for begun, _ in horizons],
        [heard for _, heard in horizons],
        [grouping.by != "time" for grouping in wanted.values()],
        [_wants_details(grouping) for grouping in wanted.values()],
        [FEW if grouping.by == "time" else MOST for grouping in wanted.values()],
    )
    found: dict[str, list[Group]] = {}
    for row in rows:
        group = _group(row, wanted[row["service_id"]])
        found.setdefault(row["service_id"], []).append(group)
    return found


def _wants_details(grouping: Grouping) -> bool:
    return not set(grouping.fields) <= set(FIELDS)


def _group(row: asyncpg.Record, grouping: Grouping) -> Group:
    return Group(
        incident_id=row["id"],
        began=row["created_at"],
        last_alert_at=row["last"],
        alerts=row["count"],
        traits=frozenset(traits_of(grouping, _decode(text)) for text in row["said"] or ()),
    )
