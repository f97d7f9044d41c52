"""Sessions: people sign in to the pages with their e-mail address and password, and out again."""

from datetime import datetime, timedelta
from typing import Final

import msgspec
import structlog

from tocsin.auth import sessions
from tocsin.auth.attempts import Attempts
from tocsin.auth.passwords import hash_password, is_password, needs_rehash
from tocsin.auth.principal import Principal
from tocsin.domain.people.password import LONGEST
from tocsin.domain.people.session import Origin, Session
from tocsin.domain.people.user import User
from tocsin.store.people import sessions as store
from tocsin.store.people import users
from tocsin.usecases.errors import Complaint, NotFound
from tocsin.usecases.house import House

NOT_KNOWN: Final = "This e-mail address and this password do not belong together."

log = structlog.get_logger("tocsin.sessions")


class Credentials(msgspec.Struct, frozen=True, kw_only=True):
    """What somebody types to be let in, and from where."""

    email: str
    password: str
    origin: Origin

    def __repr__(self) -> str:
        return f"Credentials({self.email}, {self.origin.address})"


class NotKnown(Complaint):
    """Nobody has this address, or this is not their password: it is not told which."""


class TooSoon(Complaint):
    """Too many attempts have failed."""


async def sign_in(house: House, attempts: Attempts, given: Credentials, now: datetime) -> str:
    """Return the token of a new session. Raises NotKnown, TooSoon."""
    address = given.origin.address
    be_patient(attempts.begin(given.email, address, now))
    user, stored = await _look_up(house, given.email)
    fits = len(given.password) <= LONGEST
    if not await is_password(given.password if fits else "", stored) or user is None or not fits:
        log.warning("session.refused", address=address, user=user.id if user else None)
        raise NotKnown(NOT_KNOWN)
    attempts.forgive(given.email, address)
    fresh = await hash_password(given.password) if stored and needs_rehash(stored) else None
    async with house.database.begin() as tx:
        if fresh:
            await users.set_password(tx, user.id, fresh)
        token = await sessions.begin(tx, user.id, now, given.origin)
    log.info("session.begun", address=address, user=user.id)
    return token


async def recognise(house: House, token: str, now: datetime) -> Principal | None:
    """Return who comes with this token, while their session lasts."""
    async with house.database.begin() as tx:
        return await sessions.identify(tx, token, now)


async def sign_out(house: House, token: str) -> None:
    """End a session."""
    async with house.database.begin() as tx:
        await sessions.end(tx, token)


async def find(house: House, user_id: str, now: datetime) -> list[Session]:
    """List where somebody is signed in, the session used last first."""
    async with house.database.read() as tx:
        found = await store.find_of(tx, user_id)
    return [session for session in found if not session.is_over(now)]


async def end(house: House, user_id: str, session_id: str) -> None:
    """End one session of a person. Raises NotFound."""
    async with house.database.begin() as tx:
        if not await store.forget_of(tx, user_id, only=session_id):
            raise NotFound("Session", session_id)
    log.info("session.ended", user=user_id)


async def end_all(house: House, user_id: str, *, but: str | None = None) -> int:
    """End all sessions of a person, ``but`` one if told; say how many these were."""
    async with house.database.begin() as tx:
        count = await store.forget_of(tx, user_id, but=but)
    log.info("session.all_ended", user=user_id, count=count)
    return count


def be_patient(wait: timedelta, why: str = "Too many attempts have failed.") -> None:
    """See that nothing must be waited for. Raises TooSoon."""
    if wait > timedelta():
        raise TooSoon(f"{why} Try again in {_spoken(wait)}.")


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
