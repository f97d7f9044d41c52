"""Proofs: that a contact method reaches its owner is shown by a code, or by a test that arrives."""

import hmac
import math
import secrets
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final

import msgspec
from msgspec.structs import replace
from sqlalchemy.ext.asyncio import AsyncConnection

from tocsin.domain.people.user import ContactMethod
from tocsin.domain.reaching.message import Notice, Purpose
from tocsin.domain.reaching.sent import Sent
from tocsin.kit.sealing import digest
from tocsin.store import work
from tocsin.store.people.contact_methods import CONTACT_METHODS
from tocsin.store.reaching import proofs as store
from tocsin.store.reaching.messages import MESSAGES, NEWEST_FIRST
from tocsin.store.reaching.proofs import Proof
from tocsin.usecases.errors import Conflict, Invalid, TooMany
from tocsin.usecases.house import House
from tocsin.usecases.people import users
from tocsin.usecases.people.contact_methods import get_in
from tocsin.usecases.reaching import notices

DIGITS: Final = 6
GOOD_FOR: Final = timedelta(minutes=15)
MOST_GUESSES: Final = 5
HOUR: Final = timedelta(hours=1)
PAUSE: Final = timedelta(seconds=20)  # between two messages that somebody asks for
MOST_AN_HOUR: Final = 10  # so that nobody can be rung all night by who enters their number
MOST_SHOWN: Final = 5

TRIAL: Final = Purpose(kind="trial", deeds=("confirm",))

NO_WAY: Final = "Nothing can be sent this way yet: no provider is set up for it."
TOO_SOON: Final = "A message is on its way already. Ask for another one in {} seconds."
TOO_MANY: Final = "Ten messages were asked for within an hour. Wait a while."
NO_CODE: Final = "There is no code that could be typed in: ask for a new one."
WRONG: Final = "This is not the code that was sent. Look at the newest message."


async def send_trial(house: House, user_id: str, method_id: str, now: datetime) -> None:
    """Send a message that tests a contact method: what comes back is shown beside it."""
    async with house.database.begin() as tx:
        method = await _ready(tx, house, user_id, method_id, now)
        await notices.plan(tx, house, method, TRIAL, now)


async def send_code(house: House, user_id: str, method_id: str, now: datetime) -> None:
    """Send a code. Typed in, it proves that the contact method reaches its owner."""
    async with house.database.begin() as tx:
        method = await _ready(tx, house, user_id, method_id, now)
        code = f"{secrets.randbelow(10**DIGITS):0{DIGITS}}"
        proof = Proof(
            contact_method_id=method.id,
            code_hash=_hash(method, code),
            created_at=now,
            expires_at=now + GOOD_FOR,
        )
        await store.put(tx, proof)
        purpose = Purpose(kind="code", notice=Notice(code=code))
        await notices.plan(tx, house, method, purpose, now, good_for=GOOD_FOR)


async def prove(house: House, user_id: str, method_id: str, code: str, now: datetime) -> None:
    """Take a code as proof. Raises Invalid; after some guesses, a new code is needed."""
    async with house.database.begin() as tx:
        await users.hold(tx, user_id)
        method = await get_in(tx, user_id, method_id)
        proof = await store.get(tx, method.id)
        if proof is None or now > proof.expires_at or proof.attempts >= MOST_GUESSES:
            raise Invalid(NO_CODE)
        is_right = hmac.compare_digest(_hash(method, "".join(code.split())), proof.code_hash)
        if is_right:
            await store.forget(tx, method.id)
            await note_proven(tx, method, now)
        else:
            await store.put(tx, replace(proof, attempts=proof.attempts + 1))
    if not is_right:  # only now that the guess is counted
        raise Invalid(WRONG)


async def note_proven(tx: AsyncConnection, method: ContactMethod, now: datetime) -> None:
    """Keep that a contact method reaches its owner."""
    await CONTACT_METHODS.update(tx, replace(method, proven_at=now, fault=None, fault_at=None))


class Trials(msgspec.Struct, frozen=True, kw_only=True):
    """What was sent to a contact method lately, the newest first, and whether a code is awaited."""

    sent: Sequence[Sent] = ()
    awaits_code: bool = False


async def look(house: House, user_id: str, method_id: str, now: datetime) -> Trials:
    """Say what became of the newest messages to a contact method."""
    c = MESSAGES.c
    async with house.database.read() as tx:
        method = await get_in(tx, user_id, method_id)
        proof = await store.get(tx, method.id)
        where = (c.contact_method_id == method.id, c.user_id == user_id)
        return Trials(
            sent=await MESSAGES.select(tx, *where, order_by=NEWEST_FIRST, limit=MOST_SHOWN),
            awaits_code=proof is not None and now <= proof.expires_at,
        )


async def _ready(
    tx: AsyncConnection, house: House, user_id: str, method_id: str, now: datetime
) -> ContactMethod:
    """Return a contact method that something can be sent to now. Raises Conflict, TooMany."""
    await users.hold(tx, user_id)
    method = await get_in(tx, user_id, method_id)
    if method.kind not in house.ways:
        raise Conflict(NO_WAY)
    c = MESSAGES.c
    lately = (c.user_id == user_id, c.at > now - HOUR, c.kind.in_(("trial", "code")))
    asked = await MESSAGES.select(tx, *lately, order_by=NEWEST_FIRST, limit=MOST_AN_HOUR)
    newest = [one for one in asked[:1] if one.at > now - PAUSE]
    if newest:
        wait = (newest[0].at + PAUSE - now).total_seconds()
        raise TooMany(TOO_SOON.format(math.ceil(wait)))
    if await work.notices_by(tx, method.id, now):
        raise TooMany(TOO_SOON.format(math.ceil(PAUSE.total_seconds())))
    if len(asked) >= MOST_AN_HOUR:
        raise TooMany(TOO_MANY)
    return method


def _hash(method: ContactMethod, code: str) -> bytes:
    return digest(f"{method.id} {code}")
