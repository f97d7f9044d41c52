"""The way out: which addresses may be reached, and which one a name leads to."""

import asyncio
import socket
from collections.abc import Callable
from typing import Any

import httpx
import pytest

from tests.hook import Hook
from tocsin.kit.http import ForbiddenAddress, Outbound, UnknownHost, is_public, make_client

PUBLIC_ONLY = Outbound(("private",))
Names = Callable[..., list[str]]


@pytest.fixture
def names(monkeypatch: pytest.MonkeyPatch) -> Names:
    """Let every name stand for the given addresses; return what was asked for."""

    def stand_for(*addresses: str) -> list[str]:
        asked = []

        def look_up(host: str, port: int | None, **_: Any) -> list[Any]:
            asked.append(host)
            return [(2, 1, 6, "", (address, port)) for address in addresses]

        monkeypatch.setattr(socket, "getaddrinfo", look_up)
        return asked

    return stand_for


@pytest.mark.parametrize(
    "address",
    [
        "93.184.216.34",
        "2606:2800:220:1:248:1893:25c8:1946",
        "::ffff:93.184.216.34",
        "64:ff9b::5db8:d822",
        "2002:5db8:d822::1",
    ],
)
def test_addresses_of_the_internet_are_public(address: str) -> None:
    assert is_public(address)
    assert PUBLIC_ONLY.permits(address)


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1",
        "0.0.0.0",
        "10.1.2.3",
        "172.16.0.1",
        "192.168.1.1",
        "169.254.169.254",
        "100.64.0.1",
        "224.0.0.1",
        "255.255.255.255",
        "::1",
        "::",
        "::127.0.0.1",
        "fe80::1%eth0",
        "fd00::1",
        "fec0::1",
        "ff02::1",
        "::ffff:127.0.0.1",
        "::ffff:0:127.0.0.1",
        "2002:7f00:1::",
        "2002::",
        "64:ff9b::7f00:1",
        "64:ff9b:1::7f00:1",
    ],
)
def test_all_others_are_not(address: str) -> None:
    assert not is_public(address)
    assert not PUBLIC_ONLY.permits(address)


@pytest.mark.parametrize(
    "address",
    [
        "169.254.169.254",
        "169.254.1.1",
        "100.100.100.200",
        "fd00:ec2::254",
        "fe80::1%eth0",
        "::ffff:169.254.169.254",
        "64:ff9b::a9fe:a9fe",
        "2002:a9fe:a9fe::1",
    ],
)
def test_what_tells_a_cloud_machine_its_keys_is_refused_whatever_is_allowed(address: str) -> None:
    assert not Outbound().permits(address)
    assert not Outbound(allow=("0.0.0.0/0", "::/0")).permits(address)


@pytest.mark.parametrize("address", ["127.0.0.1", "10.1.2.3", "::1", "fd00::1"])
def test_private_networks_may_be_reached_unless_they_are_denied(address: str) -> None:
    assert Outbound().permits(address)


@pytest.mark.parametrize(
    ("address", "permitted"),
    [
        ("10.1.2.3", True),
        ("10.2.0.1", False),
        ("::ffff:10.1.2.3", True),
        ("::ffff:10.2.0.1", False),
        ("0.0.0.0", False),
        ("8.8.8.8", True),
        ("2001:db8::1", False),
    ],
)
def test_exceptions_are_made_from_what_is_denied(address: str, permitted: bool) -> None:
    outbound = Outbound(("10.0.0.0/8", "127.0.0.0/8", "2001:db8::/32"), ("10.1.0.0/16",))

    assert outbound.permits(address) == permitted


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "2130706433", "0177.0.0.1", "0", "::1"])
async def test_every_spelling_of_this_machine_is_seen_through(host: str) -> None:
    with pytest.raises(ForbiddenAddress, match="no address that Tocsin may reach"):
        await PUBLIC_ONLY.resolve(host, 80)


async def test_the_address_that_was_checked_is_the_one_that_is_asked(
    hook: Hook, names: Names
) -> None:
    """A name that stands for a denied and a permitted address gets the permitted one."""
    asked = names("10.0.0.1", "127.0.0.1")
    outbound = Outbound(("private",), ("127.0.0.1",))

    async with make_client(outbound, user_agent="Tocsin/1") as client:
        answer = await client.post(hook.url.replace("127.0.0.1", "hooks.example.com"))

    assert answer.status_code == 204
    assert answer.url.host == "hooks.example.com"
    assert asked == ["hooks.example.com"]
    assert hook.heard[0].headers["host"].startswith("hooks.example.com:")


