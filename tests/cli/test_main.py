"""The command line as a shell sees it: what is printed where, and the exit code."""

import asyncio
import os
import sys
from pathlib import Path

import pytest

from tocsin import __version__
from tocsin.store.database import Database
from tocsin.store.migrate import is_current
from tocsin.store.postgres import Postgres


async def _tocsin(*arguments: str | Path, **environ: str) -> tuple[int | None, str, str]:
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "tocsin", *map(str, arguments),
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
        env=os.environ | environ,
    )  # fmt: skip
    out, err = await process.communicate()
    return process.returncode, out.decode(), err.decode()


async def test_a_wrong_setting_is_one_sentence_and_exit_code_two() -> None:
    code, out, err = await _tocsin("migrate", TOCSIN_PORT="http")

    assert (code, out) == (2, "")
    assert err == "TOCSIN_PORT must be a whole number from 0 to 65535, not 'http'.\n"


async def test_an_unknown_setting_is_a_warning(folder: Path) -> None:
    (folder / "file").write_text("")
    code, _, err = await _tocsin("migrate", "--data", folder / "file" / "x", TOCSIN_PROT="1")

    assert code == 1
    assert "TOCSIN_PROT is no setting of Tocsin; perhaps TOCSIN_PORT is meant." in err
    assert "PostgreSQL cannot use" in err.splitlines()[-1]
    assert "Traceback" not in err


@pytest.mark.parametrize(
    ("url", "sentence"),
    [
        ("postgresql://tocsin@127.0.0.1:1/tocsin", "The database cannot be reached."),
        ("postgresql://tocsin@127.0.0.1:x/tocsin", "TOCSIN_DATABASE_URL must be an address"),
    ],
)
async def test_a_database_that_cannot_be_used_is_one_sentence(url: str, sentence: str) -> None:
    code, _, err = await _tocsin("migrate", TOCSIN_DATABASE_URL=url)

    assert code in {1, 2}
    assert err.startswith(sentence)
    assert err.count("\n") == 1


async def test_migrating_makes_the_embedded_database_current(folder: Path) -> None:
    code, out, _ = await _tocsin("migrate", "--data", folder)
    assert (code, out) == (0, "The database is up to date.\n")

    server = await Postgres.start(folder)
    database = await Database.open(server.url, connections=4)
    async with database.read() as tx:
        assert await is_current(tx)
    await database.close()

    assert (await _tocsin("migrate", "--data", folder))[0] == 0  # on the running server
    await server.stop()


async def test_the_version_is_the_changelogs() -> None:
    changelog = Path(__file__).parents[2] / "CHANGELOG.md"

    assert (await _tocsin("--version"))[1] == f"tocsin {__version__}\n"
    assert f"\n## {__version__}" in changelog.read_text()


async def test_an_unknown_command_is_exit_code_two() -> None:
    assert (await _tocsin("ring"))[0] == 2
