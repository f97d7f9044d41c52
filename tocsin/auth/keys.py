"""API keys: made once, shown once, found again by their hash."""

import re
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy.ext.asyncio import AsyncConnection

from tocsin.auth import tokens
from tocsin.auth.principal import Principal
from tocsin.domain.people.api_key import ApiKey
from tocsin.kit.ids import new_id, new_secret
from tocsin.kit.sealing import digest
from tocsin.store.people import api_keys
from tocsin.store.people.users import USERS

TOUCHED_EVERY: Final = timedelta(minutes=1)

_HEADER: Final = re.compile(
    r'(?:Token +token *= *(?P<quote>"?)(?P<token>[^\s",]+)(?P=quote)|Bearer +(?P<bearer>\S+))\s*',
    re.IGNORECASE,
)


async def identify(tx: AsyncConnection, header: str, now: datetime) -> Principal | None:
    """Return whose key or token the ``Authorization`` header holds.

    It is written as ``Token token=…`` or ``Bearer …``.
    """
    secret = _secret_in(header)
    if secret is None:
        return None
    if tokens.is_access(secret):
        return await tokens.identify(tx, secret, now)
    key = await api_keys.find(tx, digest(secret))
    if key is None:
        return None
    if key.last_used_at is None or now - key.last_used_at >= TOUCHED_EVERY:
        await api_keys.touch(tx, key.id, now)
    user = await USERS.get(tx, key.user_id) if key.user_id else None
    if key.user_id and user is None:  # deleted a moment ago: the key goes too, and is nobody's
        return None
    return Principal(key_id=key.id, user=user, read_only=key.read_only)


async def issue(
    tx: AsyncConnection,
    *,
    description: str,
    now: datetime,
    user_id: str | None = None,
    read_only: bool = False,
    secret: str | None = None,
) -> tuple[ApiKey, str]:
    """Make a key, of the account unless a user is given; the secret cannot be read again."""
    secret = secret or new_secret()
    key = ApiKey(
        id=new_id(),
        description=description,
        user_id=user_id,
        read_only=read_only,
        key_hash=digest(secret),
        created_at=now,
    )
    await api_keys.API_KEYS.insert(tx, key)
    return key, secret


def _secret_in(header: str) -> str | None:
    match = _HEADER.fullmatch(header.strip())
    return (match["token"] or match["bearer"]) if match else None
