"""Sessions: a cookie's token, made once, found again by its hash."""

import secrets
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy.ext.asyncio import AsyncConnection

from tocsin.auth.principal import Principal
from tocsin.domain.people.session import Origin, Session
from tocsin.kit.ids import new_id
from tocsin.kit.sealing import digest
from tocsin.kit.text import one_line
from tocsin.store.people import sessions
from tocsin.store.people.sessions import SESSIONS
from tocsin.store.people.users import USERS

TOKEN_BYTES: Final = 32
TOUCHED_EVERY: Final = timedelta(minutes=10)
LONGEST_USER_AGENT: Final = 400  # characters of what a browser says of itself
UNKNOWN: Final = Origin()


async def begin(tx: AsyncConnection, user_id: str, now: datetime, origin: Origin = UNKNOWN) -> str:
    """Let a person in; return the token that only their browser will know."""
    token = secrets.token_urlsafe(TOKEN_BYTES)
    session = Session(
        id=new_id(),
        user_id=user_id,
        token_hash=digest(token),
        created_at=now,
        seen_at=now,
        user_agent=one_line(origin.user_agent, LONGEST_USER_AGENT),
        address=origin.address,
    )
    await SESSIONS.insert(tx, session)
    return token


async def identify(tx: AsyncConnection, token: str, now: datetime) -> Principal | None:
    """Return whose session a token belongs to, while it lasts."""
    session = await sessions.find(tx, digest(token))
    if session is None or session.is_over(now):
        return None
    if now - session.seen_at >= TOUCHED_EVERY:
        await sessions.touch(tx, session.id, now)
    user = await USERS.get(tx, session.user_id)
    return None if user is None else Principal(key_id=session.id, user=user)


async def end(tx: AsyncConnection, token: str) -> None:
    """Let a token open nothing from now on."""
    await sessions.forget(tx, digest(token))
