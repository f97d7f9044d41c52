"""Sessions: found by the hash of their token."""

from datetime import datetime
from typing import Final

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from tocsin.domain.people.session import Session
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


async def find_of(tx: AsyncConnection, user_id: str) -> list[Session]:
    """List a person's sessions, over or not, the one used last first."""
    return await SESSIONS.select(tx, _c.user_id == user_id, order_by=(_c.seen_at.desc(),))


async def forget_of(
    tx: AsyncConnection, user_id: str, *, only: str | None = None, but: str | None = None
) -> int:
    """Take away a person's sessions, ``only`` one or all ``but`` one; say how many these were."""
    theirs = sa.delete(tables.sessions).where(_c.user_id == user_id)
    if only is not None:
        theirs = theirs.where(_c.id == only)
    if but is not None:
        theirs = theirs.where(_c.id != but)
    return (await tx.execute(theirs)).rowcount


async def forget(tx: AsyncConnection, token_hash: bytes) -> None:
    """Take away the session with this hash, if there is one."""
    await tx.execute(sa.delete(tables.sessions).where(_c.token_hash == token_hash))
