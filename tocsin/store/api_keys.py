"""API keys: kept as hashes, found by them."""

from datetime import datetime
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from tocsin.domain.api_key import ApiKey
from tocsin.store.tables import api_keys

_COLUMNS: Final = tuple(api_keys.c[name] for name in ApiKey.__struct_fields__)


async def insert(tx: AsyncConnection, key: ApiKey, key_hash: bytes) -> None:
    """Keep a new key."""
    values = {name: getattr(key, name) for name in ApiKey.__struct_fields__}
    await tx.execute(sa.insert(api_keys).values(**values, key_hash=key_hash))


async def find(tx: AsyncConnection, key_hash: bytes) -> ApiKey | None:
    """Return the key with this hash, if it is not revoked."""
    query = sa.select(*_COLUMNS).where(
        api_keys.c.key_hash == key_hash, api_keys.c.revoked_at.is_(None)
    )
    row = (await tx.execute(query)).first()
    return None if row is None else _from_row(row)


async def find_all(tx: AsyncConnection, user_id: str | None = None) -> list[ApiKey]:
    """List the keys of a user, or of the account, the newest first; revoked ones too."""
    query = sa.select(*_COLUMNS).where(api_keys.c.user_id.is_not_distinct_from(user_id))
    return [_from_row(row) for row in await tx.execute(query.order_by(api_keys.c.id.desc()))]


async def touch(tx: AsyncConnection, key_id: str, now: datetime) -> None:
    """Remember when a key was last used."""
    await tx.execute(_one(key_id).values(last_used_at=now))


async def revoke(tx: AsyncConnection, key_id: str, now: datetime) -> bool:
    """Let a key open nothing from now on; say whether it did until now."""
    still_good = _one(key_id).where(api_keys.c.revoked_at.is_(None))
    return (await tx.execute(still_good.values(revoked_at=now))).rowcount == 1


def _one(key_id: str) -> sa.Update:
    return sa.update(api_keys).where(api_keys.c.id == key_id)


def _from_row(row: Any) -> ApiKey:
    return ApiKey(**{name: getattr(row, name) for name in ApiKey.__struct_fields__})
