"""The way out by HTTP: which addresses belong to the internet at large, and which host is asked."""

import asyncio
import socket
from typing import Any

import httpx
import pytest

from tests.hook import Hook
from tocsin.kit import http
from tocsin.kit.http import is_public, make_client


@pytest.mark.parametrize("address", ["93.184.216.34", "2606:2800:220:1:248:1893:25c8:1946"])
def test_addresses_of_the_internet_are_public(address: str) -> None:
    assert is_public(address)


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
        "fe80::1%eth0",
        "fd00::1",
        "ff02::1",
        "::ffff:127.0.0.1",
        "2002:7f00:1::",
        "64:ff9b::7f00:1",
    ],
)
def test_all_others_are_not(address: str) -> None:
    assert not is_public(address)


async def test_the_address_that_was_checked_is_the_one_that_is_asked(
    hook: Hook, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A name that resolves to a private and then to a public address gets the public one."""
    asked = []

    async def resolve(host: str, port: int | None, **_: Any) -> list[Any]:
        asked.append(host)
        kind = (socket.AF_INET, socket.SOCK_STREAM, 6, "")
        return [(*kind, ("10.0.0.1", port)), (*kind, ("127.0.0.1", port))]

    monkeypatch.setattr(asyncio.get_running_loop(), "getaddrinfo", resolve, raising=False)
    monkeypatch.setattr(http, "is_public", lambda address: address == "127.0.0.1")
    async with make_client(allow_private=False, user_agent="Tocsin/1") as client:
        answer = await client.post(hook.url.replace("127.0.0.1", "hooks.example.com"))

    assert answer.status_code == 204
    assert asked == ["hooks.example.com"]
    assert hook.heard[0].headers["host"].startswith("hooks.example.com:")


async def test_an_unknown_host_is_a_failed_connection() -> None:
    async with make_client(allow_private=False, user_agent="Tocsin/1") as client:
        with pytest.raises(httpx.ConnectError, match=r"nowhere\.invalid is not known"):
            await client.post("https://nowhere.invalid/")
