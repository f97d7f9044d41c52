"""What must hold in the database at every instant, whatever was killed."""

from collections.abc import Iterable, Iterator, Sequence
from typing import Any, Final

import sqlalchemy as sa

from tests.crash.load import Story
from tocsin.store.database import Database

ALERTS: Final = """
select a.dedup_key, array_agg(distinct a.id) as alerts, min(a.status) as status,
  min(i.status) as incident_status,
  count(*) filter (where l.type = 'trigger_log_entry') as triggers,
  count(*) filter (where l.type = 'acknowledge_log_entry') as acknowledgements,
  count(*) filter (where l.type = 'assign_log_entry') as assignments
from alerts a
left join incidents i on i.id = a.incident_id
left join log_entries l on l.incident_id = i.id
group by a.dedup_key
"""

# Each timer that an open incident says is running has exactly one row, due when it says.
TIMERS: Final = """
select i.number, t.kind, t.at, array_agg(w.planned_for) filter (where w.id is not null) as planned
from incidents i
cross join lateral (values
  ('escalate', (i.state->>'escalate_at')::timestamptz),
  ('unacknowledge', (i.state->>'unacknowledge_at')::timestamptz),
  ('auto_resolve', (i.state->>'resolve_at')::timestamptz),
  ('urgency_change', (i.state->>'urgency_change_at')::timestamptz)
) as t(kind, at)
left join work w
  on w.incident_id = i.id and w.kind = t.kind and w.generation = i.generation
where i.status <> 'resolved'
group by i.number, t.kind, t.at
having array_agg(w.planned_for) filter (where w.id is not null)
  is distinct from case when t.at is not null then array[t.at] end
"""

CLIMBERS: Final = """
select number from incidents
where status = 'triggered' and urgency = 'high' and not (state->>'exhausted')::boolean
  and state->>'assigned_via' = 'escalation_policy' and state->>'escalate_at' is null
"""

# Whoever has a triggered incident before them was told of it, or will be.
PAGES: Final = """
select i.number, u.name
from incidents i
cross join lateral json_array_elements(i.state->'assignments') as a
join users u on u.id = a->>'user_id'
where i.status = 'triggered'
  and not exists (
    select from work w where w.incident_id = i.id and w.kind = 'notify'
      and w.user_id = u.id and w.generation = i.generation)
  and not exists (
    select from notifications n where n.incident_id = i.id and n.user_id = u.id
      and n.status = 'success' and n.at >= (a->>'at')::timestamptz)
"""

STRAYS: Final = "select reason from quarantine"


async def breaches(database: Database, stories: Iterable[Story]) -> list[str]:
    """Say in a sentence each what should not be so."""
    alerts = {row["dedup_key"]: row for row in await _rows(database, ALERTS)}
    timers = await _rows(database, TIMERS)
    climbers = await _rows(database, CLIMBERS)
    pages = await _rows(database, PAGES)
    strays = await _rows(database, STRAYS)
    return [
        *(told for story in stories for told in _broken_promises(story, alerts.get(story.name))),
        *(f"#{t['number']} should {t['kind']} at {t['at']}, not {t['planned']}." for t in timers),
        *(f"#{c['number']} will never escalate." for c in climbers),
        *(f"{p['name']} is never told of #{p['number']}." for p in pages),
        *(f"A good event is in quarantine: {s['reason']}" for s in strays),
    ]


def _broken_promises(story: Story, alert: Any) -> Iterator[str]:
    """Compare what senders were told with what is stored."""
    if not story:
        return
    if alert is None:
        yield f"{story.name} was taken and is nowhere."
        return
    if len(alert["alerts"]) != 1:
        yield f"{story.name} is open more than once."
    if not alert["assignments"]:
        yield f"{story.name} has an incident that was put before nobody."
    if alert["triggers"] < story["trigger"]:
        yield f"{story.name} was triggered {story['trigger']} times; the log has fewer."
    if alert["acknowledgements"] < story["acknowledge"]:
        yield f"{story.name} has lost its acknowledgement."
    standing = {alert["status"] == "resolved", alert["incident_status"] == "resolved"}
    if "resolve" not in story.sent:
        allowed = [{False}]
    else:
        allowed = [{True}] if story["resolve"] else [{True}, {False}]
    if standing not in allowed:
        yield f"{story.name} is {alert['status']}, its incident {alert['incident_status']}."


async def _rows(database: Database, query: str) -> Sequence[Any]:
    async with database.read() as tx:
        return (await tx.execute(sa.text(query))).mappings().all()
