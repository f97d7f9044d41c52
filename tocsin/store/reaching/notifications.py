"""Notifications: each attempt to tell somebody. Writing is ``store.writes``."""

from datetime import datetime
from typing import Final

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from tocsin.domain.reaching.hearing import ReceiptState
from tocsin.domain.reaching.notification import Notification
from tocsin.store.rows import Rows
from tocsin.store.tables import notifications

NOTIFICATIONS: Final = Rows(notifications, Notification)
NEWEST_FIRST: Final = (notifications.c.at.desc(), notifications.c.id.desc())


def within(since: datetime, until: datetime) -> sa.ColumnElement[bool]:
    """Fit what happened from ``since`` until just before ``until``."""
    return sa.and_(notifications.c.at >= since, notifications.c.at < until)


async def receive(
    tx: AsyncConnection, message_id: str, receipt: ReceiptState, now: datetime
) -> None:
    """Keep what is known of a message with all that it told."""
    query = sa.update(notifications).where(notifications.c.message_id == message_id)
    await tx.execute(query.values(receipt=receipt, receipt_at=now))
