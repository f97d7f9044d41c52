"""Alert rules: found, and those that speak of monitors."""

from collections.abc import Iterable
from typing import Final

import msgspec
import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from tocsin.domain.alert_rule import AlertRule
from tocsin.store.monitoring_tables import alert_rules
from tocsin.store.rows import Rows, Where

RULES: Final = Rows(alert_rules, AlertRule)
BY_NAME: Final = (sa.func.lower(alert_rules.c.name),)


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
    return [msgspec.convert(dict(row), AlertRule) for row in rows.mappings()]
