"""API keys of the account and of its users: made, listed and revoked."""

from datetime import datetime
from typing import Final

import msgspec
import structlog
from sqlalchemy.ext.asyncio import AsyncConnection

from tocsin.auth.keys import issue
from tocsin.auth.principal import Principal
from tocsin.domain.faults import faults_of_line
from tocsin.domain.people.api_key import ApiKey
from tocsin.store.people import api_keys as store
from tocsin.store.people.users import USERS, by_email
from tocsin.usecases.errors import Forbidden, NotFound
from tocsin.usecases.house import House
from tocsin.usecases.wishes import refuse

LONGEST_DESCRIPTION: Final = 100
NOT_YOURS: Final = "Only administrators handle keys that are not their own."

Owned = tuple[ApiKey, str | None]  # a key, and the name of the user whose it is

log = structlog.get_logger("tocsin.api_keys")


class Wish(msgspec.Struct, frozen=True, kw_only=True):
    """What a key shall be for; the account's, unless a user is named."""

    description: str
    user_id: str | None = None
    read_only: bool = False


async def make(house: House, wish: Wish, by: Principal, now: datetime) -> tuple[ApiKey, str]:
    """Make a key of the account, or of whoever asks; return it with its secret, this once.

    Raises Forbidden, Invalid.
    """
    is_own = by.user is not None and wish.user_id == by.user.id
    if not is_own and not (wish.user_id is None and by.may("administer")):
        raise Forbidden(NOT_YOURS)  # a key in somebody else's name would be a way into their place
    description = " ".join(wish.description.split())
    refuse(faults_of_line("Description", description, LONGEST_DESCRIPTION))
    async with house.database.begin() as tx:
        key, secret = await issue(
            tx,
            description=description,
            now=now,
            user_id=wish.user_id,
            read_only=wish.read_only,
        )
    log.info("api_key.made", id=key.id, user=key.user_id, by=_name(by))
    return key, secret


async def find_for(house: House, by: Principal) -> list[Owned]:
    """List the keys that somebody may handle, the newest first: their own, or all."""
    async with house.database.read() as tx:
        if by.may("administer") or by.user is None:
            return await find(tx)
        return [(key, by.user.name) for key in await store.find_all(tx, by.user.id)]


async def withdraw(house: House, key_id: str, by: Principal, now: datetime) -> ApiKey:
    """Let a key open nothing from now on. Raises NotFound, Forbidden."""
    async with house.database.begin() as tx:
        key = await store.API_KEYS.get(tx, key_id)
        if key is None:
            raise NotFound("API key", key_id)
        if not by.may("own", key.user_id):
            raise Forbidden(NOT_YOURS)
        await store.revoke(tx, key_id, now)
    log.info("api_key.revoked", id=key.id, user=key.user_id, by=_name(by))
    return key


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


async def find(tx: AsyncConnection) -> list[Owned]:
    """List all keys, the newest first, with the names of those whose they are."""
    keys = await store.API_KEYS.select(tx, order_by=(store.API_KEYS.c.id.desc(),))
    names = await USERS.names(tx, (key.user_id for key in keys if key.user_id))
    return [(key, names.get(key.user_id or "")) for key in keys]


async def revoke(tx: AsyncConnection, key_id: str, now: datetime) -> bool:
    """Let a key open nothing from now on; say whether it did until now."""
    return await store.revoke(tx, key_id, now)


def _name(by: Principal) -> str:
    return by.user.id if by.user else by.key_id
