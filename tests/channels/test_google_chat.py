"""Google Chat, posted to over HTTP: cards, threads, and what refusals mean."""

from collections.abc import AsyncIterator

import pytest
from msgspec.structs import replace

from tests.standins.chat_server import Answered, Asked, ChatServer
from tests.standins.pages import NOTICE, PAGE
from tests.standins.tooling import open_tools
from tocsin.channels import asking
from tocsin.channels.google_chat import GoogleChat
from tocsin.kit.http import Outbound, make_client

SPACE = "/v1/spaces/AAAA/messages?key=K&token=T"


class GoogleServer(ChatServer):
    """One space with one webhook."""

    def answer(self, asked: Asked) -> Answered:
        if not asked.path.startswith(SPACE):
            return refusal(404, "NOT_FOUND")
        assert asked.json["cardsV2"][0]["card"]["header"]["title"]
        return Answered(200, {"name": "spaces/AAAA/messages/BBBB.CCCC"})


def refusal(status: int, name: str) -> Answered:
    return Answered(status, {"error": {"code": status, "message": "No.", "status": name}})


@pytest.fixture
async def server() -> AsyncIterator[GoogleServer]:
    async with GoogleServer() as server:
        yield server


@pytest.fixture
async def channel() -> AsyncIterator[GoogleChat]:
    async with open_tools() as tools:
        yield GoogleChat.make(tools, {}, "")


async def test_a_page_is_a_card_that_opens_the_page_which_answers(
    channel: GoogleChat, server: GoogleServer
) -> None:
    delivery = await channel.send(PAGE, f"{server.url}{SPACE}")

    (asked,) = server.asked
    (shown,) = asked.json["cardsV2"]
    text, buttons = shown["card"]["sections"][0]["widgets"]
    (button,) = buttons["buttonList"]["buttons"]
    assert (delivery.ok, delivery.provider_id) == (True, "spaces/AAAA/messages/BBBB.CCCC")
    assert asked.path.endswith("&messageReplyOption=REPLY_MESSAGE_FALLBACK_TO_NEW_THREAD")
    assert asked.json["thread"] == {"threadKey": PAGE.incidents[0].id}
    assert asked.json["fallbackText"] == shown["card"]["header"]["title"] == PAGE.title
    assert text["textParagraph"]["text"] == "Checkout: &lt;0 % free&gt;"
    assert button["text"] == "Acknowledge / Resolve / Escalate"
    assert button["onClick"]["openLink"]["url"] == PAGE.answer_url


async def test_a_notice_opens_the_incident(channel: GoogleChat, server: GoogleServer) -> None:
    await channel.send(NOTICE, f"{server.url}{SPACE}")

    widgets = server.asked[0].json["cardsV2"][0]["card"]["sections"][0]["widgets"]
    (button,) = widgets[1]["buttonList"]["buttons"]
    assert button["text"] == "Open incident"
    assert button["onClick"]["openLink"]["url"] == NOTICE.incidents[0].html_url


async def test_a_message_of_no_incident_has_a_thread_of_its_own(
    channel: GoogleChat, server: GoogleServer
) -> None:
    await channel.send(replace(NOTICE, incidents=(), body=""), f"{server.url}{SPACE}")

    (asked,) = server.asked
    assert asked.json["thread"] == {"threadKey": NOTICE.id}
    assert "sections" not in asked.json["cardsV2"][0]["card"]


@pytest.mark.parametrize(
    ("broken", "retry", "wait"),
    [
        (Answered(429, None, ("Retry-After: 9",)), True, 9),
        (refusal(500, "INTERNAL"), True, 0),
        (refusal(503, "UNAVAILABLE"), True, 0),
        (refusal(400, "INVALID_ARGUMENT"), False, 0),
        (refusal(401, "UNAUTHENTICATED"), False, 0),
        (refusal(403, "PERMISSION_DENIED"), False, 0),
        (refusal(404, "NOT_FOUND"), False, 0),
    ],
)
async def test_a_refusal_says_whether_another_try_makes_sense(
    channel: GoogleChat, server: GoogleServer, broken: Answered, retry: bool, wait: int
) -> None:
    server.broken = broken

    delivery = await channel.send(PAGE, f"{server.url}{SPACE}")

    assert (delivery.ok, delivery.retry, delivery.wait_seconds) == (False, retry, wait)
    assert not delivery.is_our_fault, "the address brings its own credentials"


@pytest.mark.parametrize("path", ["", "/v1/spaces/BBBB/messages"])
async def test_a_wrong_address_is_wrong_for_good(
    channel: GoogleChat, server: GoogleServer, path: str
) -> None:
    delivery = await channel.send(PAGE, f"{server.url}{path}")

    assert (delivery.ok, delivery.retry) == (False, False)


@pytest.mark.parametrize("address", ["", "http://", "ftp://example.com/", "http://\x00"])
async def test_what_is_no_web_address_is_refused_for_good(
    channel: GoogleChat, address: str
) -> None:
    delivery = await channel.send(PAGE, address)

    assert (delivery.ok, delivery.retry, delivery.is_our_fault) == (False, False, False)


async def test_forbidden_addresses_stay_unreached(server: GoogleServer) -> None:
    async with make_client(Outbound(("private",)), user_agent="Tocsin/1") as http:
        delivery = await GoogleChat(http).send(PAGE, f"{server.url}{SPACE}")

    assert (delivery.ok, delivery.retry, delivery.is_our_fault) == (False, False, False)
    assert server.asked == []
    assert "token=T" not in delivery.detail


async def test_another_site_is_told_from_google_chat(
    channel: GoogleChat, server: GoogleServer
) -> None:
    server.broken = Answered(200, "ok")

    delivery = await channel.send(PAGE, f"{server.url}{SPACE}")

    assert delivery.detail == "Taken, but not as Google Chat does it"


async def test_silence_is_worth_another_try(
    channel: GoogleChat, server: GoogleServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(asking, "TIMEOUT", 0.1)
    server.open.clear()

    delivery = await channel.send(PAGE, f"{server.url}{SPACE}")

    assert (delivery.ok, delivery.retry) == (False, True)
    assert delivery.detail == "No answer within 0.1 seconds."


def test_the_address_is_a_secret() -> None:
    assert GoogleChat.declaration.kind.is_secret
