"""Monitors: found, leased when a round is due, and what they found last."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Final

import msgspec
import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.ext.asyncio import AsyncConnection

from tocsin.domain.monitoring.environment import BUILT_IN_AGENT
from tocsin.domain.monitoring.monitor import Monitor, Result
from tocsin.store.monitoring.monitoring_tables import monitors
from tocsin.store.pieces import FOR_PROBERS, WAKE_ENGINES
from tocsin.store.rows import Rows, Where

MONITORS: Final = Rows(monitors, Monitor)
BY_NAME: Final = (sa.func.lower(monitors.c.name),)

_MOVE_ON: Final = sa.text("""
update monitors set next_round = given.next_round
from unnest(cast(:ids as text[]), cast(:rounds as timestamptz[])) as given(id, next_round)
where monitors.id = given.id
""")
_FORGET_IN_RULES: Final = sa.text("""
update alert_rules set monitor_ids = array_remove(monitor_ids, cast(:id as varchar))
where monitor_ids @> array[cast(:id as varchar)] and cardinality(monitor_ids) > 1
""")
_NEWEST: Final = sa.text("""
select m.id as monitor_id, a.agent_id, r.round, r.at, r.ok, r.fault_kind, r.fault, r.values
from monitors m
cross join lateral unnest(
  case when m.agent_ids = '{}' then array[:built_in] else m.agent_ids::text[] end
) as a(agent_id)
cross join lateral (
  select * from measurements
  where monitor_id = m.id and agent_id = a.agent_id order by round desc limit 1
) r
where m.id = any(cast(:ids as text[])) order by m.id, a.agent_id
""")
_POINTS: Final = sa.text("""
select to_timestamp(floor(extract(epoch from round) / :width) * :width) as at, agent_id,
  avg(case json_typeof(values -> :value) when 'number' then (values ->> :value)::float end)
    as value,
  bool_and(ok) as ok
from measurements
where monitor_id = :id and round >= :since and round < :until
group by 1, 2 order by 1, 2
""")
_CALLED: Final = sa.text("""
update monitors set called_at = :now, took = case
  when started_at > coalesce(greatest(called_at, failed_at), '-infinity')
  then least(extract(epoch from cast(:now as timestamptz) - started_at) * 1000, 2147483647)::int
end
where id = :id
""")
_STARTED: Final = sa.text("update monitors set started_at = :now where id = :id")
_FAILED: Final = sa.text("""
update monitors set failed_at = :now, took = null,
  next_round = case when paused then null else cast(:now as timestamptz) end
where id = :id
""")


class Point(msgspec.Struct, frozen=True, kw_only=True):
    """A point of a plot. ``value`` is the mean of its rounds; not ``ok`` if one of them was not."""

    at: datetime
    agent_id: str
    value: float | None
    ok: bool


def of_environment(environment_id: str) -> Where:
    """Find the monitors of an environment."""
    return monitors.c.environment_id == environment_id


def measured_by(agent_id: str) -> Where:
    """Find the monitors that an agent measures, even if others do it too."""
    named = sa.cast(monitors.c.agent_ids, ARRAY(sa.Text))
    contains: Where = named.contains([agent_id])
    return contains


async def hold_all(tx: AsyncConnection, environment_id: str) -> list[str]:
    """Lock all monitors of an environment, and return their ids."""
    query = sa.select(monitors.c.id).where(of_environment(environment_id)).order_by(monitors.c.id)
    return list((await tx.execute(query.with_for_update())).scalars())


async def lease(tx: AsyncConnection, until: datetime, *, limit: int) -> list[Monitor]:
    """Hold monitors whose round is due and that no other node holds, the earliest first."""
    query = (
        sa.select(monitors)
        .where(monitors.c.next_round <= until)
        .order_by(monitors.c.next_round)
        .limit(limit)
        # Whoever writes a measurement refers to its monitor, and shall keep nobody away.
        .with_for_update(skip_locked=True, key_share=True)
    )
    return [MONITORS.read(row) for row in (await tx.execute(query)).mappings()]


async def move_on(tx: AsyncConnection, rounds: Mapping[str, datetime]) -> None:
    """Plan the next round of each of these monitors."""
    await tx.execute(_MOVE_ON, {"ids": list(rounds), "rounds": list(rounds.values())})


async def next_due(tx: AsyncConnection) -> datetime | None:
    """Return when the next round is due."""
    query = sa.select(sa.func.min(monitors.c.next_round))
    due: datetime | None = (await tx.execute(query)).scalar_one()
    return due


async def wake(tx: AsyncConnection) -> None:
    """Tell engines, when this transaction is committed, that a round may be due."""
    await tx.execute(sa.select(sa.func.pg_notify(WAKE_ENGINES, FOR_PROBERS)))


async def forget_in_rules(tx: AsyncConnection, monitor_id: str) -> None:
    """Let no rule name a monitor, unless it names no other: then it would mean all of them."""
    await tx.execute(_FORGET_IN_RULES, {"id": monitor_id})


async def newest(tx: AsyncConnection, monitor_ids: Iterable[str]) -> dict[str, list[Result]]:
    """Return what each agent found last at each of these monitors."""
    found: dict[str, list[Result]] = {}
    given = {"ids": sorted(set(monitor_ids)), "built_in": BUILT_IN_AGENT}
    for row in (await tx.execute(_NEWEST, given)).mappings():
        result = msgspec.convert({**row, "measurement": {**row}}, Result)
        found.setdefault(result.monitor_id, []).append(result)
    return found


async def points(
    tx: AsyncConnection,
    monitor_id: str,
    *,
    value: str,
    since: datetime,
    until: datetime,
    width: float,
) -> list[Point]:
    """Return what each agent found, one point for so many seconds."""
    given = {"id": monitor_id, "value": value, "since": since, "until": until, "width": width}
    return [Point(**row) for row in (await tx.execute(_POINTS, given)).mappings()]


async def with_key(tx: AsyncConnection, key_hash: bytes) -> str | None:
    """Find the heartbeat that has a key."""
    query = sa.select(monitors.c.id).where(monitors.c.key_hash == key_hash)
    id_: str | None = (await tx.execute(query)).scalar()
    return id_


async def note_call(tx: AsyncConnection, monitor_id: str, now: datetime) -> None:
    """Write down that the job behind a heartbeat is done."""
    await tx.execute(_CALLED, {"id": monitor_id, "now": now})


async def note_start(tx: AsyncConnection, monitor_id: str, now: datetime) -> None:
    """Write down that the job behind a heartbeat began."""
    await tx.execute(_STARTED, {"id": monitor_id, "now": now})


async def note_failure(tx: AsyncConnection, monitor_id: str, now: datetime) -> None:
    """Write down that the job behind a heartbeat failed, and let the next round be at once."""
    await tx.execute(_FAILED, {"id": monitor_id, "now": now})
