"""Passwords: hashed slowly, in threads of their own, so that nobody else waits."""

import asyncio
from concurrent.futures import ThreadPoolExecutor
from typing import Final

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

AT_ONCE: Final = 2  # each takes 64 MiB meanwhile, and strangers can ask for as many as they like

_HASHER: Final = PasswordHasher()
_THREADS: Final = ThreadPoolExecutor(AT_ONCE, thread_name_prefix="passwords")


async def hash_password(password: str) -> str:
    """Return a hash that tells the parameters it was made with."""
    return await asyncio.get_running_loop().run_in_executor(_THREADS, _HASHER.hash, password)


async def is_password(password: str, stored: str | None) -> bool:
    """Say whether a stored hash is this password's; without one, take as long to say no."""
    loop = asyncio.get_running_loop()
    return await loop.run_in_executor(_THREADS, _verify, password, stored)


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
