"""Notification rules, in the order in which they will be followed."""

from collections.abc import Iterable
from typing import Final

from sqlalchemy.ext.asyncio import AsyncConnection

from tocsin.domain.people.user import NotificationRule
from tocsin.store import tables
from tocsin.store.rows import Rows, Where

NOTIFICATION_RULES: Final = Rows(tables.notification_rules, NotificationRule)


async def of_users(
    tx: AsyncConnection, user_ids: Iterable[str], *where: Where
) -> list[NotificationRule]:
    """List the rules of these people, all of them or those that fit."""
    columns = tables.notification_rules.c
    owned = columns.user_id.in_(sorted(set(user_ids)))
    order_by = (columns.delay_minutes, columns.created_at)
    return await NOTIFICATION_RULES.select(tx, owned, *where, order_by=order_by)
