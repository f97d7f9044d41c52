"""The folder of the embedded PostgreSQL: who holds it, whose it is, what state it is in."""

import asyncio
import fcntl
import hashlib
import os
import pwd
import shutil
import signal
import socket
import tempfile
from contextlib import suppress
from pathlib import Path
from typing import Final

import structlog

from tocsin.kit.children import output_of

USERS: Final = ("tocsin", "postgres", "nobody")
ROLE: Final = "tocsin"
SOCKET: Final = ".s.PGSQL.5432"
LONGEST_SOCKET_PATH: Final = 100  # bytes; systems cut off at 104 or 108
TICK: Final = 0.1
PATIENCE: Final = 300  # ticks, for a server without its Tocsin to stop
FAREWELL: Final = 10  # ticks, for the processes of a server that has died to notice
SILENCE: Final = 10  # ticks, until a process that does not answer is no PostgreSQL
BUILTIN_LOCALES_SINCE: Final = 17

_log = structlog.get_logger("tocsin.postgres")


class PostgresError(Exception):
    """The embedded server cannot run; the sentence says why and what to do."""


class PostgresBusyError(PostgresError):
    """Another living Tocsin runs the server of this folder."""


def is_root() -> bool:
    """Tell whether we are root."""
    return os.geteuid() == 0


def hold(directory: Path) -> int:
    """Take ``directory`` for as long as this process lives, and return what must be closed."""
    directory.mkdir(mode=0o711 if is_root() else 0o700, parents=True, exist_ok=True)
    file = os.open(directory / "lock", os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        holder = os.read(file, 20).decode()
        os.close(file)
        raise PostgresBusyError(
            f"Another Tocsin (process {holder}) uses {directory}:"
            " stop it, or choose another folder with TOCSIN_DATA."
        ) from None
    os.ftruncate(file, 0)
    os.write(file, str(os.getpid()).encode())
    return file


def account_for(directory: Path) -> pwd.struct_passwd | None:
    """Return whom the server runs as, because it refuses root; None stands for ourselves."""
    if not is_root():
        return None
    with suppress(FileNotFoundError, KeyError):
        owner = pwd.getpwuid((directory / "postgres").stat().st_uid)
        if owner.pw_uid != 0:
            return owner
    for name in USERS:
        with suppress(KeyError):
            return pwd.getpwnam(name)
    raise PostgresError(
        "PostgreSQL does not run as root, and this machine has none of the users"
        f" {', '.join(USERS)}: make the user {USERS[0]}, or start Tocsin as another user."
    )


def refuse_other_versions(data: Path, major: int) -> None:
    """See to it that ``data`` was made by the same major version of PostgreSQL."""
    made_by = (data / "PG_VERSION").read_text().strip()
    if made_by != str(major):
        raise PostgresError(
            f"{data} was made by PostgreSQL {made_by} and cannot be used by PostgreSQL {major}:"
            f" set TOCSIN_POSTGRES_BIN to the programs of PostgreSQL {made_by}, or move the data"
            " with pg_dump and pg_restore."
        )


async def initialise(
    data: Path, initdb: Path, major: int, account: pwd.struct_passwd | None, *, sync: bool
) -> None:
    """Make the files beside their place and rename them, so that a crash leaves no half."""
    unfinished = data.with_suffix(".new")
    shutil.rmtree(unfinished, ignore_errors=True)
    make_private(unfinished, account)
    said = await output_of(
        initdb,
        *("-D", unfinished, "-U", ROLE, "--auth=trust", "--no-instructions"),
        *("--encoding=UTF8", "--locale=C"),
        *(BUILTIN_LOCALE if major >= BUILTIN_LOCALES_SINCE else ()),
        *(() if sync else ("--no-sync",)),
        account=account,
    )
    if not (unfinished / "global" / "pg_control").exists():
        name = f" as the user {account.pw_name}" if account else ""
        raise PostgresError(
            f"PostgreSQL could not make its files in {unfinished}{name}: {gist(said)}"
        )
    unfinished.rename(data)


BUILTIN_LOCALE: Final = ("--locale-provider=builtin", "--builtin-locale=C.UTF-8")


async def end_orphan(data: Path) -> None:
    """See to it that no other server works on ``data``.

    We hold the folder, so a server of ours that is still there has lost its Tocsin. On Linux the
    kernel has told it to stop already; elsewhere it is told now.
    """
    silent = 0
    for _ in range(PATIENCE):
        pid = _holder(data)
        if pid is None:
            return
        if not _listens(data):
            silent += 1
            if silent > SILENCE:
                _disown(data)
                return
        elif "cluster_name=tocsin" in (data / "postmaster.opts").read_text():
            _log.info("A PostgreSQL that has lost its Tocsin is asked to stop", pid=pid)
            os.kill(pid, signal.SIGINT)
        else:
            break
        await asyncio.sleep(TICK)
    raise PostgresError(
        f"Another PostgreSQL (process {pid}) works on {data}: stop it with"
        f" `pg_ctl stop -D {data}`, or choose another folder with TOCSIN_DATA."
    )


async def end_children(data: Path) -> None:
    """See to it that nobody still works on ``data`` for a server that has died.

    Its other processes notice that and go, except for one that waits for a lock which another of
    them took into its grave: it would wait for ever, and no new server may start beside it.
    """
    for _ in range(FAREWELL):
        if not _workers(data):
            return
        await asyncio.sleep(TICK)
    for pid in _workers(data):
        _log.warning("A process of a PostgreSQL that has died is ended", pid=pid)
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)


