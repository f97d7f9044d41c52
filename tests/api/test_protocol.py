"""One HTTP connection: what it may draw out, and for how long."""

import asyncio
import socket
from collections.abc import AsyncIterator
from contextlib import suppress
from typing import Final

import pytest
import uvicorn
from starlette.types import Receive, Scope, Send

from tocsin.api.protocol import MAX_SURPLUS, BoundedHttp

PATIENCE: Final = 0.2
REQUEST: Final = b"POST / HTTP/1.1\r\nhost: a\r\n"
CHUNKED: Final = REQUEST + b"transfer-encoding: chunked\r\n\r\n"
HELLO: Final = REQUEST + b"content-length: 2\r\n\r\nhi"

Streams = tuple[asyncio.StreamReader, asyncio.StreamWriter]


class Hasty(BoundedHttp):
    patience = PATIENCE


async def answer_late(scope: Scope, receive: Receive, send: Send) -> None:
    """Answer without reading; /late only when more than the patience has passed."""
    if scope["path"] == "/late":
        await asyncio.sleep(1.5 * PATIENCE)
    headers = [(b"content-length", b"0")]
    await send({"type": "http.response.start", "status": 204, "headers": headers})
    await send({"type": "http.response.body"})


@pytest.fixture
async def line() -> AsyncIterator[Streams]:
    listener = socket.create_server(("127.0.0.1", 0))
    config = uvicorn.Config(answer_late, http=Hasty, lifespan="off", log_config=None)
    server = uvicorn.Server(config)
    serving = asyncio.create_task(server.serve(sockets=[listener]))
    reader, writer = await asyncio.open_connection(*listener.getsockname())
    yield reader, writer
    writer.close()
    server.should_exit = True
    await serving


async def read_to_end(reader: asyncio.StreamReader) -> bytes:
    """Return what comes until the server closes, which it must do soon."""
    told = b""
    async with asyncio.timeout(10 * PATIENCE):
        with suppress(ConnectionError):  # it closes with bytes of ours unread
            while more := await reader.read(65536):
                told += more
    return told


@pytest.mark.parametrize("start", [REQUEST, CHUNKED + b"0\r\n", b"\0"])
async def test_many_headers_trailers_and_nonsense_have_an_end(line: Streams, start: bytes) -> None:
    reader, writer = line
    writer.write(start + b"a: b\r\n" * MAX_SURPLUS)

    assert (await read_to_end(reader))[9:12] in {b"431", b"204", b"400", b""}


async def test_one_large_value_has_an_end(line: Streams) -> None:
    reader, writer = line
    writer.write(REQUEST + b"a: " + b"b" * MAX_SURPLUS)

    assert (await read_to_end(reader)).startswith(b"HTTP/1.1 431 ")


async def test_a_large_body_is_none_of_its_business(line: Streams) -> None:
    reader, writer = line
    length = 8 * MAX_SURPLUS
    writer.write(REQUEST + b"content-length: %d\r\n\r\n" % length + bytes(length) + HELLO)

    for _ in range(2):
        assert (await reader.readuntil(b"\r\n\r\n")).startswith(b"HTTP/1.1 204 ")


async def test_a_head_that_stalls_is_not_waited_for(line: Streams) -> None:
    reader, writer = line
    writer.write(REQUEST)

    assert (await read_to_end(reader)).startswith(b"HTTP/1.1 408 ")


async def test_who_says_nothing_is_told_nothing(line: Streams) -> None:
    assert await read_to_end(line[0]) == b""


async def test_a_body_that_goes_on_after_its_answer_is_not_waited_for(line: Streams) -> None:
    reader, writer = line
    writer.write(CHUNKED + b"1\r\na\r\n")
    await reader.readuntil(b"\r\n\r\n")

    assert (await read_to_end(reader)).startswith(b"HTTP/1.1 408 ")


async def test_a_head_that_stalls_behind_a_request_is_not_waited_for(line: Streams) -> None:
    reader, writer = line
    writer.write(HELLO + REQUEST)

    told = await read_to_end(reader)
    assert told.startswith(b"HTTP/1.1 204 ")
    assert b"HTTP/1.1 408 " in told


async def test_an_answer_may_take_longer_than_its_request(line: Streams) -> None:
    reader, writer = line
    writer.write(HELLO.replace(b"/ ", b"/late ", 1))

    assert (await reader.readuntil(b"\r\n\r\n")).startswith(b"HTTP/1.1 204 ")


async def test_a_body_that_stalls_ends_the_request_that_waits_for_it(line: Streams) -> None:
    reader, writer = line
    writer.write(CHUNKED.replace(b"/ ", b"/late ", 1))

    assert await read_to_end(reader) == b""


async def test_a_connection_may_rest_between_requests(line: Streams) -> None:
    reader, writer = line
    for _ in range(2):
        writer.write(HELLO)
        assert (await reader.readuntil(b"\r\n\r\n")).startswith(b"HTTP/1.1 204 ")
        await asyncio.sleep(1.5 * PATIENCE)
