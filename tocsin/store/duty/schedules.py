"""Schedules: what can be asked about them beyond their rows. Overrides have rows of their own."""

from typing import Final

import sqlalchemy as sa

from tocsin.domain.duty.schedule import Schedule
from tocsin.store import tables
from tocsin.store.rows import Rows, Where

SCHEDULES: Final = Rows(tables.schedules, Schedule)
BY_NAME: Final = (sa.func.lower(tables.schedules.c.name),)


def named_like(text: str) -> Where:
    """Find by a part of the name."""
    return SCHEDULES.c.name.icontains(text, autoescape=True)


def with_member(user_id: str) -> Where:
    """Find those that have somebody on a layer, which may be over."""
    return SCHEDULES.c.layers.contains([{"user_ids": [user_id]}])
