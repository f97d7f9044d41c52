"""Starts other programs: as another user if need be, and never outliving us."""

import asyncio
import ctypes
import os
import pwd
import signal
import sys
from pathlib import Path
from typing import Final

PR_SET_PDEATHSIG: Final = 1
KEPT_VARIABLES: Final = ("PATH", "LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH", "TMPDIR")


async def spawn(
    program: Path,
    *arguments: str | Path,
    account: pwd.struct_passwd | None = None,
    given: int = asyncio.subprocess.DEVNULL,
    output: int,
    complaints: int = asyncio.subprocess.STDOUT,
) -> asyncio.subprocess.Process:
    """Start a program that reads ``given`` and writes to ``output``, with hardly any environment.

    It gets SIGINT when we are gone, however we went: on Linux from the kernel, which minds the
    thread that starts it, so start it from the main one. Other systems have no such thing.
    """
    return await asyncio.create_subprocess_exec(
        program,
        *arguments,
        stdin=given,
        stdout=output,
        stderr=complaints,
        env={name: os.environ[name] for name in KEPT_VARIABLES if name in os.environ},
        cwd="/",
        start_new_session=True,  # a terminal's Ctrl-C is for us alone
        preexec_fn=_Entry(account),
    )


async def output_of(
    program: Path, *arguments: str | Path, account: pwd.struct_passwd | None = None
) -> str:
    """Run a program to its end and return all that it said."""
    process = await spawn(program, *arguments, account=account, output=asyncio.subprocess.PIPE)
    said, _ = await process.communicate()
    return said.decode(errors="replace")


def tell(process: asyncio.subprocess.Process, what: bytes, *, is_all: bool = False) -> None:
    """Let a program read something, unless it is gone: then nobody minds."""
    if process.stdin is not None and not process.stdin.is_closing():
        process.stdin.write(what)
        if is_all:
            process.stdin.close()


class _Entry:
    """What the child does between its birth and its program. Takes no lock, imports nothing."""

    def __init__(self, account: pwd.struct_passwd | None) -> None:
        self._account = account
        self._parent = os.getpid()
        self._prctl = ctypes.CDLL(None).prctl if sys.platform == "linux" else None

    def __call__(self) -> None:
        if self._account:
            os.setgroups([])
            os.setgid(self._account.pw_gid)
            os.setuid(self._account.pw_uid)
        if self._prctl:
            self._prctl(PR_SET_PDEATHSIG, signal.SIGINT, 0, 0, 0)
            if os.getppid() != self._parent:  # gone before we could ask
                os._exit(1)
