"""Sessions: people sign in to the pages with their e-mail address and password, and out again."""

from datetime import datetime, timedelta
from typing import Final

import msgspec
import structlog

from tocsin.auth import sessions
from tocsin.auth.attempts import Attempts
from tocsin.auth.passwords import hash_password, is_password, needs_rehash
from tocsin.auth.principal import Principal
from tocsin.domain.user import User
from tocsin.store import users
from tocsin.usecases.errors import Complaint
from tocsin.usecases.house import House

LONGEST_PASSWORD: Final = 1024

NOT_KNOWN: Final = "This e-mail address and this password do not belong together."

log = structlog.get_logger("tocsin.sessions")


class Credentials(msgspec.Struct, frozen=True, kw_only=True):
    """What somebody types to be let in, and the address from which it comes."""

    email: str
    password: str
    address: str

    def __repr__(self) -> str:
        return f"Credentials({self.email}, {self.address})"


class NotKnown(Complaint):
    """Nobody has this address, or this is not their password: it is not told which."""


class TooSoon(Complaint):
    """Too many attempts have failed."""


async def sign_in(house: House, attempts: Attempts, given: Credentials, now: datetime) -> str:
    """Return the token of a new session. Raises NotKnown, TooSoon."""
    wait = attempts.begin(given.email, given.address, now)
    if wait > timedelta():
        raise TooSoon(f"Too many attempts have failed. Try again in {_spoken(wait)}.")
    user, stored = await _look_up(house, given.email)
    fits = len(given.password) <= LONGEST_PASSWORD
    if not await is_password(given.password if fits else "", stored) or user is None or not fits:
        log.warning("session.refused", address=given.address, user=user.id if user else None)
        raise NotKnown(NOT_KNOWN)
    attempts.forgive(given.email, given.address)
    fresh = await hash_password(given.password) if stored and needs_rehash(stored) else None
    async with house.database.begin() as tx:
        if fresh:
            await users.set_password(tx, user.id, fresh)
        token = await sessions.begin(tx, user.id, now)
    log.info("session.begun", address=given.address, user=user.id)
    return token


async def recognise(house: House, token: str, now: datetime) -> Principal | None:
    """Return who comes with this token, while their session lasts."""
    async with house.database.begin() as tx:
        return await sessions.identify(tx, token, now)


async def sign_out(house: House, token: str) -> None:
    """End a session."""
    async with house.database.begin() as tx:
        await sessions.end(tx, token)


async def _look_up(house: House, email: str) -> tuple[User | None, str | None]:
    if not email.isprintable():
        return None, None
    async with house.database.read() as tx:
        user = await users.by_email(tx, email.strip())
        return user, await users.password_hash(tx, user.id) if user else None


def _spoken(wait: timedelta) -> str:
    seconds = int(wait.total_seconds()) + 1
    if seconds <= 60:
        return "one second" if seconds == 1 else f"{seconds} seconds"
    return f"{-(-seconds // 60)} minutes"
