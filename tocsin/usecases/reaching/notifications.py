"""Notifications: whom the house told what, by which way, and what came of it."""

from collections.abc import Mapping
from datetime import datetime

import msgspec

from tocsin.domain.reaching.notification import Notification
from tocsin.store.names import names
from tocsin.store.reaching.notifications import NEWEST_FIRST, NOTIFICATIONS, within
from tocsin.usecases.house import House
from tocsin.usecases.parts import Part, read_part


class Filter(msgspec.Struct, frozen=True, kw_only=True):
    """Which attempts are wanted: those of a time, by one way or by any."""

    since: datetime
    until: datetime
    kind: str | None = None


class Known(msgspec.Struct, frozen=True, kw_only=True):
    """An attempt, and what people are called."""

    notification: Notification
    names: Mapping[str, str]


async def find(house: House, asked: Filter, part: Part) -> tuple[list[Known], int | None]:
    """List attempts, the newest first."""
    where = [within(asked.since, asked.until)]
    if asked.kind:
        where.append(NOTIFICATIONS.c.kind == asked.kind)
    async with house.database.read() as tx:
        found, total = await read_part(tx, NOTIFICATIONS, part, *where, order_by=NEWEST_FIRST)
        called = await names(tx, {notification.user_id for notification in found})
    return [Known(notification=one, names=called) for one in found], total
