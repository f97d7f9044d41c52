"""Notification schemes: found, and those that name a channel."""

from typing import Final

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from tocsin.domain.monitoring.notification_channel import NotificationScheme
from tocsin.store.columns import Id
from tocsin.store.monitoring.monitoring_tables import alert_rules, notification_schemes
from tocsin.store.rows import Rows, Where

SCHEMES: Final = Rows(notification_schemes, NotificationScheme)
BY_NAME: Final = (sa.func.lower(notification_schemes.c.name),)


def of_environment(environment_id: str) -> Where:
    """Find the schemes of an environment."""
    return notification_schemes.c.environment_id == environment_id


def naming(channel_id: str) -> Where:
    """Find the schemes that have a step with a channel."""
    step = sa.literal([{"channel_ids": [channel_id]}], notification_schemes.c.steps.type)
    names: Where = notification_schemes.c.steps.contains(step)
    return names


async def detach(tx: AsyncConnection, scheme_id: str) -> None:
    """Let no rule name a scheme."""
    ids = alert_rules.c.scheme_ids
    without = {"scheme_ids": sa.func.array_remove(ids, sa.cast(scheme_id, Id))}
    query = sa.update(alert_rules).where(sa.cast(scheme_id, Id) == sa.any_(ids))
    await tx.execute(query.values(without))
