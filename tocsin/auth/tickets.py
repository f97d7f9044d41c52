"""Tickets: a link's token, made once, found again by its hash."""

import secrets
from datetime import datetime
from typing import Final

from sqlalchemy.ext.asyncio import AsyncConnection

from tocsin.domain.people.ticket import GOOD_FOR, Ticket, TicketKind
from tocsin.kit.ids import new_id
from tocsin.kit.sealing import digest
from tocsin.store.people import tickets
from tocsin.store.people.tickets import TICKETS

TOKEN_BYTES: Final = 32


async def issue(tx: AsyncConnection, user_id: str, kind: TicketKind, now: datetime) -> str:
    """Let a person choose a password; return the token that only their link will hold."""
    token = secrets.token_hex(TOKEN_BYTES)
    ticket = Ticket(
        id=new_id(),
        user_id=user_id,
        kind=kind,
        token_hash=digest(token),
        created_at=now,
        expires_at=now + GOOD_FOR[kind],
    )
    await TICKETS.insert(tx, ticket)
    return token


async def find(
    tx: AsyncConnection, token: str, kind: TicketKind, now: datetime, *, hold: bool = False
) -> Ticket | None:
    """Return the ticket of a token while it is good; ``hold`` lets nobody else use it."""
    ticket = await tickets.find(tx, digest(token), hold=hold)
    return ticket if ticket and ticket.is_good(kind, now) else None
