"""Alert rules: found, and those that speak of monitors."""

from collections.abc import Iterable
from typing import Final, Literal

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from tocsin.domain.monitoring.alert_rule import AlertRule
from tocsin.store.monitoring.monitoring_tables import (
    alert_rules,
    monitors,
    notification_channels,
    notification_schemes,
)
from tocsin.store.rows import Rows, Where

RULES: Final = Rows(alert_rules, AlertRule)
BY_NAME: Final = (sa.func.lower(alert_rules.c.name),)

Field = Literal["monitor_ids", "channel_ids", "scheme_ids"]  # of a rule, naming things
_NAMED: Final = {
    "monitor_ids": monitors,
    "channel_ids": notification_channels,
    "scheme_ids": notification_schemes,
}


def of_environment(environment_id: str) -> Where:
    """Find the rules of an environment."""
    return alert_rules.c.environment_id == environment_id


async def watching(tx: AsyncConnection, environment_ids: Iterable[str]) -> list[AlertRule]:
    """Return the rules of environments that are in force; nobody edits them until this is over."""
    in_force = (
        alert_rules.c.enabled,
        alert_rules.c.environment_id.in_(sorted(set(environment_ids))),
    )
    query = sa.select(alert_rules).where(*in_force).order_by(alert_rules.c.id)
    rows = await tx.execute(query.with_for_update(read=True, key_share=True))
    return [RULES.read(row) for row in rows.mappings()]


async def kept_in(
    tx: AsyncConnection, field: Field, environment_id: str, ids: Iterable[str]
) -> set[str]:
    """Return which of these things an environment has; nobody deletes them until this is over."""
    table = _NAMED[field]
    there = [table.c.environment_id == environment_id, table.c.id.in_(sorted(set(ids)))]
    if "removed_at" in table.c:
        there.append(table.c.removed_at.is_(None))
    query = sa.select(table.c.id).where(*there).order_by(table.c.id)
    return set((await tx.execute(query.with_for_update(read=True, key_share=True))).scalars())
