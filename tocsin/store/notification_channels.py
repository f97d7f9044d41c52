"""Notification channels: found, noted what came of telling them, and let go."""

from datetime import datetime
from typing import Final

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from tocsin.domain.notification_channel import NotificationChannel, Outcome
from tocsin.store.columns import Id
from tocsin.store.deliveries import DELIVERIES
from tocsin.store.monitoring_tables import alert_rules, environments, notification_channels
from tocsin.store.rows import Rows, Where

CHANNELS: Final = Rows(notification_channels, NotificationChannel)
BY_NAME: Final = (sa.func.lower(notification_channels.c.name),)

_c: Final = notification_channels.c


def of_environment(environment_id: str) -> Where:
    """Find the channels of an environment, without those that were removed."""
    return sa.and_(_c.environment_id == environment_id, _c.removed_at.is_(None))


async def note(
    tx: AsyncConnection, channel_id: str, outcome: Outcome, *, is_over: bool, now: datetime
) -> None:
    """Keep what came of telling a channel. That it was sent is less than what may be confirmed."""
    values = {"last_at": now, "last_ok": outcome.ok, "last_detail": outcome.detail}
    query = sa.update(notification_channels).where(_c.id == channel_id)
    await tx.execute(query.values(values))
    if outcome.ok:
        await tx.execute(query.where(_c.proof != "confirmed").values(proof="sent"))
    elif is_over:
        await tx.execute(query.values(proof="failed"))


async def detach(tx: AsyncConnection, channel_id: str) -> None:
    """Let no environment and no rule name a channel."""
    for table in (environments, alert_rules):
        ids = table.c.channel_ids
        without = {"channel_ids": sa.func.array_remove(ids, sa.cast(channel_id, Id))}
        query = sa.update(table).where(sa.cast(channel_id, Id) == sa.any_(ids))
        await tx.execute(query.values(without))


async def forget_removed(tx: AsyncConnection, channel_id: str) -> bool:
    """Delete a channel that was removed, once nothing waits to be told; say whether it is gone."""
    waiting = sa.exists().where(
        DELIVERIES.c.destination_id == channel_id, DELIVERIES.c.status == "waiting"
    )
    query = sa.delete(notification_channels).where(
        _c.id == channel_id, _c.removed_at.is_not(None), ~waiting
    )
    return (await tx.execute(query.returning(_c.id))).first() is not None
