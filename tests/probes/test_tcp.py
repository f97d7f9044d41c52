"""TCP: ports that take connections, and what is said there."""

import asyncio
import socket

import pytest

from tests.probes.conftest import Looks
from tests.probes.talk import crowded, talking
from tocsin.domain.monitoring.monitor import Tcp
from tocsin.kit import http


async def test_a_port_that_takes_connections_is_well(look_at: Looks) -> None:
    async with talking(("", "hello")) as port:
        found = await look_at(Tcp(host="127.0.0.1", port=port))

    assert found.ok
    assert found.values["response_time"] > 0


@pytest.mark.parametrize("said", ["PING\r\n", r"PING\r\n"])
async def test_words_are_said_and_heard(look_at: Looks, said: str) -> None:
    async with talking(("PING\r\n", "+PONG")) as port:
        found = await look_at(Tcp(host="localhost", port=port, send=said, expects=r"+PONG\r\n"))

    assert found.ok


async def test_wrong_words_are_told(look_at: Looks) -> None:
    async with talking(("PING", "-ERR")) as port:
        found = await look_at(Tcp(host="127.0.0.1", port=port, send="PING", expects="+PONG"))

    assert (found.fault_kind, found.fault) == ("content", 'The text "+PONG" is missing')


async def test_a_flood_of_wrong_words_has_an_end(look_at: Looks) -> None:
    async with talking(("", "x" * 200_000)) as port:
        found = await look_at(Tcp(host="127.0.0.1", port=port, expects="+PONG"))

    assert found.fault_kind == "content"


async def test_a_closed_port_is_told(look_at: Looks) -> None:
    with socket.create_server(("127.0.0.1", 0)) as closed:
        port = closed.getsockname()[1]

    found = await look_at(Tcp(host="127.0.0.1", port=port))

    assert found.fault == f"127.0.0.1 refuses connections at port {port}"


async def test_silence_is_given_up(look_at: Looks) -> None:
    async def say_nothing(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read()
        writer.close()

    server = await asyncio.start_server(say_nothing, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]

    found = await look_at(Tcp(host="127.0.0.1", port=port, expects="+PONG"), seconds=0.1)

    assert (found.fault_kind, found.fault) == ("timeout", "No answer within 0.1 seconds")
    server.close()


async def test_a_name_that_nobody_knows_is_told(look_at: Looks) -> None:
    found = await look_at(Tcp(host="db.invalid", port=5432))

    assert (found.fault_kind, found.fault) == ("dns", "The name db.invalid is not known")


async def test_a_host_to_which_no_way_leads_is_told(look_at: Looks) -> None:
    found = await look_at(Tcp(host="255.255.255.255", port=80))

    assert found.fault_kind == "connection"
    assert found.fault.startswith("There is no way to 255.255.255.255: ")


async def test_a_host_that_drops_connections_is_told(
    look_at: Looks, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(http, "CONNECT_TIMEOUT", 0.2)
    with crowded() as port:
        found = await look_at(Tcp(host="127.0.0.1", port=port))

    assert found.fault == f"127.0.0.1 does not answer at port {port}"
    assert found.fault_kind == "timeout"


async def test_a_host_that_may_not_be_reached_is_told(look_at: Looks) -> None:
    found = await look_at(Tcp(host="169.254.169.254", port=80))

    assert found.fault_kind == "refused"
