"""A shell that is given commands one after another, and ends at the first fault."""

import asyncio
import os
import signal
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import Final

CURL: Final = "no-progress-meter\n"  # as it is where somebody sits before it
DONE: Final = "-- done --"
PATIENCE: Final = 60.0  # seconds


class Shell:
    """A running bash, and what began with it."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self._process = process

    async def run(self, commands: str) -> str:
        """Return what the commands print, whichever way."""
        assert self._process.stdin
        self._process.stdin.write(f"{commands}\nprintf '\\n{DONE}\\n'\n".encode())
        async with asyncio.timeout(PATIENCE):
            return "".join([line async for line in self._lines()])

    async def _lines(self) -> AsyncIterator[str]:
        assert self._process.stdout
        lines: list[str] = []
        async for raw in self._process.stdout:
            line = raw.decode()
            if line.strip() == DONE:
                return
            lines.append(line)
            yield line
        raise AssertionError(f"The shell ended: {''.join(lines)}")


@asynccontextmanager
async def open_shell(folder: Path) -> AsyncIterator[Shell]:
    """Give a shell in a folder, and end all that was begun in it."""
    (folder / ".curlrc").write_text(CURL)
    process = await asyncio.create_subprocess_exec(
        *("bash", "-eu", "-o", "pipefail"),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
        cwd=folder,
        env={"PATH": os.environ["PATH"], "HOME": str(folder)},
        start_new_session=True,
    )
    try:
        yield Shell(process)
    finally:
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGTERM)
        await process.wait()
