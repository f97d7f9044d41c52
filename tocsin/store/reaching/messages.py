"""Messages: what was handed to channels, found again by receipts and answers."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Final

import sqlalchemy as sa
from msgspec import to_builtins
from sqlalchemy.ext.asyncio import AsyncConnection

from tocsin.domain.reaching.answer import Deed
from tocsin.domain.reaching.channel import Delivery
from tocsin.domain.reaching.gathering import Earlier
from tocsin.domain.reaching.hearing import ReceiptState
from tocsin.domain.reaching.sent import About, Sent
from tocsin.store.reaching.reach_tables import messages
from tocsin.store.rows import Rows

MESSAGES: Final = Rows(messages, Sent)
NEWEST_FIRST: Final = (messages.c.at.desc(), messages.c.id.desc())

_REACHED: Final = sa.text("""
    select distinct messages.user_id, page ->> 'incident_id', (page ->> 'generation')::int
    from messages, jsonb_array_elements(messages.pages) as page
    where at >= :since and incident_ids && cast(:ids as varchar(14)[])
    and receipt in ('accepted', 'sent', 'delivered', 'read')
    and page ->> 'incident_id' = any(cast(:ids as text[]))
""")


async def of_reference(tx: AsyncConnection, provider_id: str, reference: str) -> Sent | None:
    """Return the message that a provider knows by this name."""
    found = await MESSAGES.select(
        tx,
        messages.c.provider_id == provider_id,
        messages.c.provider_ref == reference,
        order_by=NEWEST_FIRST,
        limit=1,
    )
    return found[0] if found else None


async def newest_to(tx: AsyncConnection, channel: str, address: str, since: datetime) -> list[Sent]:
    """List what was sent to an address lately, the newest first."""
    return await MESSAGES.select(
        tx,
        messages.c.channel == channel,
        messages.c.address == address,
        messages.c.at >= since,
        order_by=NEWEST_FIRST,
        limit=50,
    )


async def earlier_to(
    tx: AsyncConnection, channel: str, user_id: str, method_id: str | None, since: datetime
) -> list[Earlier]:
    """Return the pages that went to a contact method since then, the oldest first."""
    c = messages.c
    query = sa.select(c.at, c.classes).where(
        c.user_id == user_id,
        c.at >= since,
        c.channel == channel,
        c.contact_method_id.is_not_distinct_from(method_id),
        c.kind == "page",
        c.receipt.is_distinct_from("failed"),
    )
    return [Earlier(*row) for row in await tx.execute(query.order_by(c.at, c.id))]


async def has_confirmed(
    tx: AsyncConnection, user_id: str, incident_id: str, since: datetime
) -> bool:
    """Say whether somebody has answered that they are awake for an incident."""
    c = messages.c
    query = sa.select(c.id).where(
        c.user_id == user_id,
        c.at >= since,
        c.kind == "awake",
        c.incident_ids.contains([incident_id]),
        c.answered_at.is_not(None),
    )
    return (await tx.execute(query.limit(1))).first() is not None


async def settle(
    tx: AsyncConnection, message_id: str, delivery: Delivery, receipt: ReceiptState, now: datetime
) -> None:
    """Keep what came of handing a message over, and what its provider calls it and its address."""
    told = {"provider_ref": delivery.provider_id, "address": delivery.address}
    query = sa.update(messages).where(messages.c.id == message_id)
    await tx.execute(
        query.values(
            receipt=receipt,
            receipt_at=now,
            receipt_detail=delivery.detail,
            **{name: value for name, value in told.items() if value},
        )
    )


async def reached(
    tx: AsyncConnection, incident_ids: Iterable[str], since: datetime
) -> set[tuple[str, str, int]]:
    """Say to whom messages got through: the user, the incident, and its generation."""
    values = {"ids": sorted(set(incident_ids)), "since": since}
    return {(row[0], row[1], row[2]) for row in await tx.execute(_REACHED, values)}


async def answer(tx: AsyncConnection, message_id: str, deed: Deed, now: datetime) -> None:
    """Keep what was answered last."""
    query = sa.update(messages).where(messages.c.id == message_id)
    await tx.execute(query.values(answered_at=now, answer=deed))


async def keep_pages(tx: AsyncConnection, message_id: str, pages: Sequence[About]) -> None:
    """Keep how the pages of a message have gone on."""
    query = sa.update(messages).where(messages.c.id == message_id)
    await tx.execute(query.values(pages=to_builtins(pages)))
