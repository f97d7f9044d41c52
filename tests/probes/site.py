"""A web site of our own on this machine, with pages that tests put there."""

import asyncio
import ssl
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import NamedTuple
from urllib.parse import parse_qs, urlsplit


class Asked(NamedTuple):
    """One request."""

    method: str
    path: str
    headers: dict[str, str]
    body: bytes

    @property
    def form(self) -> dict[str, list[str]]:
        """What a form sent, by either method."""
        text = self.body.decode() if self.method == "POST" else urlsplit(self.path).query
        return parse_qs(text, keep_blank_values=True)


def page(body: str | bytes, *headers: str, status: str = "200 OK") -> bytes:
    """Write an answer."""
    content = body.encode() if isinstance(body, str) else body
    lines = (f"HTTP/1.1 {status}", f"Content-Length: {len(content)}", *headers, "Connection: close")
    return "\r\n".join((*lines, "", "")).encode() + content


def moved(to: str, *headers: str, status: str = "302 Found") -> bytes:
    """Send somebody elsewhere."""
    return page("", f"Location: {to}", *headers, status=status)


class Site:
    """``pages`` are by path; each is an answer, or what makes one of a request.

    While ``open`` is clear, it says nothing at all.
    """

    def __init__(self) -> None:
        self.pages: dict[str, bytes | Callable[[Asked], bytes]] = {}
        self.asked: list[Asked] = []
        self.port = 0
        self.url = ""
        self.open = asyncio.Event()
        self.open.set()

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Answer one request."""
        try:
            head, *rest = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
            headers = {k.lower(): v for k, _, v in (line.partition(": ") for line in rest if line)}
            body = await reader.readexactly(int(headers.get("content-length", 0)))
        except (asyncio.IncompleteReadError, ConnectionError):
            writer.close()
            return
        method, path, _ = head.split(" ")
        asked = Asked(method, path, headers, body)
        self.asked.append(asked)
        await self.open.wait()
        answer = self.pages.get(urlsplit(path).path, page("", status="404 Not Found"))
        writer.write(answer if isinstance(answer, bytes) else answer(asked))
        writer.close()


@asynccontextmanager
async def running(tls: ssl.SSLContext | None = None) -> AsyncIterator[Site]:
    """Run a site at a free port."""
    site = Site()
    server = await asyncio.start_server(site.serve, "127.0.0.1", 0, ssl=tls)
    site.port = server.sockets[0].getsockname()[1]
    site.url = f"{'https' if tls else 'http'}://127.0.0.1:{site.port}"
    try:
        yield site
    finally:
        site.open.set()
        server.close()
