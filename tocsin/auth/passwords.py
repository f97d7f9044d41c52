"""Passwords: hashed slowly, in a thread, so that nobody else waits."""

import asyncio
from typing import Final

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

_HASHER: Final = PasswordHasher()


async def hash_password(password: str) -> str:
    """Return a hash that tells the parameters it was made with."""
    return await asyncio.to_thread(_HASHER.hash, password)


async def is_password(password: str, stored: str | None) -> bool:
    """Say whether a stored hash is this password's; without one, take as long to say no."""
    return await asyncio.to_thread(_verify, password, stored)


def needs_rehash(stored: str) -> bool:
    """Say whether a hash was made with weaker parameters than today's."""
    return _HASHER.check_needs_rehash(stored)


def _verify(password: str, stored: str | None) -> bool:
    if stored is None:
        _HASHER.hash(password)
        return False
    try:
        return _HASHER.verify(stored, password)
    except (VerificationError, InvalidHashError):
        return False
