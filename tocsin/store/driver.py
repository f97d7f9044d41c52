"""From a transaction of SQLAlchemy's to the asyncpg connection beneath it, for set-based work."""

import asyncpg
import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection


async def driver(tx: AsyncConnection) -> asyncpg.Connection:
    """Return the driver's connection, inside ``tx``'s transaction.

    SQLAlchemy begins a transaction with its first statement; without one, what is written here
    would be committed at once.
    """
    connection: asyncpg.Connection = (await tx.get_raw_connection()).driver_connection
    if not connection.is_in_transaction():
        await tx.execute(sa.text("select 1"))
    return connection
