"""Pushover, spoken with over HTTP: alarms, refusals, and receipts that it must confirm."""

from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlencode

import pytest
from msgspec.structs import replace

from tests.standins.chat_server import Answered
from tests.standins.pages import NOTICE, PAGE, TOKEN
from tests.standins.push_apps import APP_TOKEN, RECEIPT, USER_KEY, PushoverServer, fields_of
from tests.standins.tooling import open_tools
from tests.standins.troubles import assert_troubles_pass
from tocsin.channels.pushover import Pushover
from tocsin.domain.reaching.answer import Answer
from tocsin.domain.reaching.hearing import (
    Callback,
    Forged,
    Heard,
    Hearer,
    Preparer,
    Receipt,
    Unheard,
)

NOW = datetime(2026, 1, 10, tzinfo=UTC)
CALLBACK = "https://oncall.example.com/callbacks/P1"


@pytest.fixture
async def server() -> AsyncIterator[PushoverServer]:
    async with PushoverServer() as server:
        yield server


@pytest.fixture
async def make(server: PushoverServer) -> AsyncIterator[Callable[..., Pushover]]:
    async with open_tools() as tools:

        def make(token: str = APP_TOKEN) -> Pushover:
            settings = {"token": token, "base_url": server.url}
            return Pushover.make(tools, settings, CALLBACK)

        yield make


@pytest.fixture
def channel(make: Callable[..., Pushover]) -> Pushover:
    return make()


async def called_at(channel: Pushover, server: PushoverServer) -> str:
    """Send a page and return the address that Pushover is to call."""
    await channel.send(PAGE, USER_KEY)
    return fields_of(server.asked[-1])["callback"]


async def heard(channel: Pushover, url: str, receipt: str = RECEIPT) -> Heard:
    fields = {"receipt": receipt, "acknowledged": "1", "acknowledged_by": USER_KEY}
    callback = Callback(method="POST", url=url, body=urlencode(fields).encode())
    await channel.prepare(callback, NOW)
    return channel.hear(callback, NOW)


async def test_a_page_sounds_until_it_is_acknowledged(
    channel: Pushover, server: PushoverServer
) -> None:
    delivery = await channel.send(PAGE, USER_KEY)

    told = fields_of(server.asked[0])
    assert (delivery.ok, delivery.provider_id) == (True, RECEIPT)
    assert (told["token"], told["user"]) == (APP_TOKEN, USER_KEY)
    assert (told["title"], told["message"]) == (PAGE.title, PAGE.body)
    assert (told["priority"], told["retry"], told["expire"]) == ("2", "30", "300")
    assert told["url"] == PAGE.answer_url
    assert told["url_title"] == "Acknowledge / Resolve / Escalate"
    assert told["callback"].startswith(f"{CALLBACK}?token={TOKEN}&proof=")


@pytest.mark.parametrize(
    ("change", "priority"),
    [({"kind": "page"}, "1"), ({"kind": "status_update"}, "0"), ({"kind": "awake"}, "1")],
)
async def test_what_cannot_be_acknowledged_sounds_once(
    channel: Pushover, server: PushoverServer, change: dict[str, Any], priority: str
) -> None:
    await channel.send(replace(NOTICE, body="x" * 3000, **change), USER_KEY)

    told = fields_of(server.asked[0])
    assert told["priority"] == priority
    assert not {"retry", "expire", "callback", "url"} & told.keys()
    assert len(told["message"]) == 1024


async def test_troubles_pass(
    channel: Pushover, server: PushoverServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    await assert_troubles_pass(channel, server, USER_KEY, monkeypatch)


async def test_a_user_whom_nobody_knows_is_the_wrong_address(channel: Pushover) -> None:
    delivery = await channel.send(PAGE, "u" * 30)

    assert (delivery.ok, delivery.retry, delivery.is_our_fault) == (False, False, False)
    assert delivery.detail == "HTTP 400 Bad Request: user identifier is invalid"


async def test_a_revoked_token_is_our_fault_and_stays_secret(make: Callable[..., Pushover]) -> None:
    delivery = await make(token="r" * 30).send(PAGE, USER_KEY)

    assert (delivery.ok, delivery.retry, delivery.is_our_fault) == (False, False, True)
    assert "rrr" not in delivery.detail


async def test_a_server_without_an_address_is_our_fault(server: PushoverServer) -> None:
    async with open_tools() as tools:
        settings = {"token": APP_TOKEN, "base_url": "http://\x00"}
        delivery = await Pushover.make(tools, settings, CALLBACK).send(PAGE, USER_KEY)

    assert (delivery.ok, delivery.is_our_fault) == (False, True)


async def test_an_acknowledgement_counts_once_pushover_confirms_it(
    channel: Pushover, server: PushoverServer
) -> None:
    url = await called_at(channel, server)
    server.acknowledged.add(RECEIPT)

    for _ in range(2):  # also when it is repeated
        assert await heard(channel, url) == Heard(
            receipts=(Receipt(provider_id=RECEIPT, state="read", detail="Acknowledged on iphone"),),
            answers=(Answer(deed="acknowledge", token=TOKEN),),
        )
    assert isinstance(channel, Hearer)
    assert isinstance(channel, Preparer)
    callback = Callback(method="POST", url=url)
    assert channel.reply(callback, Heard(), (), None).status == 200


async def test_what_pushover_does_not_confirm_is_forged(
    channel: Pushover, server: PushoverServer
) -> None:
    url = await called_at(channel, server)

    with pytest.raises(Forged):
        await heard(channel, url)
    server.acknowledged.add(RECEIPT)
    with pytest.raises(Forged):
        await heard(channel, url, "anotherReceipt")
    server.broken = Answered(503, "Sorry")
    with pytest.raises(Forged):
        await heard(channel, url)
    await server.__aexit__()
    with pytest.raises(Forged):
        await heard(channel, url)


async def test_whoever_calls_at_another_address_makes_nobody_ask(
    channel: Pushover, server: PushoverServer
) -> None:
    url = await called_at(channel, server)
    server.acknowledged.add(RECEIPT)
    asked = len(server.asked)

    for wrong in (CALLBACK, f"{CALLBACK}?token={TOKEN}", f"{CALLBACK}?token={TOKEN}&proof=ü"):
        with pytest.raises(Forged):
            await heard(channel, wrong)
    with pytest.raises(Unheard):
        await heard(channel, url, "../messages")

    assert len(server.asked) == asked


async def test_receipts_are_not_remembered_for_ever(
    channel: Pushover, server: PushoverServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tocsin.channels.pushover.MOST_CONFIRMED", 1)
    url = await called_at(channel, server)
    server.acknowledged.add(RECEIPT)
    body = urlencode({"receipt": RECEIPT}).encode()

    for _ in range(3):
        await channel.prepare(Callback(method="POST", url=url, body=body), NOW)

    assert (await heard(channel, url)).answers
