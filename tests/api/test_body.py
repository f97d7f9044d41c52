"""Bodies of requests: read within bounds of size, memory and time."""

import gzip
import tracemalloc
import zlib
from typing import Any, Final

import pytest

from tests.api.shelf import Sender, piece
from tocsin.api.body import DRAIN, LIMIT, Gone, Unread, read_body

BODY: Final = b'{"routing_key":null}'


def packed(body: bytes) -> bytes:
    """Pack without the time, as tests are named by what they are given."""
    return gzip.compress(body, mtime=0)


async def read(*messages: dict[str, Any], coding: bytes | None = None) -> bytes:
    headers = {} if coding is None else {b"content-encoding": coding}
    return await read_body(headers, Sender(*messages).receive, patience=0.1)


async def test_a_body_in_pieces_is_put_together() -> None:
    pieces = [piece(part, more=True) for part in (b"a", b"", b"b")]

    assert await read(*pieces, piece(b"c")) == b"abc"


async def test_a_body_may_be_absent() -> None:
    assert await read({"type": "http.request"}) == b""


async def test_a_body_that_never_ends_is_not_waited_for() -> None:
    with pytest.raises(Unread, match=r"within 0\.1 seconds") as refusal:
        await read(piece(BODY, more=True))

    assert refusal.value.status == 408


async def test_a_sender_that_hangs_up_is_gone() -> None:
    with pytest.raises(Gone):
        await read(piece(BODY, more=True), {"type": "http.disconnect"})


@pytest.mark.parametrize("split", [1, LIMIT])
async def test_the_limit_is_exact(split: int) -> None:
    body = bytes(LIMIT)

    assert await read(piece(body[:split], more=True), piece(body[split:])) == body
    with pytest.raises(Unread) as refusal:
        await read(piece(body[:split], more=True), piece(body[split:] + b"!"))
    assert refusal.value.status == 413


async def test_a_body_without_end_is_read_no_further_than_it_takes_to_be_heard() -> None:
    sender = Sender(*[piece(bytes(1024 * 1024), more=True)] * 100)
    tracemalloc.start()
    with pytest.raises(Unread) as refusal:
        await read_body({}, sender.receive)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()

    assert refusal.value.status == 413
    assert 100 - len(sender.messages) == (LIMIT + DRAIN) // 1024**2 + 1
    assert peak < LIMIT


@pytest.mark.parametrize("coding", [b"gzip", b"x-gzip", b" GZIP "])
async def test_gzip_is_unpacked(coding: bytes) -> None:
    assert await read(piece(gzip.compress(BODY)), coding=coding) == BODY


@pytest.mark.parametrize("coding", [b"identity", b""])
async def test_no_packing_may_be_said_aloud(coding: bytes) -> None:
    assert await read(piece(BODY), coding=coding) == BODY


@pytest.mark.parametrize(
    ("coding", "body", "status"),
    [
        (b"gzip", packed(bytes(LIMIT + 1)), 413),
        (b"gzip", packed(bytes(50_000_000)), 413),
        (b"gzip", packed(BODY)[:-3], 400),
        (b"gzip", packed(BODY) + b"more", 400),
        (b"gzip", BODY, 400),
        (b"gzip", b"", 400),
        (b"deflate", zlib.compress(BODY), 415),
        (b"br", BODY, 415),
        (b"gzip, gzip", packed(packed(BODY)), 415),
    ],
)
async def test_what_is_packed_badly_or_too_well_is_refused(
    coding: bytes, body: bytes, status: int
) -> None:
    with pytest.raises(Unread) as refusal:
        await read(piece(body), coding=coding)

    assert refusal.value.status == status


async def test_a_bomb_is_unpacked_no_further_than_the_limit() -> None:
    bomb = gzip.compress(bytes(50_000_000))
    tracemalloc.start()
    with pytest.raises(Unread):
        await read(piece(bomb), coding=b"gzip")
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()

    assert peak < 3 * LIMIT
