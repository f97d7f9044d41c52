"""Apps, and the codes and tokens that they hold, known by their hashes alone."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from tocsin.domain.machines.oauth import App, Code, Token
from tocsin.store.machines import delivery_tables as tables
from tocsin.store.rows import Rows, Where

APPS: Final = Rows(tables.oauth_clients, App)
CODES: Final = Rows(tables.oauth_codes, Code)
TOKENS: Final = Rows(tables.oauth_tokens, Token)

_codes = tables.oauth_codes.c
_tokens = tables.oauth_tokens.c


async def find_apps(tx: AsyncConnection) -> list[App]:
    """List all apps by name."""
    return await APPS.select(tx, order_by=(sa.func.lower(APPS.c.name),))


async def hold_code(tx: AsyncConnection, code_hash: bytes) -> Code | None:
    """Return the code with this hash, and let nobody else use it until the transaction ends."""
    query = sa.select(_codes.id).where(_codes.code_hash == code_hash)
    id_ = (await tx.execute(query)).scalar()
    return await CODES.get(tx, id_, hold=True) if id_ else None


async def hold_token(
    tx: AsyncConnection, hash_: bytes, *, refresh_only: bool = False
) -> Token | None:
    """Return the token whose refresh token, or perhaps access token, has this hash, and hold it."""
    is_it = _tokens.refresh_hash == hash_
    if not refresh_only:
        is_it = sa.or_(is_it, _tokens.access_hash == hash_)
    id_ = (await tx.execute(sa.select(_tokens.id).where(is_it))).scalar()
    return await TOKENS.get(tx, id_, hold=True) if id_ else None


async def find_good(
    tx: AsyncConnection, access_hash: bytes, now: datetime
) -> tuple[Token, App] | None:
    """Return the token that is good under this hash, and whose it is."""
    found = await TOKENS.select(
        tx,
        _tokens.access_hash == access_hash,
        _tokens.revoked_at.is_(None),
        _tokens.expires_at > now,
    )
    app = await APPS.get(tx, found[0].client_id) if found else None
    return (found[0], app) if app else None


async def find_acting(tx: AsyncConnection, user_id: str, now: datetime) -> list[Token]:
    """List what apps hold of a person and can still use or refresh, the newest first."""
    can_refresh = sa.and_(_tokens.refresh_expires_at > now, _tokens.refreshed_at.is_(None))
    is_alive = sa.or_(_tokens.expires_at > now, can_refresh)
    return await TOKENS.select(
        tx,
        _tokens.user_id == user_id,
        _tokens.revoked_at.is_(None),
        is_alive,
        order_by=(_tokens.id.desc(),),
    )


async def touch(tx: AsyncConnection, token_id: str, now: datetime) -> None:
    """Remember when a token was last used."""
    used = sa.update(tables.oauth_tokens).where(_tokens.id == token_id)
    await tx.execute(used.values(last_used_at=now))


async def revoke_family(tx: AsyncConnection, family_id: str, now: datetime) -> None:
    """Let all tokens that come from one grant open nothing from now on."""
    await _revoke(tx, [_tokens.family_id == family_id], now)


async def withdraw(
    tx: AsyncConnection, client_id: str, now: datetime, *, user_id: str | None = None
) -> None:
    """Take back all that an app holds, of one person or of everybody.

    Codes and tokens are locked first: what is swapped or refreshed meanwhile is seen thereby.
    """
    codes, held = [_codes.client_id == client_id], [_tokens.client_id == client_id]
    if user_id is not None:
        codes.append(_codes.user_id == user_id)
        held.append(_tokens.user_id == user_id)
    await tx.execute(sa.select(_codes.id).where(*codes).order_by(_codes.id).with_for_update())
    await tx.execute(sa.select(_tokens.id).where(*held).order_by(_tokens.id).with_for_update())
    await tx.execute(sa.delete(tables.oauth_codes).where(*codes))
    await _revoke(tx, held, now)


async def _revoke(tx: AsyncConnection, which: Sequence[Where], now: datetime) -> None:
    good = sa.update(tables.oauth_tokens).where(*which, _tokens.revoked_at.is_(None))
    await tx.execute(good.values(revoked_at=now))
