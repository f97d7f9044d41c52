"""API keys: kept as hashes, found by them."""

from datetime import datetime
from typing import Final

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from tocsin.domain.people.api_key import ApiKey
from tocsin.store import tables
from tocsin.store.rows import Rows

API_KEYS: Final = Rows(tables.api_keys, ApiKey)

_c = tables.api_keys.c


async def find(tx: AsyncConnection, key_hash: bytes) -> ApiKey | None:
    """Return the key with this hash, if it is not revoked."""
    found = await API_KEYS.select(tx, _c.key_hash == key_hash, _c.revoked_at.is_(None))
    return found[0] if found else None


async def was_issued(tx: AsyncConnection, key_hash: bytes) -> bool:
    """Say whether there is a key with this hash, revoked or not."""
    return bool(await API_KEYS.count(tx, _c.key_hash == key_hash))


async def find_all(tx: AsyncConnection, user_id: str | None = None) -> list[ApiKey]:
    """List the keys of a user, or of the account, the newest first; revoked ones too."""
    owned = _c.user_id.is_not_distinct_from(user_id)
    return await API_KEYS.select(tx, owned, order_by=(_c.id.desc(),))


async def touch(tx: AsyncConnection, key_id: str, now: datetime) -> None:
    """Remember when a key was last used."""
    await tx.execute(sa.update(tables.api_keys).where(_c.id == key_id).values(last_used_at=now))


async def revoke(tx: AsyncConnection, key_id: str, now: datetime) -> bool:
    """Let a key open nothing from now on; say whether it did until now."""
    good = sa.update(tables.api_keys).where(_c.id == key_id, _c.revoked_at.is_(None))
    return (await tx.execute(good.values(revoked_at=now))).rowcount == 1
