"""`tocsin serve` as a process of its own, for tests: started, watched, killed, stopped."""

import asyncio
import os
import signal
import socket
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import Any, Final

import httpx

SERVE: Final = ("-m", "tocsin", "serve")
START: Final = 60.0  # seconds; the machine may be busy
STOP: Final = 20.0
LAST_WORDS: Final = 3000  # characters of the log that a failure shows


class Server:
    """A server on a free port, which it keeps when it is started again.

    ``settings`` are those of the environment, without their prefix and in small letters.
    """

    def __init__(self, folder: Path, *, python: tuple[str, ...] = SERVE, **settings: Any) -> None:
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.log = folder / f"server-{self.port}.log"
        self.python = python
        self.settings = {"port": self.port, "data": folder} | settings
        self._process: asyncio.subprocess.Process | None = None

    @property
    def is_running(self) -> bool:
        """Whether the process has not ended."""
        return self._process is not None and self._process.returncode is None

    @property
    def pid(self) -> int:
        """The number of the process."""
        assert self._process
        return self._process.pid

    async def start(self) -> None:
        """Start it, and wait until it is ready."""
        await self.begin()
        await self.until_ready()

    async def begin(self) -> None:
        """Start it without waiting."""
        environ = {k: v for k, v in os.environ.items() if not k.startswith("TOCSIN_")}
        told = {f"TOCSIN_{name.upper()}": str(value) for name, value in self.settings.items()}
        with self.log.open("ab") as log:
            self._process = await asyncio.create_subprocess_exec(
                sys.executable, *self.python, stdout=log, stderr=log, env=environ | told
            )

    async def until_ready(self, seconds: float = START) -> None:
        """Wait until it says that it is ready."""
        async with httpx.AsyncClient(base_url=self.url) as http:
            for _ in range(int(seconds / 0.05)):
                assert self.is_running, f"The server ended before it was ready:\n{self.said}"
                with suppress(httpx.HTTPError):
                    if (await http.get("/ready", timeout=5)).status_code == 200:
                        return
                await asyncio.sleep(0.05)
        raise AssertionError(f"The server was not ready in {seconds} seconds:\n{self.said}")

    async def until_ended(self, seconds: float = STOP) -> int:
        """Wait for the end of the process, and return its exit code."""
        assert self._process
        async with asyncio.timeout(seconds):
            return await self._process.wait()

    def send(self, number: signal.Signals) -> None:
        """Send a signal, if there is anybody to hear it."""
        if self._process and self.is_running:
            self._process.send_signal(number)

    async def kill(self) -> None:
        """End it without a warning."""
        self.send(signal.SIGKILL)
        await self.until_ended()

    async def stop(self) -> int:
        """Ask it to end, and return its exit code."""
        self.send(signal.SIGTERM)
        return await self.until_ended()

    @property
    def said(self) -> str:
        """The end of its log."""
        return self.log.read_text()[-LAST_WORDS:]


@asynccontextmanager
async def serving(folder: Path, **settings: Any) -> AsyncIterator[Server]:
    """Run a server that is ready, until it is no longer needed."""
    server = Server(folder, **settings)
    async with ended(server):
        await server.start()
        yield server


@asynccontextmanager
async def ended(*servers: Server) -> AsyncIterator[None]:
    """See to it that nothing runs on."""
    try:
        yield
    finally:
        for server in servers:
            with suppress(TimeoutError):
                if server.is_running:
                    await server.stop()
            if server.is_running:
                await server.kill()


def free_port() -> int:
    """Return a port on which nobody listens now."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port: int = listener.getsockname()[1]
        return port
