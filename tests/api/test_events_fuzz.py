"""Two thousand requests full of nonsense: never a 5xx, never a stuck connection, little memory."""

import asyncio
import json
import sys
from asyncio.subprocess import PIPE
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from random import Random
from typing import Final

import pytest

from tests.api.nonsense import Said, nonsense, request
from tests.api.shelf import EVENT, V2

ROOT: Final = Path(__file__).parents[2]
REQUESTS: Final = 2000
AT_ONCE: Final = 16
ANSWER_WITHIN: Final = 10.0  # seconds; the server waits one second for a body
MAY_GROW: Final = 48 * 1024  # KiB
ANSWERS: Final = {200, 202, 400, 404, 405, 408, 413, 415}
OWN_WORDS: Final = {"status", "message", "errors"}


@pytest.fixture
async def port(tmp_path: Path) -> AsyncIterator[int]:
    with (tmp_path / "server.log").open("wb") as log:
        server = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "tests.api.strict_server"), cwd=ROOT, stdout=PIPE, stderr=log
        )
        assert server.stdout is not None
        yield int(await server.stdout.readline())
        server.kill()
        await server.wait()


@pytest.mark.slow
async def test_nonsense_is_refused_and_nothing_breaks(port: int) -> None:
    random = Random(2026)
    said = [nonsense(random) for _ in range(REQUESTS)]
    for warm_up in said[:50]:
        await ask(port, warm_up)
    before = await peak(port)

    gate = asyncio.Semaphore(AT_ONCE)
    statuses = Counter(await asyncio.gather(*(ask_within(gate, port, one) for one in said)))

    assert await peak(port) - before < MAY_GROW
    assert statuses.keys() <= ANSWERS | {431, None}
    assert min(statuses[status] for status in ANSWERS) > 0
    assert statuses[202] > REQUESTS / 20
    assert statuses[None] < REQUESTS / 20


async def ask_within(gate: asyncio.Semaphore, port: int, said: Said) -> int | None:
    async with gate:
        try:
            return await asyncio.wait_for(ask(port, said), ANSWER_WITHIN)
        except TimeoutError:
            pytest.fail(f"The server is stuck on {said.wire[:200]!r} ({len(said.wire)} bytes).")


async def ask(port: int, said: Said) -> int | None:
    """Return the status of the answer, and see that its connection is of further use or closed."""
    async with talk(port) as (reader, writer):
        writer.write(said.wire)
        if said.hangs_up:
            return None
        answer = await read_answer(reader, said.method)
        if answer is None:
            assert not said.answer_due, said.wire[:300]
            return None
        status, headers, body = answer
        if headers.get("content-type") == "application/json" and said.method != "HEAD":
            told = json.loads(body)
            assert (told["status"] == "success") == (status < 300), told
            assert status < 300 or told.keys() == OWN_WORDS
        if said.answer_due and headers.get("connection") != "close":
            writer.write(request(Random(1), json.dumps(EVENT).encode(), path=V2).wire)
            again = await read_answer(reader, "POST")
            assert again is not None
            assert again[0] == 202
        return status


async def peak(port: int) -> int:
    async with talk(port) as (reader, writer):
        writer.write(b"GET /peak HTTP/1.1\r\nhost: a\r\n\r\n")
        answer = await read_answer(reader, "GET")
        assert answer is not None
        return int(answer[2])


async def read_answer(
    reader: asyncio.StreamReader, method: str
) -> tuple[int, dict[str, str], bytes] | None:
    """Return status, headers and body, or None if the connection was closed instead."""
    try:
        while True:
            head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
            if not head.startswith("HTTP/1.1 100"):
                break
        first, *lines = head.rstrip().split("\r\n")
        headers = dict(line.lower().split(": ", 1) for line in lines)
        length = 0 if method == "HEAD" else int(headers["content-length"])
        return int(first.split()[1]), headers, await reader.readexactly(length)
    except (asyncio.IncompleteReadError, ConnectionError):
        return None


@asynccontextmanager
async def talk(port: int) -> AsyncIterator[tuple[asyncio.StreamReader, asyncio.StreamWriter]]:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    try:
        yield reader, writer
    finally:
        writer.close()
        with suppress(ConnectionError):
            await writer.wait_closed()
