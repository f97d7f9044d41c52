"""Connections that are kept: reused for the same host, for a moment, and never when in doubt."""

import asyncio
import socket
from collections.abc import AsyncIterator, Iterator
from contextlib import suppress
from typing import Any

import httpx
import pytest

from tocsin.kit import connections
from tocsin.kit.http import ForbiddenAddress, Outbound, make_client

OK = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"
HALF = b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nok"
LATE = b"HTTP/1.1 408 Request Timeout\r\nContent-Length: 0\r\n\r\n"


class Talker:
    """A server that keeps connections open; ``answers`` are given in turn, then the usual one.

    One that is empty hangs up. ``heard`` are the requests of each connection.
    """

    def __init__(self) -> None:
        self.heard: list[list[bytes]] = []
        self.answers: list[bytes] = []
        self.afterwards = b""
        self.hangs_up = False
        self.may_read = asyncio.Event()
        self.may_read.set()
        self.is_left = asyncio.Event()
        self.port = 0

    async def talk(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Answer one request after the other."""
        heard: list[bytes] = []
        self.heard.append(heard)
        with suppress(asyncio.IncompleteReadError, ConnectionError):
            while True:
                heard.append(await self._request(reader))
                answer = self.answers.pop(0) if self.answers else OK
                writer.write(answer + self.afterwards)
                if self.hangs_up or not answer:
                    break
        self.is_left.set()
        writer.close()

    async def _request(self, reader: asyncio.StreamReader) -> bytes:
        head = await reader.readuntil(b"\r\n\r\n")
        await self.may_read.wait()
        length = next((v for k, _, v in _fields(head) if k.lower() == b"content-length"), b"0")
        return await reader.readexactly(int(length))

    def url(self, host: str = "127.0.0.1") -> str:
        """Return where it answers."""
        return f"http://{host}:{self.port}/"


def _fields(head: bytes) -> Iterator[tuple[bytes, bytes, bytes]]:
    return (line.partition(b": ") for line in head.split(b"\r\n"))


@pytest.fixture
async def talker() -> AsyncIterator[Talker]:
    talker = Talker()
    server = await asyncio.start_server(talker.talk, "127.0.0.1", 0)
    talker.port = server.sockets[0].getsockname()[1]
    yield talker
    server.close()


@pytest.fixture
async def client() -> AsyncIterator[httpx.AsyncClient]:
    async with make_client(Outbound(), user_agent="Tocsin/1", connections=2) as client:
        yield client


async def test_requests_to_one_host_follow_each_other_on_one_connection(
    talker: Talker, client: httpx.AsyncClient
) -> None:
    for body in (b"one", b"two", b"three"):
        assert (await client.post(talker.url(), content=body)).text == "ok"

    assert talker.heard == [[b"one", b"two", b"three"]]


async def test_requests_at_the_same_time_have_a_connection_each(
    talker: Talker, client: httpx.AsyncClient
) -> None:
    await asyncio.gather(*(client.post(talker.url()) for _ in range(2)))

    assert len(talker.heard) == 2


async def test_two_names_of_one_address_share_no_connection(
    talker: Talker, client: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    _let_names_stand_for(monkeypatch, "127.0.0.1")

    for host in ("one.example.com", "two.example.com", "one.example.com"):
        await client.post(talker.url(host), content=host.encode())

    assert talker.heard == [[b"one.example.com"] * 2, [b"two.example.com"]]


async def test_a_name_is_checked_again_when_its_connection_has_lived_long_enough(
    talker: Talker, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(connections, "LONGEST_LIFE", 0.05)
    outbound = Outbound(("private",), ("127.0.0.1",))
    async with make_client(outbound, user_agent="Tocsin/1") as client:
        _let_names_stand_for(monkeypatch, "127.0.0.1")
        await client.post(talker.url("shop.example.com"))
        _let_names_stand_for(monkeypatch, "10.0.0.1")
        await client.post(talker.url("shop.example.com"))
        await asyncio.sleep(0.06)
        await client.post(talker.url("shop.example.com"))

        with pytest.raises(ForbiddenAddress):
            await client.post(talker.url("shop.example.com"))


async def test_what_nobody_uses_is_closed_soon(
    talker: Talker, client: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(connections, "LONGEST_IDLE", 0.05)

    await client.post(talker.url())

    async with asyncio.timeout(2):
        await talker.is_left.wait()


async def test_no_more_are_kept_than_there_is_room_for(talker: Talker) -> None:
    async with make_client(Outbound(), user_agent="Tocsin/1", kept=1) as client:
        await asyncio.gather(*(client.post(talker.url()) for _ in range(2)))
        async with asyncio.timeout(2):
            await talker.is_left.wait()
        await client.post(talker.url())

    assert sorted(map(len, talker.heard)) == [1, 2]


async def test_the_last_are_closed_with_the_client(talker: Talker) -> None:
    async with make_client(Outbound(), user_agent="Tocsin/1") as client:
        await client.post(talker.url())

    async with asyncio.timeout(2):
        await talker.is_left.wait()


async def test_what_the_other_side_has_closed_is_not_used(
    talker: Talker, client: httpx.AsyncClient
) -> None:
    talker.answers = [OK, b""]
    await client.post(talker.url(), content=b"one")
    async with client.stream("POST", talker.url(), content=b"two") as answer:
        assert await answer.aread() == b"ok"

    assert talker.heard == [[b"one", b"two"], [b"two"]]


async def test_what_the_other_side_says_unasked_is_no_answer(
    talker: Talker, client: httpx.AsyncClient
) -> None:
    talker.afterwards = LATE
    await client.post(talker.url())
    await asyncio.sleep(0.02)

    assert (await client.post(talker.url())).status_code == 200
    assert len(talker.heard) == 2


async def test_a_request_whose_body_is_gone_is_not_sent_again(
    talker: Talker, client: httpx.AsyncClient
) -> None:
    async def body() -> AsyncIterator[bytes]:
        yield b"once"

    talker.answers = [OK, b""]
    await client.post(talker.url())

    with pytest.raises(httpx.RemoteProtocolError, match="disconnected"):
        await client.post(talker.url(), content=body(), headers={"Content-Length": "4"})


async def test_a_request_that_is_being_answered_is_not_sent_again(
    talker: Talker, client: httpx.AsyncClient
) -> None:
    talker.answers = [OK, b"HTTP/1.1 200 OK\r\nContent-", b""]
    await client.post(talker.url())
    with pytest.raises(httpx.ReadTimeout):
        await client.post(talker.url(), timeout=httpx.Timeout(0.1))

    assert sum(map(len, talker.heard)) == 2


async def test_a_hang_up_at_the_first_request_is_told(
    talker: Talker, client: httpx.AsyncClient
) -> None:
    talker.answers = [b""]

    with pytest.raises(httpx.RemoteProtocolError, match="disconnected"):
        await client.post(talker.url())


async def test_a_connection_whose_answer_was_not_read_to_its_end_is_not_kept(
    talker: Talker, client: httpx.AsyncClient
) -> None:
    talker.answers = [HALF]
    async with client.stream("POST", talker.url()):
        pass
    await client.post(talker.url())

    assert len(talker.heard) == 2


async def test_an_answer_that_breaks_off_is_told(talker: Talker, client: httpx.AsyncClient) -> None:
    talker.answers, talker.hangs_up = [HALF], True

    with pytest.raises(httpx.RemoteProtocolError, match="closed connection"):
        await client.post(talker.url())


async def test_news_before_an_answer_is_no_answer(
    talker: Talker, client: httpx.AsyncClient
) -> None:
    talker.answers = [b"HTTP/1.1 103 Early Hints\r\n\r\n" + OK]

    assert (await client.post(talker.url())).text == "ok"


async def test_another_protocol_is_the_end_of_http(
    talker: Talker, client: httpx.AsyncClient
) -> None:
    talker.answers = [b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: chat\r\n\r\nhello"]
    wish = {"Connection": "upgrade", "Upgrade": "chat"}

    answer = await client.get(talker.url(), headers=wish)
    await client.post(talker.url())

    assert (answer.status_code, answer.content) == (101, b"")
    assert len(talker.heard) == 2


async def test_what_is_no_http_is_told(talker: Talker, client: httpx.AsyncClient) -> None:
    talker.answers = [b"SSH-2.0-OpenSSH_9.2\r\n\r\n"]

    with pytest.raises(httpx.RemoteProtocolError, match="illegal status line"):
        await client.post(talker.url())


async def test_a_request_that_is_none_is_told(talker: Talker, client: httpx.AsyncClient) -> None:
    request = client.build_request("POST", talker.url(), headers={"X-Note": "two\nlines"})

    with pytest.raises(httpx.LocalProtocolError, match="header"):
        await client.send(request)


async def test_what_finds_no_room_says_so(talker: Talker) -> None:
    async with make_client(Outbound(), user_agent="Tocsin/1", connections=1) as client:
        async with client.stream("POST", talker.url()):
            with pytest.raises(httpx.PoolTimeout, match="under way"):
                await client.post(talker.url(), timeout=httpx.Timeout(0.05))
        assert (await client.post(talker.url())).text == "ok"


async def test_room_is_found_again_after_refusals(client: httpx.AsyncClient) -> None:
    for _ in range(3):
        with pytest.raises(httpx.ConnectError, match="refused"):
            await client.post("http://127.0.0.1:1/")


async def test_much_is_sent_as_fast_as_it_is_taken(
    talker: Talker, client: httpx.AsyncClient
) -> None:
    much = b"x" * 20_000_000
    talker.may_read.clear()
    with pytest.raises(httpx.WriteTimeout):
        await client.post(talker.url(), content=much, timeout=httpx.Timeout(5, write=0.1))
    talker.may_read.set()

    assert (await client.post(talker.url(), content=much)).text == "ok"
    assert talker.heard[1] == [much]


async def test_much_comes_as_fast_as_it_is_read(talker: Talker, client: httpx.AsyncClient) -> None:
    much = b"y" * 8_000_000
    talker.answers = [b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%b" % (len(much), much)]

    async with client.stream("POST", talker.url()) as answer:
        await asyncio.sleep(0.1)
        wire = answer.extensions["network_stream"]
        assert wire.count < len(much)
        assert await answer.aread() == much


def _let_names_stand_for(monkeypatch: pytest.MonkeyPatch, address: str) -> None:
    def look_up(_host: str, port: int | None, **_: Any) -> list[Any]:
        return [(2, 1, 6, "", (address, port))]

    monkeypatch.setattr(socket, "getaddrinfo", look_up)
