"""Measurements: written many at a time, and read back by their rounds."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

import msgspec
import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from tocsin.domain.monitoring.monitor import Monitor, Result
from tocsin.store.monitoring.monitoring_tables import monitors
from tocsin.store.monitoring.monitors import MONITORS

# Whoever sends a result again, because it heard no answer, changes nothing.
_INSERT: Final = sa.text("""
insert into measurements (monitor_id, agent_id, round, at, ok, fault_kind, fault, values)
select monitor_id, agent_id, round, at, ok, fault_kind, fault, values::json
from unnest(
  cast(:monitor_ids as text[]), cast(:agent_ids as text[]), cast(:rounds as timestamptz[]),
  cast(:instants as timestamptz[]), cast(:oks as boolean[]), cast(:fault_kinds as text[]),
  cast(:faults as text[]), cast(:values as text[])
) as given(monitor_id, agent_id, round, at, ok, fault_kind, fault, values)
on conflict do nothing
""")
_NEWEST: Final = sa.text("""
select m.* from unnest(cast(:ids as text[]), cast(:limits as integer[])) as asked(id, most)
cross join lateral (
  select * from measurements where monitor_id = asked.id
  order by round desc, agent_id desc limit asked.most
) m
""")


async def hold_monitors(tx: AsyncConnection, ids: Iterable[str]) -> dict[str, Monitor]:
    """Lock those of these monitors that exist: what is found at one is judged in turns.

    Otherwise two agents that report at once would not know of each other.
    """
    query = sa.select(monitors).where(monitors.c.id.in_(sorted(set(ids)))).order_by(monitors.c.id)
    rows = (await tx.execute(query.with_for_update(key_share=True))).mappings()
    return {row["id"]: MONITORS.read(row) for row in rows}


async def insert(tx: AsyncConnection, results: Sequence[Result]) -> None:
    """Write results, each once."""
    found = [result.measurement for result in results]
    columns: dict[str, list[Any]] = {
        "monitor_ids": [result.monitor_id for result in results],
        "agent_ids": [result.agent_id for result in results],
        "rounds": [result.round for result in results],
        "instants": [result.at for result in results],
        "oks": [one.ok for one in found],
        "fault_kinds": [one.fault_kind for one in found],
        "faults": [one.fault for one in found],
        "values": [msgspec.json.encode(one.values).decode() for one in found],
    }
    await tx.execute(_INSERT, columns)


async def newest(tx: AsyncConnection, asked: Mapping[str, int]) -> dict[str, list[Result]]:
    """Return the newest results of each of these monitors, at most as many as asked for."""
    given = {"ids": list(asked), "limits": list(asked.values())}
    found: dict[str, list[Result]] = {monitor_id: [] for monitor_id in asked}
    for row in (await tx.execute(_NEWEST, given)).mappings():
        result = msgspec.convert({**row, "measurement": {**row}}, Result)
        found[result.monitor_id].append(result)
    return found
