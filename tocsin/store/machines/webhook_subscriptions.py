"""Webhook subscriptions, found by what they are for, and those that hear of a service."""

from typing import Final

import asyncpg
import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from tocsin.domain.machines.delivery import WebhookSubscription
from tocsin.domain.machines.webhook import Listener
from tocsin.store.driver import driver
from tocsin.store.machines.delivery_tables import webhook_subscriptions
from tocsin.store.rows import Rows

SUBSCRIPTIONS: Final = Rows(webhook_subscriptions, WebhookSubscription)
OLDEST_FIRST: Final = (webhook_subscriptions.c.created_at,)

_LISTENERS: Final = """
select w.id, w.events, w.disabled_until,
  case w.filter_type
    when 'service_reference' then array[w.filter_id]
    when 'team_reference' then array(
      select s.id from services s join escalation_policies p on p.id = s.escalation_policy_id
      where w.filter_id = any(p.team_ids)
    )
  end as service_ids
from webhook_subscriptions w where w.active order by w.id
"""


async def listeners(connection: asyncpg.Connection) -> tuple[Listener, ...]:
    """Read who hears of what."""
    return tuple(
        Listener(
            id=row["id"],
            events=frozenset(row["events"]),
            service_ids=None if row["service_ids"] is None else frozenset(row["service_ids"]),
            disabled_until=row["disabled_until"],
        )
        for row in await connection.fetch(_LISTENERS)
    )


async def listeners_now(tx: AsyncConnection) -> tuple[Listener, ...]:
    """Read who hears of what, as the transaction itself has changed it."""
    return await listeners(await driver(tx))


async def set_drops(tx: AsyncConnection, id_: str, drops: int) -> None:
    """Count refusals in a row, without a word to those who keep the configuration."""
    where = webhook_subscriptions.c.id == id_
    await tx.execute(sa.update(webhook_subscriptions).where(where).values(drops=drops))
