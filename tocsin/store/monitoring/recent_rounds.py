"""The last rounds of monitors, whatever agents took part in them."""

from collections.abc import Iterable
from datetime import datetime
from typing import Final

import msgspec
import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

MOST_AGENTS: Final = 4  # whose measurements are read for a round, on average

_RECENT: Final = sa.text("""
select wanted.id as monitor_id, r.round, bool_and(r.ok) as ok, max(r.time) as time
from unnest(cast(:ids as text[])) as wanted(id)
cross join lateral (
  select round, ok, case json_typeof(values -> 'response_time')
    when 'number' then (values ->> 'response_time')::float end as time
  from measurements where monitor_id = wanted.id order by round desc limit :rows
) r
group by 1, 2 order by 1, 2
""")


class Round(msgspec.Struct, frozen=True, kw_only=True):
    """One round: whether all agents found all well, and the longest response time."""

    monitor_id: str
    round: datetime
    ok: bool
    time: float | None


async def recent(
    tx: AsyncConnection, monitor_ids: Iterable[str], most: int
) -> dict[str, list[Round]]:
    """Return the last rounds of each of these monitors, ``most`` at most, the oldest first."""
    given = {"ids": sorted(set(monitor_ids)), "rows": most * MOST_AGENTS}
    found: dict[str, list[Round]] = {}
    for row in (await tx.execute(_RECENT, given)).mappings():
        found.setdefault(row["monitor_id"], []).append(Round(**row))
    return {id_: rounds[-most:] for id_, rounds in found.items()}
