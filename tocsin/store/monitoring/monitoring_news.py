"""What happened last to monitors, violations and whoever is told: small, and quickly read."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Final

import msgspec
import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

# Of all monitors together, measurements are news only so often: some end at every moment. What is
# cleared counts among the open no longer: that it was is seen at those that began last, and of one
# monitor at the last of each rule, as no other can have been open.
_OF_ALL: Final = sa.text("""
select greatest(r.at, v.at, n.at) as at,
  concat_ws(' ', date_bin('5 seconds', r.at, 'epoch'), v.*) as mark
from (
  select max(at) as at from (select at from measurements order by round desc limit 50) newest
) r, (
  select max(updated_at) as at, count(*) from violations where state <> 'cleared'
) v, (
  select max(updated_at) as at
  from (select updated_at from violations order by began_at desc, id desc limit 50) newest
) n
""")
_OF_MONITORS: Final = sa.text("""
select m.id, greatest(r.at, v.at, n.at, m.called_at) as at,
  concat_ws(' ', r.at, m.called_at, m.paused, v.*) as mark
from monitors m
cross join lateral (
  select max(at) as at
  from (select at from measurements where monitor_id = m.id order by round desc limit 8) newest
) r
cross join lateral (
  select max(updated_at) as at, count(*) from violations
  where monitor_id = m.id and state <> 'cleared'
) v
cross join lateral (
  select max(newest.updated_at) as at
  from alert_rules a
  cross join lateral (
    select updated_at from violations
    where monitor_id = m.id and rule_id = a.id order by id desc limit 1
  ) newest
  where a.environment_id = m.environment_id
) n
where m.id = any(cast(:ids as text[]))
""")
_OF_VIOLATIONS: Final = sa.text("""
select v.id, greatest(v.updated_at, d.at) as at, concat_ws(' ', v.updated_at, d.*) as mark
from violations v
cross join lateral (
  select max(greatest(created_at, finished_at)) as at, count(*), sum(attempts), count(finished_at)
  from deliveries where thread_id = v.id
) d
where v.id = any(cast(:ids as text[]))
""")
_OF_DESTINATIONS: Final = sa.text("""
select given.id, d.at, concat_ws(' ', d.*) as mark
from unnest(cast(:ids as text[])) as given(id)
cross join lateral (
  select max(greatest(created_at, finished_at)) as at, max(sequence), sum(attempts),
    count(finished_at)
  from (
    select * from deliveries where destination_id = given.id order by sequence desc limit 50
  ) newest
) d
""")
_OF_METHODS: Final = sa.text("""
select c.id, greatest(c.proven_at, c.fault_at, s.at) as at,
  concat_ws(' ', c.proven_at, c.fault_at, s.*) as mark
from contact_methods c
cross join lateral (
  select max(greatest(at, receipt_at, answered_at)) as at, max(id), string_agg(receipt, ' ')
  from (
    select * from messages where user_id = c.user_id and contact_method_id = c.id
    order by at desc limit 5
  ) newest
) s
where c.id = any(cast(:ids as text[]))
""")
_OF: Final[Mapping[str, sa.TextClause]] = {
    "monitor": _OF_MONITORS,
    "violation": _OF_VIOLATIONS,
    "destination": _OF_DESTINATIONS,
    "method": _OF_METHODS,
}
KINDS: Final = tuple(_OF)


class Sign(msgspec.Struct, frozen=True):
    """When something happened last, and what differs from one time to the next."""

    at: datetime | None
    mark: str


async def of_all(tx: AsyncConnection) -> Sign:
    """Read what happened last at any monitor."""
    row = (await tx.execute(_OF_ALL)).one()
    return Sign(row.at, row.mark)


async def of(tx: AsyncConnection, kind: str, ids: Iterable[str]) -> dict[str, Sign]:
    """Read what happened last to each of these things of a kind, of those that exist."""
    rows = await tx.execute(_OF[kind], {"ids": sorted(set(ids))})
    return {row.id: Sign(row.at, row.mark) for row in rows}