def is_ready(data: Path, pid: int) -> bool:
    """Tell whether the server ``pid`` has written that it takes connections."""
    lines = _pid_file(data)
    return len(lines) > 7 and lines[0] == str(pid) and lines[7].strip() == "ready"


def socket_folder(directory: Path) -> Path:
    """Return where the server listens: in ``directory`` unless that makes too long a path."""
    folder = directory.absolute() / "socket"
    if len(os.fsencode(folder / SOCKET)) <= LONGEST_SOCKET_PATH:
        return folder
    name = hashlib.sha256(os.fsencode(folder)).hexdigest()[:16]
    return Path(tempfile.gettempdir()) / f"tocsin-{name}"


def make_private(folder: Path, account: pwd.struct_passwd | None) -> None:
    """Make a folder that only ``account`` can open; one that a stranger made is refused."""
    owner = account.pw_uid if account else os.geteuid()
    with suppress(FileExistsError):
        folder.mkdir(mode=0o700)
        if account:
            os.chown(folder, account.pw_uid, account.pw_gid)
    found = folder.lstat()
    if found.st_uid != owner or found.st_mode & 0o77 or folder.is_symlink():
        raise PostgresError(f"{folder} belongs to another user or is open to them: remove it.")


def gist(said: str) -> str:
    """Return the line that tells most of what a program said when it gave up."""
    lines = [line.strip() for line in said.splitlines() if line.strip()] or ["it said nothing"]
    grave = [line for line in lines if "FATAL" in line or "PANIC" in line or "error:" in line]
    return (grave or lines)[-1]


def _pid_file(data: Path) -> list[str]:
    try:
        return (data / "postmaster.pid").read_text().splitlines()
    except FileNotFoundError:
        return []


def _holder(data: Path) -> int | None:
    """Return the living process that the server's pid file names."""
    lines = _pid_file(data)
    pid = abs(int(lines[0])) if lines else 0
    try:
        os.kill(pid, 0)
    except (ProcessLookupError, PermissionError):  # a stranger's cannot be our server
        return None
    return pid or None


def _workers(data: Path) -> list[int]:
    """Return the processes that run in ``data``; systems without /proc do not say."""
    return [int(p.name) for p in Path("/proc").glob("[0-9]*") if _folder_of(p) == data]


def _folder_of(process: Path) -> Path | None:
    try:
        return (process / "cwd").readlink()
    except OSError:  # gone by now, or a stranger's
        return None


def _listens(data: Path) -> bool:
    lines = _pid_file(data)
    if len(lines) < 5:
        return False
    with socket.socket(socket.AF_UNIX) as knock:
        knock.settimeout(1)
        try:
            knock.connect(f"{lines[4]}/.s.PGSQL.{lines[3]}")
        except OSError:
            return False
    return True


def _disown(data: Path) -> None:
    """Correct a pid file whose number another process has by now.

    PostgreSQL takes its own parent's number for proof that the file is stale, and goes on to look
    whether the shared memory that the file names is still in use; removing it would prevent that.
    """
    file = data / "postmaster.pid"
    file.write_text("\n".join([str(os.getpid()), *_pid_file(data)[1:]]) + "\n")
