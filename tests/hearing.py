"""A channel for tests that hears of all that is found in an environment, and what it was told."""

from typing import Any

import msgspec
import sqlalchemy as sa

from tests.night import Night
from tocsin.domain.monitoring.alert_rule import AlertRule, Violation
from tocsin.domain.monitoring.channel_config import Webhook
from tocsin.domain.monitoring.environment import Environment
from tocsin.domain.monitoring.notification_channel import NotificationChannel
from tocsin.store.machines import delivery_tables
from tocsin.store.monitoring import threads
from tocsin.store.monitoring.violations import VIOLATIONS
from tocsin.usecases.monitoring import alert_rules, environments, notification_channels

DOWN = "!ok"


async def channel(night: Night, env: Environment, name: str = "Chat") -> NotificationChannel:
    """Make a channel that hears of all rules of an environment."""
    wish = notification_channels.Wish(name=name, config=Webhook(url="https://chat.example.com/x"))
    made = await notification_channels.create(night.house, env.id, wish, night.now)
    known = (await environments.get(night.house, env.id)).channel_ids
    attached = environments.Wish(channel_ids=(*known, made.id))
    await environments.change(night.house, env.id, attached)
    return made


async def rule(night: Night, env: Environment, name: str = "Down", **given: Any) -> AlertRule:
    """Make a rule, of all monitors of the environment unless it names some."""
    wish = msgspec.structs.replace(alert_rules.Wish(name=name, alarm=DOWN), **given)
    return await alert_rules.create(night.house, env.id, wish, night.now)


async def violations(night: Night) -> list[Violation]:
    """All violations, the oldest first."""
    async with night.database.read() as tx:
        return await VIOLATIONS.select(tx, order_by=(VIOLATIONS.c.number,))


async def planned(night: Night, channel: NotificationChannel | None = None) -> list[str]:
    """Return what channels are told, or one of them, in order."""
    c = delivery_tables.deliveries.c
    query = sa.select(c.kind).where(c.lane == "signal").order_by(c.sequence)
    if channel:
        query = query.where(c.destination_id == channel.id)
    async with night.database.read() as tx:
        return list((await tx.execute(query)).scalars())


async def deliver(night: Night) -> None:
    """Let all that waits arrive, as couriers would."""
    c = delivery_tables.deliveries.c
    waiting = sa.select(c.destination_id, c.thread_id, c.kind).where(c.status == "waiting")
    async with night.database.begin() as tx:
        for row in (await tx.execute(waiting)).all():
            if row.kind == "trigger":
                await threads.begin(tx, row.destination_id, row.thread_id, night.now)
        done = sa.update(delivery_tables.deliveries).where(c.status == "waiting")
        await tx.execute(done.values(status="delivered", due=None, finished_at=night.now))
