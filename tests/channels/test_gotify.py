"""Gotify, spoken with over HTTP."""

from collections.abc import AsyncIterator

import pytest
from msgspec.structs import replace

from tests.standins.chat_server import Answered
from tests.standins.pages import NOTICE, PAGE
from tests.standins.push_apps import GOTIFY_TOKEN, GotifyServer
from tests.standins.tooling import open_tools
from tests.standins.troubles import assert_troubles_pass
from tocsin.channels.gotify import Gotify


@pytest.fixture
async def server() -> AsyncIterator[GotifyServer]:
    async with GotifyServer() as server:
        yield server


@pytest.fixture
async def channel(server: GotifyServer) -> AsyncIterator[Gotify]:
    async with open_tools() as tools:
        yield Gotify.make(tools, {"base_url": f"{server.url}/"}, "")


async def test_a_page_sounds_and_opens_the_page_that_answers_it(
    channel: Gotify, server: GotifyServer
) -> None:
    delivery = await channel.send(PAGE, GOTIFY_TOKEN)

    told = server.asked[0].json
    assert (delivery.ok, delivery.provider_id) == (True, "25")
    assert (told["title"], told["message"], told["priority"]) == (PAGE.title, PAGE.body, 10)
    assert told["extras"]["client::notification"] == {"click": {"url": PAGE.answer_url}}


async def test_a_notice_is_quiet_and_opens_nothing(channel: Gotify, server: GotifyServer) -> None:
    await channel.send(replace(NOTICE, kind="status_update"), GOTIFY_TOKEN)

    told = server.asked[0].json
    assert told["priority"] == 5
    assert "client::notification" not in told["extras"]


async def test_troubles_pass(
    channel: Gotify, server: GotifyServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    await assert_troubles_pass(channel, server, GOTIFY_TOKEN, monkeypatch)


async def test_a_token_that_was_revoked_is_the_persons_own(channel: Gotify) -> None:
    delivery = await channel.send(PAGE, "Arevoked0000000")

    assert (delivery.ok, delivery.retry, delivery.is_our_fault) == (False, False, False)
    assert "valid access token" in delivery.detail
    assert "Arevoked" not in delivery.detail


@pytest.mark.parametrize(("status", "retry", "ours"), [(404, False, True), (400, True, False)])
async def test_what_is_no_gotify_is_our_fault(
    channel: Gotify, server: GotifyServer, status: int, retry: bool, ours: bool
) -> None:
    server.broken = Answered(status, "<html>")

    delivery = await channel.send(PAGE, GOTIFY_TOKEN)

    assert (delivery.ok, delivery.retry, delivery.is_our_fault) == (False, retry, ours)
