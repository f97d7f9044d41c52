"""What apps hold: made at random, shown once, found again by hashes."""

import secrets
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Final, Literal

from sqlalchemy.ext.asyncio import AsyncConnection

from tocsin.auth.principal import Principal
from tocsin.domain.machines.oauth import App, Token
from tocsin.domain.machines.scope import names_account
from tocsin.kit.sealing import digest
from tocsin.store.machines import oauth as store
from tocsin.store.people.users import USERS

SECRET_BYTES: Final = 32
TOUCHED_EVERY: Final = timedelta(minutes=1)

Kind = Literal["access", "refresh", "code", "secret"]

# How they begin. By it the log, and whoever looks for leaked secrets, knows them.
MARKS: Final[Mapping[Kind, str]] = {
    "access": "tocsin_at_",
    "refresh": "tocsin_rt_",
    "code": "tocsin_ac_",
    "secret": "tocsin_cs_",
}


def make(kind: Kind) -> str:
    """Return something new of a kind."""
    return MARKS[kind] + secrets.token_urlsafe(SECRET_BYTES)


def is_access(secret: str) -> bool:
    """Say whether something looks like an access token."""
    return secret.startswith(MARKS["access"])


async def identify(tx: AsyncConnection, secret: str, now: datetime) -> Principal | None:
    """Return in whose name, and within what scopes, an access token lets act."""
    found = await store.find_good(tx, digest(secret), now)
    if found is None:
        return None
    token, app = found
    if token.last_used_at is None or now - token.last_used_at >= TOUCHED_EVERY:
        await store.touch(tx, token.id, now)
    user = await USERS.get(tx, token.user_id) if token.user_id else None
    if token.user_id and user is None:  # deleted a moment ago: the token goes too
        return None
    return Principal(
        key_id=token.family_id if user else app.id, user=user, scopes=_left_of(token, app)
    )


def _left_of(token: Token, app: App) -> frozenset[str]:
    """Return the scopes of a token without those that its app has lost since."""
    return frozenset(one for one in token.scopes if one in app.scopes or names_account(one))
