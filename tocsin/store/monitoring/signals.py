"""Signals: which channels hear of what an alert rule finds, and all that they are told of it."""

from collections.abc import Collection
from typing import Final

import msgspec
import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from tocsin.domain.monitoring.alert_rule import Violation
from tocsin.domain.monitoring.signal_making import TEST_MARK, About
from tocsin.store.machines import delivery_tables
from tocsin.store.monitoring import monitoring_tables

EnvironmentAndRule = tuple[str, str]  # their ids

_ATTACHED: Final = sa.text("""
with rule(environment_id, id) as (
  select * from unnest(cast(:environment_ids as text[]), cast(:rule_ids as text[]))
),
attached as (
  select rule.*, unnest(e.channel_ids) as channel_id, 0 as after
  from rule join environments e on e.id = rule.environment_id
  union all
  select rule.*, unnest(r.channel_ids), 0 from rule join alert_rules r on r.id = rule.id
  union all
  select rule.*, named.id, cast(step ->> 'after' as integer)
  from rule join alert_rules r on r.id = rule.id
  join notification_schemes s on s.id = any(r.scheme_ids)
  cross join jsonb_array_elements(s.steps) step
  cross join jsonb_array_elements_text(step -> 'channel_ids') named(id)
)
select environment_id, id, channel_id, min(after) as after from attached
where channel_id in (select id from notification_channels where removed_at is null)
group by environment_id, id, channel_id
order by min(after), channel_id
""")

_ABOUT: Final = sa.text("""
select coalesce(e.name, '') as environment,
  coalesce(case when m.kind <> 'heartbeat' then m.shown end, '') as subject,
  coalesce(r.alarm, '') as alarm, coalesce(r.warning, '') as warning,
  coalesce(r.notes, '') as notes,
  array(select name from agents where id = any(v.agent_ids) order by lower(name)) as agents
from violations v
left join environments e on e.id = v.environment_id
left join monitors m on m.id = v.monitor_id
left join alert_rules r on r.id = v.rule_id
where v.id = :id
""")

_violations: Final = monitoring_tables.violations
_deliveries: Final = delivery_tables.deliveries.c


async def attached(
    tx: AsyncConnection, rules: Collection[EnvironmentAndRule]
) -> dict[EnvironmentAndRule, dict[str, int]]:
    """Return the channels that hear of each rule, the soonest first, and after how many seconds."""
    values = {
        "environment_ids": [environment_id for environment_id, _ in rules],
        "rule_ids": [rule_id for _, rule_id in rules],
    }
    found: dict[EnvironmentAndRule, dict[str, int]] = {}
    for row in await tx.execute(_ATTACHED, values):
        found.setdefault((row.environment_id, row.id), {})[row.channel_id] = row.after
    return found


async def not_yet_told(
    tx: AsyncConnection, violation_ids: Collection[str]
) -> list[tuple[str, str]]:
    """Return violations, and the channels for which a trigger waits that tells how they stand."""
    query = sa.select(_deliveries.thread_id, _deliveries.destination_id).where(
        _deliveries.lane == "signal",
        _deliveries.thread_id == sa.any_(sa.literal(list(violation_ids), sa.ARRAY(sa.Text))),
        _deliveries.kind == "trigger",
        _deliveries.status == "waiting",
        _deliveries.body.is_(None),
    )
    return [(row.thread_id, row.destination_id) for row in await tx.execute(query)]


async def hold_violation(tx: AsyncConnection, violation_id: str) -> Violation | None:
    """Read a violation as it stays until the transaction ends."""
    names = Violation.__struct_fields__
    query = sa.select(*(_violations.c[name] for name in names)).where(
        _violations.c.id == violation_id
    )
    row = (await tx.execute(query.with_for_update(read=True))).first()
    if row is None:
        return None
    return msgspec.convert(dict(zip(names, row, strict=True)), Violation)


async def about(tx: AsyncConnection, violation_id: str) -> About:
    """Read what else is known of a violation that exists."""
    row = (await tx.execute(_ABOUT, {"id": violation_id})).one()
    return msgspec.convert(row, About, from_attributes=True)


async def newest_trial(tx: AsyncConnection, channel_id: str) -> str | None:
    """Return the thread of the newest trial of a channel."""
    query = (
        sa.select(_deliveries.thread_id)
        .where(
            _deliveries.destination_id == channel_id,
            _deliveries.kind == "trigger",
            _deliveries.thread_id.startswith(TEST_MARK, autoescape=True),
        )
        .order_by(_deliveries.sequence.desc())
        .limit(1)
    )
    thread_id: str | None = (await tx.execute(query)).scalar()
    return thread_id
