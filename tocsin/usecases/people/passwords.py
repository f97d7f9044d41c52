"""Passwords: chosen by a link, changed by whoever knows the present one, set on the machine."""

import asyncio
from datetime import datetime
from functools import partial
from typing import Final

import structlog
from sqlalchemy.ext.asyncio import AsyncConnection

from tocsin.auth import sessions
from tocsin.auth.attempts import Attempts
from tocsin.auth.passwords import hash_password, is_password
from tocsin.auth.principal import Principal
from tocsin.domain.people.password import LONGEST, faults_of_password
from tocsin.domain.people.session import Origin
from tocsin.domain.people.ticket import TicketKind
from tocsin.domain.people.user import User
from tocsin.domain.reaching import letter
from tocsin.domain.reaching.letter import Words
from tocsin.store.people import sessions as session_store
from tocsin.store.people import tickets as ticket_store
from tocsin.store.people import users
from tocsin.usecases.errors import Forbidden, Invalid, NotFound
from tocsin.usecases.house import House
from tocsin.usecases.people import tickets
from tocsin.usecases.people.sessions import be_patient
from tocsin.usecases.people.tickets import Sent, check_right_to_let_in, hand_out
from tocsin.usecases.people.users import hold
from tocsin.usecases.reaching import letters
from tocsin.usecases.wishes import refuse

MOST_LINKS: Final = 3  # that can be good for one person at a time
EVENLY: Final = 0.2  # seconds that asking takes at least, so that its time tells nothing
FORGOTTEN: Final = "forgotten"  # the places where attempts are counted
CHANGING: Final = "changing"

NOT_THE_PRESENT: Final = "Present password is not this one."
THEIR_OWN: Final = "Only a person who is signed in has a password to change."
NEW: Final = "New password"
OFTEN: Final = "You have asked for this several times."

log = structlog.get_logger("tocsin.passwords")


async def ask(house: House, attempts: Attempts, email: str, origin: Origin, now: datetime) -> None:
    """Send a link to whoever has this address; nobody learns whether anybody has.

    Raises TooSoon.
    """
    be_patient(attempts.begin(email, origin.address, now, at=FORGOTTEN), OFTEN)
    await asyncio.gather(_send_if_known(house, email.strip(), now), asyncio.sleep(EVENLY))


async def offer(house: House, user_id: str, by: Principal, now: datetime) -> Sent:
    """Let an administrator send somebody a link for a new password. Raises Forbidden."""
    async with house.database.begin() as tx:
        user = await hold(tx, user_id)
        check_right_to_let_in(user, by)
        return await _send_link(tx, house, user, now)


async def choose(
    house: House, kind: TicketKind, token: str, *, password: str, origin: Origin, now: datetime
) -> str:
    """Give the holder of a link a password, and let them in: return a session's token.

    Raises LinkOver, Invalid.
    """
    await tickets.holder(house, kind, token, now)
    refuse(faults_of_password(password))
    hashed = await hash_password(password)
    async with house.database.begin() as tx:
        user = await tickets.holder_in(tx, kind, token, now, hold=True)
        await _replace(tx, user, hashed)
        if kind == "reset":
            await _tell(tx, house, user, origin, now)
        session = await sessions.begin(tx, user.id, now, origin)
    log.info("password.chosen", by=kind, user=user.id, address=origin.address)
    return session


async def change(
    house: House,
    attempts: Attempts,
    by: Principal,
    *,
    present: str,
    new: str,
    origin: Origin,
    now: datetime,
) -> str:
    """Give somebody another password who knows the present one; return a new session's token.

    All sessions of before end, also this one: whoever came by its token is out as well. Raises
    Invalid, TooSoon.
    """
    user = by.user
    if user is None:
        raise Forbidden(THEIR_OWN)
    refuse(faults_of_password(new, NEW))
    be_patient(attempts.begin(user.email, origin.address, now, at=CHANGING))
    async with house.database.read() as tx:
        stored = await users.password_hash(tx, user.id)
    if not await is_password(present[:LONGEST], stored):
        log.warning("password.refused", user=user.id, address=origin.address)
        raise Invalid(NOT_THE_PRESENT)
    attempts.forgive(user.email, origin.address, at=CHANGING)
    hashed = await hash_password(new)
    async with house.database.begin() as tx:
        await _replace(tx, user, hashed)
        await _tell(tx, house, user, origin, now)
        session = await sessions.begin(tx, user.id, now, origin)
    log.info("password.changed", user=user.id, address=origin.address)
    return session


async def put(tx: AsyncConnection, email: str, password: str) -> None:
    """Set somebody's password on the machine itself. Raises NotFound, Invalid."""
    refuse(faults_of_password(password))
    user = await users.by_email(tx, email)
    if user is None:
        raise NotFound("User", email)
    await _replace(tx, user, await hash_password(password))


async def _replace(tx: AsyncConnection, user: User, hashed: str) -> None:
    """Store a password; links and sessions of the time before it end."""
    await users.set_password(tx, user.id, hashed)
    await ticket_store.forget_of(tx, user.id)
    await session_store.forget_of(tx, user.id)


async def _send_if_known(house: House, email: str, now: datetime) -> None:
    if not email.isprintable():
        return
    async with house.database.begin() as tx:
        user = await users.by_email(tx, email)
        if user and await ticket_store.count_good(tx, user.id, "reset", now) < MOST_LINKS:
            await _send_link(tx, house, user, now)


async def _send_link(tx: AsyncConnection, house: House, user: User, now: datetime) -> Sent:
    words = partial(_asked, house, user)
    return await hand_out(tx, house, user, "reset", now=now, words=words)


def _asked(house: House, user: User, href: str) -> Words:
    return letter.reset(email=user.email, house=house.settings.public_url, href=href)


async def _tell(
    tx: AsyncConnection, house: House, user: User, origin: Origin, now: datetime
) -> None:
    """Tell somebody that their password was changed, in case that they do not know."""
    url = house.settings.public_url
    words = letter.password_changed(email=user.email, house=url, address=origin.address)
    if letters.can_send(house):
        await letters.post(tx, house, user, words, now)
