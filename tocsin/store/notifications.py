"""Notifications: each attempt to tell somebody. Writing is ``store.writes``."""

from datetime import datetime
from typing import Final

import sqlalchemy as sa

from tocsin.domain.notification import Notification
from tocsin.store.rows import Rows
from tocsin.store.tables import notifications

NOTIFICATIONS: Final = Rows(notifications, Notification)
NEWEST_FIRST: Final = (notifications.c.at.desc(), notifications.c.id.desc())


def within(since: datetime, until: datetime) -> sa.ColumnElement[bool]:
    """Fit what happened from ``since`` until just before ``until``."""
    return sa.and_(notifications.c.at >= since, notifications.c.at < until)
