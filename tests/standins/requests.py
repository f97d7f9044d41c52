"""Requests as small servers of tests read them: HTTP/1.1, one on each connection."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import NamedTuple

Serve = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]


class Read(NamedTuple):
    """A request: ``line`` is its first, headers are in small letters."""

    line: str
    headers: dict[str, str]
    body: bytes


def serving(answer: Callable[[Read, asyncio.StreamWriter], Awaitable[None]]) -> Serve:
    """Serve by ``answer`` alone; who leaves before having asked is let go."""

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            read = await _read(reader)
        except (asyncio.IncompleteReadError, ConnectionError):
            writer.close()
            return
        await answer(read, writer)
        writer.close()

    return serve


async def _read(reader: asyncio.StreamReader) -> Read:
    line, *rest = (await reader.readuntil(b"\r\n\r\n")).decode().split("\r\n")
    headers = {name.lower(): value for name, _, value in (h.partition(": ") for h in rest if h)}
    return Read(line, headers, await reader.readexactly(int(headers.get("content-length", 0))))
