"""Bodies of answers, unpacked piece by piece: one of a few bytes may hold gigabytes."""

import zlib
from collections.abc import AsyncIterable, AsyncIterator
from typing import Final

import httpx

ACCEPTED: Final = "gzip"
MOST_BYTES: Final = 16 * 1024 * 1024  # of an answer that somebody reads to its end
PIECE: Final = 64 * 1024

_GZIP: Final = 31  # zlib's number for a gzip header and the largest window


def unpacked(response: httpx.Response) -> httpx.Response:
    """Let a response give what is in it, and no more than is good for us.

    What is packed in another way than we asked for, or more than once, stays as it is.
    """
    coding = response.headers.pop("content-encoding", "").strip().lower()
    inner = response.stream
    if isinstance(inner, httpx.AsyncByteStream):
        response.stream = _Unpacked(inner, is_gzip=coding in {"gzip", "x-gzip"})
    return response


class _Unpacked(httpx.AsyncByteStream):
    def __init__(self, inner: httpx.AsyncByteStream, *, is_gzip: bool) -> None:
        self._inner = inner
        self._is_gzip = is_gzip

    async def __aiter__(self) -> AsyncIterator[bytes]:
        left = MOST_BYTES
        async for piece in _gunzipped(self._inner) if self._is_gzip else self._inner:
            left -= len(piece)
            if left < 0:
                raise httpx.ReadError(f"The answer is longer than {MOST_BYTES:,} bytes.")
            yield piece

    async def aclose(self) -> None:
        await self._inner.aclose()


async def _gunzipped(packed: AsyncIterable[bytes]) -> AsyncIterator[bytes]:
    unpacker = zlib.decompressobj(_GZIP)
    try:
        async for part in packed:
            yield unpacker.decompress(part, PIECE)
            while unpacker.unconsumed_tail:
                yield unpacker.decompress(unpacker.unconsumed_tail, PIECE)
            if unpacker.eof:
                return
    except zlib.error as error:
        raise httpx.DecodingError("The answer is not gzip, although it says so.") from error
