"""A password is known again by its hash, and by nothing else."""

import asyncio
import threading

from tocsin.auth.passwords import AT_ONCE, hash_password, is_password, needs_rehash


async def test_a_password_is_known_by_its_hash() -> None:
    stored = await hash_password("correct horse")

    assert "horse" not in stored
    assert await is_password("correct horse", stored)
    assert not await is_password("correct horsé", stored)


async def test_what_is_no_hash_is_nobodys_password() -> None:
    assert not await is_password("", "")


async def test_a_hash_of_today_is_strong_enough() -> None:
    assert not needs_rehash(await hash_password("correct horse"))


async def test_strangers_who_ask_at_once_take_turns() -> None:
    await asyncio.gather(*(is_password("guess", None) for _ in range(2 * AT_ONCE)))

    assert sum(one.name.startswith("passwords") for one in threading.enumerate()) == AT_ONCE
