"""`tocsin user password` as a shell sees it: who can sign in then, and what is refused."""

import asyncio
import os
import sys

import pytest

from tests.night import Night
from tocsin.auth.passwords import is_password
from tocsin.store.database import Database
from tocsin.store.people import users
from tocsin.store.postgres import Postgres

NEW = "four words nobody joins"


async def set_password(postgres: Postgres, email: str, given: str) -> tuple[int | None, str, str]:
    """Run the command with this input: exit code, output, errors."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "tocsin", "user", "password", email),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
        env=os.environ | {"TOCSIN_DATABASE_URL": postgres.url},
    )
    out, err = await process.communicate(given.encode())
    return process.returncode, out.decode(), err.decode()


async def test_a_password_is_read_from_the_input(postgres: Postgres, database: Database) -> None:
    night = await Night.falls(database)

    code, out, err = await set_password(postgres, "ben@example.com", f"{NEW}\r\nmore\n")

    assert (code, err) == (0, "")
    assert out.startswith("ben@example.com has a new password")
    async with database.read() as tx:
        assert await is_password(NEW, await users.password_hash(tx, night.team.ben.id))


@pytest.mark.parametrize(
    ("email", "password", "sentence"),
    [
        ("nobody@example.com", NEW, "User nobody@example.com was not found.\n"),
        ("ben@example.com", "short", "Password must have 12 to 1024 characters.\n"),
    ],
)
async def test_what_is_in_the_way_is_one_sentence(
    postgres: Postgres, database: Database, email: str, password: str, sentence: str
) -> None:
    await Night.falls(database)

    assert await set_password(postgres, email, f"{password}\n") == (1, "", sentence)
