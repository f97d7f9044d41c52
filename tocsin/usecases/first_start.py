"""What an empty installation is given on its first start: an owner, a policy, a key.

An owner whom no setting names claims the house with the code that the server prints.
"""

import secrets
from collections.abc import Iterator
from contextlib import suppress
from datetime import datetime
from typing import Final

import msgspec
import structlog
from sqlalchemy.ext.asyncio import AsyncConnection

from tocsin.auth import sessions
from tocsin.auth.attempts import Attempts
from tocsin.auth.keys import issue
from tocsin.auth.passwords import hash_password
from tocsin.auth.principal import Principal
from tocsin.domain.duty.escalation_policy import Target
from tocsin.domain.people.password import faults_of_password
from tocsin.domain.people.session import Origin
from tocsin.domain.people.user import User
from tocsin.kit.ids import ALPHABET
from tocsin.kit.sealing import Sealer, digest
from tocsin.store import settings
from tocsin.store.people import api_keys, users
from tocsin.usecases.duty import escalation_policies
from tocsin.usecases.errors import Conflict, Invalid
from tocsin.usecases.house import House
from tocsin.usecases.people import users as users_
from tocsin.usecases.people.sessions import be_patient
from tocsin.usecases.wishes import refuse

THE_HOUSE: Final = Principal(key_id="")  # acts before there is anybody to act
KEY_DESCRIPTION: Final = "Given on the first start"
SEALED: Final = "Tocsin"
DEFAULT_DELAY: Final = 30  # minutes
CODE_LENGTH: Final = 12  # of five bits each
CODE_GROUP: Final = 4
CLAIMING: Final = "claiming"  # the place where attempts are counted

OWNED: Final = "Somebody owns this installation already. Sign in, or ask them for an invitation."
WRONG_CODE: Final = "Set-up code is not the one that the server has printed."

log = structlog.get_logger("tocsin.first_start")


class Owner(msgspec.Struct, frozen=True, kw_only=True):
    """Who owns the installation."""

    email: str
    password: str | None = None
    name: str = "Owner"
    time_zone: str | None = None

    def __repr__(self) -> str:
        return f"Owner({self.email})"


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
    with suppress(Conflict):  # a node that started at the same moment was first
        return await _make_owner(house, owner, now)
    return None


async def is_unclaimed(house: House) -> bool:
    """Say whether nobody owns this installation yet."""
    async with house.database.read() as tx:
        return await users.USERS.count(tx) == 0


def code_of(sealer: Sealer) -> str:
    """Return the code with which the house is claimed; every node knows the same one."""
    number = int.from_bytes(digest(sealer.sign("the first owner")))
    letters = "".join(ALPHABET[number >> 5 * place & 31] for place in range(CODE_LENGTH))
    groups = (letters[i : i + CODE_GROUP] for i in range(0, CODE_LENGTH, CODE_GROUP))
    return "-".join(groups)


async def claim(
    house: House, attempts: Attempts, owner: Owner, *, code: str, origin: Origin, now: datetime
) -> str:
    """Make somebody the first owner who knows the code; return the token of a session.

    Raises Conflict, Invalid, TooSoon.
    """
    if not await is_unclaimed(house):
        raise Conflict(OWNED)
    be_patient(attempts.begin("", origin.address, now, at=CLAIMING))
    if not secrets.compare_digest(_bare(code), _bare(code_of(house.sealer))):
        log.warning("house.refused", address=origin.address)
        raise Invalid(WRONG_CODE)
    attempts.forgive("", origin.address, at=CLAIMING)
    refuse(_faults(owner, now))
    user = await _make_owner(house, owner, now)
    async with house.database.begin() as tx:
        token = await sessions.begin(tx, user.id, now, origin)
    log.info("house.claimed", user=user.id, address=origin.address)
    return token


def _bare(code: str) -> bytes:
    return "".join(letter for letter in code.upper() if letter.isalnum()).encode()


def _faults(owner: Owner, now: datetime) -> Iterator[str]:
    try:
        _draft(owner, now)
    except Invalid as no:
        yield from no.sentences
    yield from faults_of_password(owner.password or "")


def _draft(owner: Owner, now: datetime) -> User:
    wish = users_.Wish(name=owner.name, email=owner.email, role="owner", time_zone=owner.time_zone)
    return users_.draft(wish, THE_HOUSE, now)


async def _make_owner(house: House, owner: Owner, now: datetime) -> User:
    user = _draft(owner, now)
    hashed = await hash_password(owner.password) if owner.password else None
    async with house.database.begin() as tx:
        await _add_first(tx, user)
        if hashed:
            await users.set_password(tx, user.id, hashed)
    rule = escalation_policies.RuleWish(
        delay_minutes=DEFAULT_DELAY, targets=(Target("user", user.id),)
    )
    await escalation_policies.create(house, escalation_policies.Wish(name="Default", rules=(rule,)))
    return user


async def _add_first(tx: AsyncConnection, user: User) -> None:
    """Add somebody as long as there is nobody, however many try at once. Raises Conflict."""
    await users.hold_all(tx)
    if await users.USERS.count(tx):
        raise Conflict(OWNED)
    await users_.add(tx, user)
