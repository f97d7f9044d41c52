"""Forgetting: rows that are too old, or too many, a bounded number at a time."""

from datetime import datetime
from typing import Final

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from tocsin.store.machines.delivery_tables import (
    deliveries,
    oauth_codes,
    oauth_tokens,
    received_webhooks,
)
from tocsin.store.monitoring.monitoring_tables import threads, violations
from tocsin.store.reaching.reach_tables import calls, messages, room_posts
from tocsin.store.tables import (
    alarms,
    alerts,
    change_events,
    incidents,
    log_entries,
    notes,
    notifications,
    quarantine,
    sessions,
    tickets,
)

AT_ONCE: Final = 10_000
INCIDENTS_AT_ONCE: Final = 1000  # each has many rows that go with it
MEASUREMENTS_AT_ONCE: Final = 50_000  # they are many: a thousand monitors make as many in an hour
IDS: Final = sa.ARRAY(sa.Text)
# They have no id: they are found where they lie.
_FORGET_MEASUREMENTS: Final = sa.text("""
delete from measurements
where ctid = any(array(select ctid from measurements where round < :before limit :most))
""")
_TURN: Final = 0x70C51  # any number that other programs on this database do not lock


async def take_turn(tx: AsyncConnection) -> bool:
    """Say whether this transaction may clean up; another node may be at it."""
    lock = sa.func.pg_try_advisory_xact_lock(_TURN)
    return bool((await tx.execute(sa.select(lock))).scalar_one())


async def forget_strays(tx: AsyncConnection, *, before: datetime, most: int) -> int:
    """Empty the quarantine of what is old, and of the oldest beyond ``most``."""
    newest = sa.select(quarantine.c.at).order_by(quarantine.c.at.desc())
    last_kept = newest.offset(most).limit(1).scalar_subquery()
    too_old = sa.or_(quarantine.c.at < before, quarantine.c.at <= last_kept)
    return await _forget(tx, quarantine, too_old)


async def forget_notifications(tx: AsyncConnection, *, before: datetime) -> int:
    """Forget old attempts to tell somebody."""
    return await _forget(tx, notifications, notifications.c.at < before)


async def forget_messages(tx: AsyncConnection, *, before: datetime) -> int:
    """Forget what was handed to channels so long ago that nobody answers it any more."""
    return await _forget(tx, messages, messages.c.at < before)


async def forget_alarms(tx: AsyncConnection, *, before: datetime) -> int:
    """Forget old sentences for the administrators."""
    return await _forget(tx, alarms, alarms.c.at < before)


async def forget_calls(tx: AsyncConnection, *, before: datetime) -> int:
    """Forget who called long ago, and what was said."""
    return await _forget(tx, calls, calls.c.at < before)


async def forget_change_events(tx: AsyncConnection, *, before: datetime) -> int:
    """Forget what was changed long ago."""
    return await _forget(tx, change_events, change_events.c.at < before)


async def forget_codes(tx: AsyncConnection, *, expired: datetime) -> int:
    """Forget codes that apps were given. Until then, a second use of one is noticed."""
    return await _forget(tx, oauth_codes, oauth_codes.c.expires_at < expired)


async def forget_tokens(tx: AsyncConnection, *, expired: datetime) -> int:
    """Forget tokens that can neither be used nor refreshed any more."""
    last = sa.func.coalesce(oauth_tokens.c.refresh_expires_at, oauth_tokens.c.expires_at)
    return await _forget(tx, oauth_tokens, last < expired)


async def forget_incidents(tx: AsyncConnection, *, resolved_before: datetime) -> int:
    """Forget closed incidents with their alerts, notes and log, and where they were posted."""
    old = sa.select(incidents.c.id).where(incidents.c.resolved_at < resolved_before)
    ids = sa.any_(sa.literal(list((await tx.execute(old.limit(INCIDENTS_AT_ONCE))).scalars()), IDS))
    for table in (alerts, notes, log_entries, room_posts):
        await tx.execute(sa.delete(table).where(table.c.incident_id == ids))
    return (await tx.execute(sa.delete(incidents).where(incidents.c.id == ids))).rowcount


async def forget_measurements(tx: AsyncConnection, *, before: datetime) -> int:
    """Forget what was measured long ago."""
    given = {"before": before, "most": MEASUREMENTS_AT_ONCE}
    return (await tx.execute(_FORGET_MEASUREMENTS, given)).rowcount


async def forget_violations(tx: AsyncConnection, *, cleared_before: datetime) -> int:
    """Forget violations that are over, with what is known of how others called them."""
    c = violations.c
    # What is over began earlier still, and that is what the index knows.
    over = sa.select(c.id).where(c.began_at < cleared_before, c.cleared_at < cleared_before)
    ids = sa.any_(sa.literal(list((await tx.execute(over.limit(AT_ONCE))).scalars()), IDS))
    await tx.execute(sa.delete(threads).where(threads.c.violation_id == ids))
    return (await tx.execute(sa.delete(violations).where(c.id == ids))).rowcount


async def forget_deliveries(tx: AsyncConnection, *, before: datetime) -> int:
    """Forget what machines were told long ago; what still waits stays."""
    over = sa.and_(deliveries.c.created_at < before, deliveries.c.finished_at.is_not(None))
    return await _forget(tx, deliveries, over)


async def forget_received_webhooks(tx: AsyncConnection, *, before: datetime) -> int:
    """Forget which webhooks were taken long ago."""
    return await _forget(tx, received_webhooks, received_webhooks.c.created_at < before)


async def forget_sessions(tx: AsyncConnection, *, unseen_since: datetime, begun: datetime) -> int:
    """Forget sessions that nobody used since then, or that were begun before."""
    over = sa.or_(sessions.c.seen_at <= unseen_since, sessions.c.created_at <= begun)
    return await _forget(tx, sessions, over)


async def forget_tickets(tx: AsyncConnection, *, expired: datetime) -> int:
    """Forget links that had expired by then."""
    return await _forget(tx, tickets, tickets.c.expires_at <= expired)


async def _forget(tx: AsyncConnection, table: sa.Table, where: sa.ColumnElement[bool]) -> int:
    ids = sa.select(table.c.id).where(where).limit(AT_ONCE)
    return (await tx.execute(sa.delete(table).where(table.c.id.in_(ids)))).rowcount
