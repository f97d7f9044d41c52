"""Upkeep: what nobody will ask for any more is forgotten, by one node at a time."""

from datetime import UTC, datetime, timedelta
from typing import Final

import structlog
from sqlalchemy.ext.asyncio import AsyncConnection

from tocsin.domain.account import Account
from tocsin.domain.machines.oauth import REFRESH_FOR
from tocsin.domain.people.session import IDLE_FOR, LONGEST
from tocsin.store import retention
from tocsin.store.intake import last_bodies, last_events
from tocsin.usecases.house import House

log = structlog.get_logger(__name__)

MOST_STRAYS: Final = 10_000
FOR_EVER: Final = 0  # days
KEEP_RECEIVED: Final = timedelta(days=7)  # nobody repeats a webhook for longer
KEEP_MESSAGES: Final = timedelta(days=30)  # longer than their tokens last
LONG_AGO: Final = datetime(1970, 1, 1, tzinfo=UTC)


async def clean_up(house: House, now: datetime) -> None:
    """Forget what is old, unless another node is at it."""
    async with house.database.begin() as tx:
        if not await retention.take_turn(tx):
            return
        forgotten = {
            **await _forget_records(tx, house.account, now),
            "sessions": await retention.forget_sessions(
                tx, unseen_since=now - IDLE_FOR, begun=now - LONGEST
            ),
            "tickets": await retention.forget_tickets(tx, expired=now),
            "codes": await retention.forget_codes(tx, expired=now - REFRESH_FOR),
            "received_webhooks": await retention.forget_received_webhooks(
                tx, before=now - KEEP_RECEIVED
            ),
            "tokens": await retention.forget_tokens(tx, expired=now),
            "messages": await retention.forget_messages(tx, before=now - KEEP_MESSAGES),
        }
        await last_events.forget_orphans(tx)
        await last_bodies.forget_orphans(tx)
    if any(forgotten.values()):
        log.info("upkeep.forgotten", **forgotten)


async def _forget_records(tx: AsyncConnection, account: Account, now: datetime) -> dict[str, int]:
    """Forget what has been kept for as long as administrators want it."""

    def before(days: int) -> datetime:
        return LONG_AGO if days == FOR_EVER else now - timedelta(days=days)

    return {
        "strays": await retention.forget_strays(
            tx, before=before(account.keep_quarantine), most=MOST_STRAYS
        ),
        "notifications": await retention.forget_notifications(
            tx, before=before(account.keep_notifications)
        ),
        "alarms": await retention.forget_alarms(tx, before=before(account.keep_alarms)),
        "change_events": await retention.forget_change_events(
            tx, before=before(account.keep_change_events)
        ),
        "deliveries": await retention.forget_deliveries(tx, before=before(account.keep_deliveries)),
        "incidents": await retention.forget_incidents(
            tx, resolved_before=before(account.keep_incidents)
        ),
        "calls": await retention.forget_calls(tx, before=before(account.keep_notifications)),
        "violations": await retention.forget_violations(
            tx, cleared_before=before(account.keep_incidents)
        ),
        "measurements": await retention.forget_measurements(
            tx, before=before(account.keep_measurements)
        ),
    }
