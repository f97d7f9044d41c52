"""A past for the database: a million incidents with their alerts and log, made by SQL alone."""

import asyncpg

from tocsin.kit.ids import EPOCH_MS

# Ids of thirteen base-32 digits from a number, as tocsin.kit.ids writes them.
_ID = """
create function pg_temp.id(prefix text, n bigint) returns text language sql immutable as $$
  select prefix || string_agg(
    substr('0123456789ABCDEFGHJKMNPQRSTVWXYZ', ((n >> (5 * d)) & 31)::int + 1, 1), ''
    order by d desc)
  from generate_series(0, 12) d
$$
"""
_PAST = """
create temporary table past on commit drop as
select n,
  pg_temp.id('Q', (((extract(epoch from at) * 1000)::bigint - {epoch}) << 22) + n) as id, at
from (select n, now() - interval '200 days' + n * interval '15 seconds' as at
      from generate_series(1, {count}) n) x
"""
_INCIDENTS = """
insert into incidents (id, title, service_id, status, urgency, incident_key, created_at,
  updated_at, resolved_at, generation, assignee_ids, state)
select id, 'Disk full on db-' || n, $1::text, 'resolved', 'high', null, at, at, at, 2, '{}',
  json_build_object('id', id, 'title', 'Disk full on db-' || n, 'service_id', $1::text,
    'status', 'resolved', 'urgency', 'high', 'created_at', at, 'updated_at', at,
    'last_status_change_at', at, 'resolved_at', at, 'generation', 2,
    'last_status_change_by', json_build_object('kind', 'service', 'id', $1::text),
    'policy', $2::json)
from past
"""
_ALERTS = """
insert into alerts (id, service_id, integration_id, incident_id, dedup_key, status, suppressed,
  summary, severity, created_at, updated_at, resolved_at, body)
select id, $1::text, $2::text, id, 'past-' || n, 'resolved', false, 'Disk full on db-' || n,
  'critical', at, at, at, json_build_object('action', 'trigger', 'dedup_key', 'past-' || n,
    'summary', 'Disk full on db-' || n, 'severity', 'critical', 'source', 'db-' || n)
from past
"""
_LOG = """
insert into log_entries (id, incident_id, type, at, body)
select id, id, 'trigger_log_entry', at,
  json_build_object('agent', json_build_object('kind', 'integration', 'id', $1::text),
    'channel', json_build_object('type', 'api'), 'details', json_build_object('alert_id', id))
from past
"""


async def fill(database_url: str, count: int) -> None:
    """Give the newest integration's service ``count`` resolved incidents."""
    connection = await asyncpg.connect(database_url)
    try:
        async with connection.transaction():
            await _fill(connection, count)
        await connection.execute("vacuum analyze")
    finally:
        await connection.close()


async def _fill(connection: asyncpg.Connection, count: int) -> None:
    row = await connection.fetchrow(
        "select i.id, i.service_id, json_build_object('id', p.id, 'name', p.name,"
        " 'rules', p.rules)::text as policy from integrations i join services s on"
        " s.id = i.service_id join escalation_policies p on p.id = s.escalation_policy_id"
        " order by i.id desc limit 1"
    )
    await connection.execute(_ID)
    await connection.execute(_PAST.format(epoch=EPOCH_MS, count=count))
    await connection.execute(_INCIDENTS, row["service_id"], row["policy"])
    await connection.execute(_ALERTS, row["service_id"], row["id"])
    await connection.execute(_LOG, row["id"])