async def test_the_next_address_is_tried_when_one_refuses(hook: Hook, names: Names) -> None:
    names("127.1.2.3", "127.0.0.1")
    url = hook.url.replace("127.0.0.1", "hooks.example.com")

    async with make_client(Outbound(), user_agent="Tocsin/1") as client:
        answer = await client.post(url, content=b"said once")

    assert answer.status_code == 204
    assert [heard.body for heard in hook.heard] == [b"said once"]


async def test_the_next_address_is_tried_without_http_as_well(hook: Hook, names: Names) -> None:
    names("127.1.2.3", "127.0.0.1")

    reader, writer = await Outbound().connect("example.com", httpx.URL(hook.url).port or 0)
    writer.write(b"GET / HTTP/1.1\r\n\r\n")

    assert await reader.readline() == b"HTTP/1.1 204 No Content\r\n"
    writer.close()


async def test_the_last_refusal_is_told_when_all_refuse(names: Names) -> None:
    names("127.1.2.3", "127.3.2.1")

    async with make_client(Outbound(), user_agent="Tocsin/1") as client:
        with pytest.raises(httpx.ConnectError):
            await client.get("http://shop.example.com:1/")
    with pytest.raises(ConnectionRefusedError):
        await Outbound().connect("shop.example.com", 1)


async def test_a_redirect_is_checked_like_every_other_request(hook: Hook) -> None:
    hook.say("302 Found", "Location: http://169.254.169.254/latest/meta-data/")

    async with make_client(Outbound(), user_agent="Tocsin/1") as client:
        with pytest.raises(ForbiddenAddress):
            await client.get(hook.url, follow_redirects=True)


async def test_cookies_of_one_answer_are_not_sent_with_the_next_request(hook: Hook) -> None:
    hook.say("200 OK", "Set-Cookie: session=secret; Path=/")

    async with make_client(Outbound(), user_agent="Tocsin/1") as client:
        await client.get(hook.url)
        await client.get(hook.url)

    assert "cookie" not in hook.heard[1].headers


async def test_an_answer_that_is_packed_many_times_is_not_blown_up(hook: Hook) -> None:
    hook.say("200 OK", "Content-Encoding: gzip, gzip, gzip", body="small")

    async with make_client(Outbound(), user_agent="Tocsin/1") as client:
        answer = await client.get(hook.url)

    assert answer.content == b"small"
    assert hook.heard[0].headers["accept-encoding"] == "gzip"


@pytest.mark.parametrize("host", ["nowhere.invalid", f"{'a' * 64}.example.com"])
async def test_an_unknown_host_is_a_failed_connection(host: str) -> None:
    async with make_client(PUBLIC_ONLY, user_agent="Tocsin/1") as client:
        with pytest.raises(httpx.ConnectError, match=f"{host} is not known"):
            await client.post(f"https://{host}/")


async def test_names_that_nobody_answers_for_keep_no_other_waiting(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """One look-up may take many seconds in the system's resolver, and cannot be stopped."""
    answered = asyncio.Event()
    loop = asyncio.get_running_loop()
    real = socket.getaddrinfo

    def look_up(host: str, *args: Any, **options: Any) -> Any:
        if host == "silent.example.com":
            asyncio.run_coroutine_threadsafe(answered.wait(), loop).result()
        return real("127.0.0.1", *args, **options)

    monkeypatch.setattr(socket, "getaddrinfo", look_up)
    silent = [asyncio.create_task(Outbound().resolve("silent.example.com")) for _ in range(200)]
    try:
        async with asyncio.timeout(5):
            assert await Outbound().resolve("shop.example.com") == ("127.0.0.1",)
    finally:
        answered.set()
        assert await asyncio.gather(*silent) == [("127.0.0.1",)] * 200


async def test_an_unknown_name_is_told_to_those_who_speak_no_http() -> None:
    with pytest.raises(UnknownHost, match=r"nowhere\.invalid is not known"):
        await Outbound().connect("nowhere.invalid", 80)
