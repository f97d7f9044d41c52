"""Tickets: found, and used up, by the hash of their token."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from tocsin.domain.people.ticket import Ticket, TicketKind
from tocsin.store import tables
from tocsin.store.rows import Rows

TICKETS: Final = Rows(tables.tickets, Ticket)

_c = tables.tickets.c


async def find(tx: AsyncConnection, token_hash: bytes, *, hold: bool = False) -> Ticket | None:
    """Return the ticket with this hash, good or not; ``hold`` lets nobody else use it."""
    query = sa.select(_c.id).where(_c.token_hash == token_hash)
    id_ = (await tx.execute(query)).scalar()
    return await TICKETS.get(tx, id_, hold=hold) if id_ else None


async def forget_of(tx: AsyncConnection, user_id: str, kind: TicketKind | None = None) -> None:
    """Take away all tickets of a person, or those of one kind."""
    theirs = sa.delete(tables.tickets).where(_c.user_id == user_id)
    await tx.execute(theirs if kind is None else theirs.where(_c.kind == kind))


async def count_good(tx: AsyncConnection, user_id: str, kind: TicketKind, now: datetime) -> int:
    """Count the links that a person could follow now."""
    return await TICKETS.count(tx, _c.user_id == user_id, _c.kind == kind, _c.expires_at > now)


async def invited(tx: AsyncConnection, user_ids: Sequence[str], now: datetime) -> set[str]:
    """Return those of these people who hold an invitation that is still good."""
    query = sa.select(_c.user_id).where(
        _c.user_id.in_(user_ids), _c.kind == "invitation", _c.expires_at > now
    )
    return set((await tx.execute(query)).scalars())
