"""Notification channels: found, noted what came of telling them, and let go."""

from datetime import datetime
from typing import Final

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from tocsin.domain.monitoring.notification_channel import NotificationChannel, Outcome
from tocsin.store.columns import Id
from tocsin.store.machines.deliveries import DELIVERIES
from tocsin.store.monitoring.monitoring_tables import (
    alert_rules,
    environments,
    notification_channels,
    threads,
)
from tocsin.store.rows import Rows, Where

CHANNELS: Final = Rows(notification_channels, NotificationChannel)
BY_NAME: Final = (sa.func.lower(notification_channels.c.name),)

_c: Final = notification_channels.c
_is_awaited: Final = sa.exists().where(
    DELIVERIES.c.destination_id == _c.id, DELIVERIES.c.status == "waiting"
)


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
    if outcome.confirmed:
        await confirm(tx, channel_id)
    elif outcome.ok:
        await tx.execute(query.where(_c.proof != "confirmed").values(proof="sent"))
    elif is_over:
        await tx.execute(query.values(proof="failed"))


async def confirm(tx: AsyncConnection, channel_id: str) -> None:
    """Keep that the other side was seen to have what it was told."""
    query = sa.update(notification_channels).where(_c.id == channel_id, _c.proof != "confirmed")
    await tx.execute(query.values(proof="confirmed"))


async def to_ask(
    tx: AsyncConnection, now: datetime, *, asked_before: datetime
) -> list[NotificationChannel]:
    """Claim the channels that have something open, and whose other side was not asked since."""
    is_open = sa.exists().where(threads.c.channel_id == _c.id, threads.c.closed_at.is_(None))
    query = (
        sa.update(notification_channels)
        .where(
            _c.is_connected,
            _c.removed_at.is_(None),
            sa.or_(_c.asked_at.is_(None), _c.asked_at <= asked_before),
            is_open,
        )
        .values(asked_at=now)
        .returning(notification_channels)
    )
    return [CHANNELS.read(row) for row in (await tx.execute(query)).mappings()]


async def to_leave(tx: AsyncConnection) -> list[str]:
    """Find the channels that were removed, and over there only wait for us to clean up."""
    query = sa.select(_c.id).where(_c.removed_at.is_not(None), _c.is_connected, ~_is_awaited)
    return list((await tx.execute(query.order_by(_c.removed_at))).scalars())


async def detach(tx: AsyncConnection, channel_id: str) -> None:
    """Let no environment and no rule name a channel."""
    for table in (environments, alert_rules):
        ids = table.c.channel_ids
        without = {"channel_ids": sa.func.array_remove(ids, sa.cast(channel_id, Id))}
        query = sa.update(table).where(sa.cast(channel_id, Id) == sa.any_(ids))
        await tx.execute(query.values(without))


async def forget_removed(tx: AsyncConnection, channel_id: str) -> bool:
    """Delete a channel that was removed, once nothing is left to do; say whether it is gone."""
    query = sa.delete(notification_channels).where(
        _c.id == channel_id, _c.removed_at.is_not(None), ~_c.is_connected, ~_is_awaited
    )
    return (await tx.execute(query.returning(_c.id))).first() is not None
