"""Sessions: found by the hash of their token."""

from datetime import datetime
from typing import Final

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from tocsin.domain.session import Session
from tocsin.store import tables
from tocsin.store.rows import Rows

SESSIONS: Final = Rows(tables.sessions, Session)

_c = tables.sessions.c


async def find(tx: AsyncConnection, token_hash: bytes) -> Session | None:
    """Return the session with this hash, over or not."""
    found = await SESSIONS.select(tx, _c.token_hash == token_hash)
    return found[0] if found else None


async def touch(tx: AsyncConnection, session_id: str, now: datetime) -> None:
    """Remember when a session was last used."""
    await tx.execute(sa.update(tables.sessions).where(_c.id == session_id).values(seen_at=now))


async def forget(tx: AsyncConnection, token_hash: bytes) -> None:
    """Take away the session with this hash, if there is one."""
    await tx.execute(sa.delete(tables.sessions).where(_c.token_hash == token_hash))
