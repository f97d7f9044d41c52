"""Answers of strangers: small ones stay small, however often they are packed."""

import gzip
import tracemalloc
from collections.abc import AsyncIterator

import httpx
import pytest

from tocsin.kit import unpacking
from tocsin.kit.unpacking import MOST_BYTES, PIECE, unpacked

HUGE = 64 * 1024 * 1024


class Wire(httpx.AsyncByteStream):
    def __init__(self, *parts: bytes) -> None:
        self._parts = parts
        self.is_open = True

    async def __aiter__(self) -> AsyncIterator[bytes]:
        for part in self._parts:
            yield part

    async def aclose(self) -> None:
        self.is_open = False


def answer(*parts: bytes, coding: str = "gzip") -> httpx.Response:
    return httpx.Response(200, headers={"Content-Encoding": coding}, stream=Wire(*parts))


async def test_a_packed_answer_comes_out_as_it_was() -> None:
    packed = gzip.compress(b"All is well. " * 10_000)

    assert await unpacked(answer(packed[:10], packed[10:])).aread() == b"All is well. " * 10_000


async def test_a_plain_answer_stays_as_it_is() -> None:
    assert await unpacked(answer(b"All ", b"well.", coding="identity")).aread() == b"All well."


async def test_whoever_reads_the_beginning_of_a_bomb_holds_no_more_than_that() -> None:
    packed = gzip.compress(bytes(HUGE))
    tracemalloc.start()
    try:
        assert len(await anext(unpacked(answer(packed)).aiter_bytes())) <= PIECE
        _, most = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()

    assert most < MOST_BYTES / 8


async def test_what_is_packed_twice_is_unpacked_by_nobody() -> None:
    packed = gzip.compress(gzip.compress(bytes(HUGE)))

    assert await unpacked(answer(packed, coding="gzip, gzip")).aread() == packed


@pytest.mark.parametrize("coding", ["gzip", "identity"])
async def test_an_answer_without_end_is_not_read_to_its_end(
    coding: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(unpacking, "MOST_BYTES", 1000)
    body = gzip.compress(bytes(1001)) if coding == "gzip" else bytes(1001)

    with pytest.raises(httpx.ReadError, match="longer than 1,000 bytes"):
        await unpacked(answer(body, coding=coding)).aread()


async def test_what_follows_a_packed_answer_is_not_kept() -> None:
    packed = gzip.compress(b"well")

    assert await unpacked(answer(packed, bytes(HUGE), bytes(HUGE))).aread() == b"well"


async def test_what_is_not_packed_although_it_says_so_is_a_fault() -> None:
    with pytest.raises(httpx.DecodingError, match="not gzip"):
        await unpacked(answer(b"All is well.")).aread()


async def test_the_wire_is_closed_with_the_answer() -> None:
    found = answer(b"")
    wire = found.stream

    await unpacked(found).aclose()

    assert isinstance(wire, Wire)
    assert not wire.is_open
