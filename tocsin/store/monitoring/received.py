"""What was taken once, and must change nothing when it comes again."""

from datetime import datetime

from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from tocsin.store.machines.delivery_tables import received_webhooks


async def take(tx: AsyncConnection, id_: str, now: datetime) -> bool:
    """Say whether this comes for the first time."""
    query = insert(received_webhooks).values(id=id_, created_at=now).on_conflict_do_nothing()
    return (await tx.execute(query.returning(received_webhooks.c.id))).first() is not None
