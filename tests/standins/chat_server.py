"""A chat's server on this machine: it keeps what it is asked, and can be made to fail."""

import asyncio
import json
from abc import ABC, abstractmethod
from collections.abc import Sequence
from typing import Any, NamedTuple, Self

from tests.standins.requests import Read, serving

REASONS = {
    200: "OK", 201: "Created", 202: "Accepted", 204: "No Content", 400: "Bad Request",
    401: "Unauthorized", 403: "Forbidden", 404: "Not Found", 409: "Conflict",
    429: "Too Many Requests", 500: "Internal Server Error", 503: "Service Unavailable",
}  # fmt: skip


class Asked(NamedTuple):
    """One request."""

    method: str
    path: str
    headers: dict[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        """The body, read."""
        return json.loads(self.body)


class Answered(NamedTuple):
    """What is said to it."""

    status: int
    told: Any = None
    headers: Sequence[str] = ()


class ChatServer(ABC):
    """Serves what ``answer`` says, unless it is ``broken``; while ``open`` is clear it hangs."""

    def __init__(self) -> None:
        self.asked: list[Asked] = []
        self.broken: Answered | None = None
        self.heard = asyncio.Event()
        self.open = asyncio.Event()
        self.open.set()
        self.url = ""
        self._server: asyncio.Server | None = None

    async def __aenter__(self) -> Self:
        """Listen at a free port."""
        self._server = await asyncio.start_server(serving(self._tell), "127.0.0.1")
        self.url = f"http://127.0.0.1:{self._server.sockets[0].getsockname()[1]}"
        return self

    async def __aexit__(self, *_: object) -> None:
        """Let whoever waits go, and refuse new connections."""
        self.open.set()
        if self._server is not None:
            self._server.close()

    @abstractmethod
    def answer(self, asked: Asked) -> Answered:
        """Say what this provider says."""

    async def answer_slowly(self, asked: Asked) -> Answered:
        """Say it at once; who polls for long may be kept waiting."""
        return self.answer(asked)

    async def _tell(self, read: Read, writer: asyncio.StreamWriter) -> None:
        method, path, _ = read.line.split()
        asked = Asked(method, path, read.headers, read.body)
        self.asked.append(asked)
        self.heard.set()
        await self.open.wait()
        status, told, extra = self.broken or await self.answer_slowly(asked)
        text = "" if told is None else told if isinstance(told, str) else json.dumps(told)
        head = (f"HTTP/1.1 {status} {REASONS[status]}", "Connection: close", *extra)
        writer.write(
            "\r\n".join((*head, f"Content-Length: {len(text.encode())}", "", text)).encode()
        )
