"""Webhooks, posted to a real web server: what it hears, and what its answers mean."""

import hashlib
import hmac
import json
import re
import time
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from tests.channels.test_email import MESSAGE, NIGHT
from tests.hook import Hook
from tocsin.channels import webhook
from tocsin.channels.webhook import Webhook, signing_key
from tocsin.kit.http import Outbound, make_client
from tocsin.kit.sealing import Sealer
from tocsin.kit.signing import SIGNATURE

GUIDE = Path(__file__).parents[2] / "docs" / "guides" / "notifications.md"
KEY = signing_key(Sealer("a secret of this installation, long enough"))


@pytest.fixture
async def channel() -> AsyncIterator[Webhook]:
    async with make_client(Outbound(), user_agent="Tocsin/1") as http:
        yield Webhook(http, KEY)


async def test_a_page_is_posted_as_json_with_a_signature(channel: Webhook, hook: Hook) -> None:
    delivery = await channel.send(MESSAGE, hook.url)

    (heard,) = hook.heard
    assert (delivery.ok, delivery.detail) == (True, "HTTP 204 No Content")
    assert heard.line == "POST /hook HTTP/1.1"
    assert heard.headers["content-type"] == "application/json"
    assert heard.headers["user-agent"] == "Tocsin/1"
    assert heard.json["event"] == "page"
    assert heard.json["summary"] == "#12 Disk full on db-1"
    assert heard.json["recipient"] == "Ann Lee"
    assert heard.json["incidents"][0]["number"] == 12
    assert heard.json["incidents"][0]["links"][0]["href"] == "https://wiki.example.com/disk"
    seconds = int(NIGHT.timestamp())
    signed = hmac.new(KEY.encode(), f"{seconds}.".encode() + heard.body, hashlib.sha256).hexdigest()
    assert heard.headers[SIGNATURE.lower()] == f"t={seconds},v1={signed}"


@pytest.mark.parametrize(
    ("status", "ok", "retry"),
    [
        ("200 OK", True, False),
        ("202 Accepted", True, False),
        ("302 Found", False, False),
        ("400 Bad Request", False, False),
        ("404 Not Found", False, False),
        ("408 Request Timeout", False, True),
        ("410 Gone", False, False),
        ("425 Too Early", False, True),
        ("429 Too Many Requests", False, True),
        ("500 Internal Server Error", False, True),
        ("503 Service Unavailable", False, True),
    ],
)
async def test_the_status_says_whether_another_try_makes_sense(
    channel: Webhook, hook: Hook, status: str, ok: bool, retry: bool
) -> None:
    hook.say(status, f"Location: {hook.url}", body="secrets of the other side")

    delivery = await channel.send(MESSAGE, hook.url)

    assert (delivery.ok, delivery.retry) == (ok, retry)
    assert delivery.detail == f"HTTP {status}"
    assert len(hook.heard) == 1, "a redirect was followed"


@pytest.mark.parametrize(
    ("header", "wait"),
    [("30", 30), ("999999999999999999", 3600), ("Wed, 21 Oct 2026 07:28:00 GMT", 0), ("-1", 0)],
)
async def test_a_wish_for_patience_is_heard(
    channel: Webhook, hook: Hook, header: str, wait: int
) -> None:
    hook.say("429 Too Many Requests", f"Retry-After: {header}")

    delivery = await channel.send(MESSAGE, hook.url)

    assert delivery.wait_seconds == wait
    assert ("patience" in delivery.detail) == bool(wait)


async def test_an_answer_without_an_end_does_no_harm(channel: Webhook, hook: Hook) -> None:
    hook.say("200 OK", "Content-Length: 1000000000000", body="x" * 100_000)

    assert (await channel.send(MESSAGE, hook.url)).ok


async def test_silence_is_given_up_and_worth_another_try(
    channel: Webhook, hook: Hook, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(webhook, "TIMEOUT", 0.1)
    hook.open.clear()
    began = time.monotonic()

    delivery = await channel.send(MESSAGE, hook.url)

    assert (delivery.ok, delivery.retry) == (False, True)
    assert delivery.detail == "No answer within 0.1 seconds."
    assert time.monotonic() - began < 2


async def test_a_closed_port_is_worth_another_try(channel: Webhook, hook: Hook) -> None:
    await hook.stop()

    delivery = await channel.send(MESSAGE, hook.url)

    assert (delivery.ok, delivery.retry) == (False, True)
    assert delivery.detail


@pytest.mark.parametrize(
    "address", ["", "hooks.example.com", "ftp://example.com/", "http://", "http://\x00"]
)
async def test_what_is_no_web_address_is_refused_for_good(channel: Webhook, address: str) -> None:
    delivery = await channel.send(MESSAGE, address)

    assert (delivery.ok, delivery.retry) == (False, False)
    assert delivery.detail


async def test_private_addresses_are_refused_where_they_are_forbidden(hook: Hook) -> None:
    async with make_client(Outbound(("private",)), user_agent="Tocsin/1") as http:
        channel = Webhook(http, KEY)
        for address in (hook.url, hook.url.replace("127.0.0.1", "localhost")):
            delivery = await channel.send(MESSAGE, address)
            assert (delivery.ok, delivery.retry) == (False, False)
            assert delivery.detail.endswith("has no address that Tocsin may reach.")

    assert hook.heard == []


async def test_the_guide_shows_what_is_posted_and_how_to_check_it(
    channel: Webhook, hook: Hook
) -> None:
    shown = re.search(r"```json\n(.*?)```", GUIDE.read_text(), re.DOTALL)
    check = re.search(r"```python\n(.*?)```", GUIDE.read_text(), re.DOTALL)
    assert shown
    assert check
    room: dict[str, Any] = {"hmac": hmac, "hashlib": hashlib}
    exec(check[1], room)

    await channel.send(MESSAGE, hook.url)

    (heard,) = hook.heard
    example = json.loads(shown[1])
    assert example.keys() == heard.json.keys()
    assert example["incidents"][0].keys() == heard.json["incidents"][0].keys()
    assert room["is_ours"](KEY, heard.headers[SIGNATURE.lower()], heard.body)
    assert not room["is_ours"](KEY, heard.headers[SIGNATURE.lower()], heard.body + b" ")
