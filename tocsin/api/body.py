"""The body of a request, read within bounds of size, memory and time."""

import asyncio
import zlib
from collections.abc import Mapping
from typing import Final

from starlette.types import Receive

LIMIT: Final = 512 * 1024
DRAIN: Final = 16 * 1024 * 1024  # a sender that is cut off while it sends never reads the answer
PATIENCE: Final = 20.0  # seconds

_GZIP: Final = 31  # zlib's number for a gzip header and the largest window


class Unread(Exception):  # noqa: N818 - an answer to the sender
    """The body will not be read: the HTTP status for it, and why."""

    def __init__(self, status: int, sentence: str) -> None:
        super().__init__(sentence)
        self.status = status
        self.sentence = sentence


class Gone(Exception):  # noqa: N818 - nobody is left to be told
    """The sender hung up."""


def as_text(headers: Mapping[bytes, bytes]) -> dict[str, str]:
    """Return headers as text."""
    return {name.decode("latin-1"): value.decode("latin-1") for name, value in headers.items()}


async def read_body(
    headers: Mapping[bytes, bytes],
    receive: Receive,
    *,
    limit: int = LIMIT,
    patience: float = PATIENCE,
) -> bytes:
    """Return the body, unpacked, of at most ``limit`` bytes both before and after unpacking."""
    try:
        async with asyncio.timeout(patience):
            body = await _gather(receive, limit)
    except TimeoutError:
        raise Unread(408, f"The body did not arrive within {patience:g} seconds") from None
    match headers.get(b"content-encoding", b"identity").strip().lower():
        case b"identity" | b"":
            return body
        case b"gzip" | b"x-gzip":
            return _unpack(body, limit)
        case _:
            raise Unread(415, "Content-Encoding must be gzip or identity")


async def _gather(receive: Receive, limit: int) -> bytes:
    body, size, more = bytearray(), 0, True
    while more and size <= limit + DRAIN:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise Gone
        chunk = message.get("body", b"")
        size += len(chunk)
        if size <= limit:
            body += chunk
        more = message.get("more_body", False)
    if size > limit:
        raise _too_large(limit)
    return bytes(body)


def _unpack(packed: bytes, limit: int) -> bytes:
    unpacker = zlib.decompressobj(_GZIP)
    try:
        body = unpacker.decompress(packed, limit + 1)
    except zlib.error:
        raise _garbled() from None
    if len(body) > limit:
        raise _too_large(limit)
    if not unpacker.eof or unpacker.unused_data:
        raise _garbled()
    return body


def _too_large(limit: int) -> Unread:
    return Unread(413, f"The body is larger than {limit} bytes")


def _garbled() -> Unread:
    return Unread(400, "The body is not gzip, although its Content-Encoding says so")
