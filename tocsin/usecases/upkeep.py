"""Upkeep: what nobody will ask for any more is forgotten, by one node at a time."""

from datetime import datetime, timedelta
from typing import Final

import structlog

from tocsin.domain.session import IDLE_FOR, LONGEST
from tocsin.store import last_events, retention
from tocsin.usecases.house import House

log = structlog.get_logger(__name__)

STRAYS_FOR: Final = timedelta(days=30)
MOST_STRAYS: Final = 10_000
NOTIFICATIONS_FOR: Final = timedelta(days=400)  # a year's report, and some days to write it
ALARMS_FOR: Final = timedelta(days=90)


async def clean_up(house: House, now: datetime) -> None:
    """Forget what is old, unless another node is at it."""
    async with house.database.begin() as tx:
        if not await retention.take_turn(tx):
            return
        strays = await retention.forget_strays(tx, before=now - STRAYS_FOR, most=MOST_STRAYS)
        old = await retention.forget_notifications(tx, before=now - NOTIFICATIONS_FOR)
        alarms = await retention.forget_alarms(tx, before=now - ALARMS_FOR)
        sessions = await retention.forget_sessions(
            tx, unseen_since=now - IDLE_FOR, begun=now - LONGEST
        )
        tickets = await retention.forget_tickets(tx, expired=now)
        await last_events.forget_orphans(tx)
    forgotten = {
        "strays": strays,
        "notifications": old,
        "alarms": alarms,
        "sessions": sessions,
        "tickets": tickets,
    }
    if any(forgotten.values()):
        log.info("upkeep.forgotten", **forgotten)
