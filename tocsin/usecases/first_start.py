"""What an empty installation is given on its first start: an owner, a policy, a key."""

from datetime import datetime
from typing import Final

import msgspec

from tocsin.auth.keys import issue
from tocsin.auth.passwords import hash_password
from tocsin.auth.principal import Principal
from tocsin.domain.escalation_policy import Target
from tocsin.domain.user import User
from tocsin.kit.sealing import digest
from tocsin.store import api_keys, settings, users
from tocsin.usecases import escalation_policies
from tocsin.usecases import users as users_
from tocsin.usecases.house import House

THE_HOUSE: Final = Principal(key_id="")  # acts before there is anybody to act
KEY_DESCRIPTION: Final = "Given on the first start"
SEALED: Final = "Tocsin"
DEFAULT_DELAY: Final = 30  # minutes


class Owner(msgspec.Struct, frozen=True, kw_only=True):
    """Who owns the installation."""

    email: str
    password: str | None = None
    name: str = "Owner"


async def recognise(house: House) -> None:
    """See that this node seals with the secret that the installation began with.

    Raises SealingError: a node with another secret could not read one stored key.
    """
    async with house.database.begin() as tx:
        sealed = await settings.remembered(tx, "seal", house.sealer.seal(SEALED).decode())
    house.sealer.open(sealed.encode())


async def set_up(
    house: House, *, owner: Owner | None, token: str | None, now: datetime
) -> User | None:
    """Give what is missing. An installation that has users is given no owner any more."""
    async with house.database.begin() as tx:
        is_empty = await users.USERS.count(tx) == 0
        if token is not None and not await api_keys.was_issued(tx, digest(token)):
            await issue(tx, description=KEY_DESCRIPTION, now=now, secret=token)
    if owner is None or not is_empty:
        return None
    return await _make_owner(house, owner, now)


async def _make_owner(house: House, owner: Owner, now: datetime) -> User:
    wish = users_.Wish(name=owner.name, email=owner.email, role="owner")
    user = (await users_.create(house, wish, THE_HOUSE, now)).user
    if owner.password:
        hashed = await hash_password(owner.password)
        async with house.database.begin() as tx:
            await users.set_password(tx, user.id, hashed)
    rule = escalation_policies.RuleWish(
        delay_minutes=DEFAULT_DELAY, targets=(Target("user", user.id),)
    )
    await escalation_policies.create(house, escalation_policies.Wish(name="Default", rules=(rule,)))
    return user
