"""API keys, as an administrator of the machine handles them."""

from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncConnection

from tocsin.auth.keys import issue
from tocsin.domain.api_key import ApiKey
from tocsin.store import api_keys as store
from tocsin.store.users import USERS, by_email
from tocsin.usecases.errors import NotFound


async def create(
    tx: AsyncConnection, *, description: str, email: str | None, read_only: bool, now: datetime
) -> str:
    """Make a key of the account, or of the user with this address; return its secret."""
    user = await by_email(tx, email) if email else None
    if email and user is None:
        raise NotFound("User", email)
    _, secret = await issue(
        tx,
        description=description,
        now=now,
        user_id=user.id if user else None,
        read_only=read_only,
    )
    return secret


async def find(tx: AsyncConnection) -> list[tuple[ApiKey, str | None]]:
    """List all keys, the newest first, with the names of those whose they are."""
    keys = await store.API_KEYS.select(tx, order_by=(store.API_KEYS.c.id.desc(),))
    names = await USERS.names(tx, (key.user_id for key in keys if key.user_id))
    return [(key, names.get(key.user_id or "")) for key in keys]


async def revoke(tx: AsyncConnection, key_id: str, now: datetime) -> bool:
    """Let a key open nothing from now on; say whether it did until now."""
    return await store.revoke(tx, key_id, now)
