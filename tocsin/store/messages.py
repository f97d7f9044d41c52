"""Messages: what was handed to channels, found again by receipts and answers."""

from datetime import datetime
from typing import Final

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from tocsin.domain.answer import Deed
from tocsin.domain.sent import Sent
from tocsin.store.reach_tables import messages
from tocsin.store.rows import Rows

MESSAGES: Final = Rows(messages, Sent)
NEWEST_FIRST: Final = (messages.c.at.desc(), messages.c.id.desc())


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


async def name(tx: AsyncConnection, message_id: str, reference: str) -> None:
    """Keep the name that a provider gave a message."""
    query = sa.update(messages).where(messages.c.id == message_id)
    await tx.execute(query.values(provider_ref=reference))


async def answer(tx: AsyncConnection, message_id: str, deed: Deed, now: datetime) -> None:
    """Keep what was answered last."""
    query = sa.update(messages).where(messages.c.id == message_id)
    await tx.execute(query.values(answered_at=now, answer=deed))
