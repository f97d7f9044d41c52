"""Groups of Telegram that see incidents: posts, and how they are kept in step."""

from collections.abc import AsyncIterator

import pytest
from msgspec.structs import replace

from tests.standins.chat_server import Answered
from tests.standins.pages import POST
from tests.standins.telegram import TOKEN, TelegramServer, refusal
from tests.standins.tooling import open_tools
from tocsin.channels.telegram.channel import Telegram


@pytest.fixture
async def server() -> AsyncIterator[TelegramServer]:
    async with TelegramServer() as server:
        yield server


@pytest.fixture
async def channel(server: TelegramServer) -> AsyncIterator[Telegram]:
    async with open_tools() as tools:
        settings = {"token": TOKEN, "updates": "poll", "base_url": server.url}
        yield Telegram.make(tools, settings, "https://oncall.example.com/callbacks/P1")


async def test_a_room_is_posted_in_and_kept_in_step(
    channel: Telegram, server: TelegramServer
) -> None:
    posted = await channel.post_room(POST, "-1005")
    changed = await channel.change_room(
        replace(POST, standing="Acknowledged by: Ann", deeds=("resolve",), remark="Ann noted: ok"),
        "-1005",
        posted.provider_id or "",
    )

    first, remark = server.of("sendMessage")
    (edited,) = server.of("editMessageText")
    assert first["reply_markup"]["inline_keyboard"][0][0]["callback_data"] == "a:12"
    assert "Service: Checkout" in first["text"]
    assert (changed.ok, changed.provider_id) == (True, "-1005:7")
    assert (edited["chat_id"], edited["message_id"]) == ("-1005", 7)
    assert "Acknowledged by: Ann" in edited["text"]
    assert (remark["text"], remark["reply_parameters"]["message_id"]) == ("Ann noted: ok", 7)


async def test_without_a_remark_nothing_is_said_beneath(
    channel: Telegram, server: TelegramServer
) -> None:
    await channel.change_room(POST, "-1005", "-1005:7")

    assert [method for method, _ in server.calls] == ["editMessageText"]


async def test_a_post_that_is_gone_is_posted_anew(
    channel: Telegram, server: TelegramServer
) -> None:
    server.refusals["-5"] = refusal(400, "Bad Request: message to edit not found")

    delivery = await channel.change_room(POST, "-1005", "-5:3")

    assert (delivery.ok, delivery.provider_id) == (True, "-1005:7")


async def test_a_post_that_is_as_it_should_be_is_left(
    channel: Telegram, server: TelegramServer
) -> None:
    server.broken = refusal(400, "Bad Request: message is not modified: specified new message")

    delivery = await channel.change_room(POST, "-1005", "-1005:7")

    assert (delivery.ok, delivery.provider_id) == (True, "-1005:7")


async def test_a_room_that_refuses_says_so(channel: Telegram, server: TelegramServer) -> None:
    server.broken = Answered(503)

    delivery = await channel.change_room(POST, "-1005", "-1005:7")

    assert (delivery.ok, delivery.retry) == (False, True)
