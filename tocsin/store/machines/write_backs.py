"""The open alerts of incidents that tools want to hear of."""

from collections.abc import Collection
from typing import Final

import asyncpg

from tocsin.domain.machines.write_back import AtlasAlert

# Incidents first: they have an index, and a few alerts each.
_OPEN: Final = """
select integration_id, incident_id, dedup_key as alert_id,
  coalesce(body -> 'custom_details' ->> 'groupId', '') as group_id
from alerts
where incident_id = any($1::text[]) and integration_id = any($2::text[]) and status = 'triggered'
order by id
"""


async def atlas_alerts(
    connection: asyncpg.Connection, incident_ids: Collection[str], integration_ids: Collection[str]
) -> list[AtlasAlert]:
    """Find the open alerts of these incidents that came through these integrations."""
    rows = await connection.fetch(_OPEN, sorted(incident_ids), sorted(integration_ids))
    return [AtlasAlert(**row) for row in rows]
