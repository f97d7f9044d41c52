"""A web server of our own on this machine that hears webhooks and answers as it is told."""

import asyncio
import json
from collections.abc import AsyncIterator
from typing import Any, NamedTuple

import pytest

from tests.standins.requests import Read, serving

OK = "HTTP/1.1 204 No Content\r\nConnection: close\r\n\r\n"


class Heard(NamedTuple):
    """One request."""

    line: str
    headers: dict[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        """The body, read."""
        return json.loads(self.body)


class Hook:
    """``answer`` is what it says; while ``open`` is clear it says nothing at all."""

    def __init__(self) -> None:
        self.heard: list[Heard] = []
        self.answer = OK
        self.open = asyncio.Event()
        self.open.set()
        self.url = ""
        self._server: asyncio.Server | None = None

    async def start(self, port: int = 0) -> None:
        """Listen at a port, a free one unless it is named."""
        self._server = await asyncio.start_server(serving(self._tell), "127.0.0.1", port)
        port = self._server.sockets[0].getsockname()[1]
        self.url = f"http://127.0.0.1:{port}/hook"

    async def stop(self) -> None:
        """Refuse new connections."""
        if self._server is not None:
            self._server.close()

    def say(self, status: str, *headers: str, body: str = "") -> None:
        """Answer this from now on."""
        lines = (f"HTTP/1.1 {status}", "Connection: close", *headers, "", body)
        self.answer = "\r\n".join(lines)

    async def _tell(self, read: Read, writer: asyncio.StreamWriter) -> None:
        self.heard.append(Heard(*read))
        await self.open.wait()
        writer.write(self.answer.encode())


@pytest.fixture
async def hook() -> AsyncIterator[Hook]:
    """Run a web server that hears webhooks."""
    server = Hook()
    await server.start()
    yield server
    server.open.set()
    await server.stop()
