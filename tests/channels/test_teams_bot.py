"""A bot of Microsoft Teams: how it is reached, whom it believes, and what it shows."""

import json
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from msgspec.structs import replace

from tests.standins.chat_server import Answered
from tests.standins.pages import PAGE, TOKEN
from tests.standins.teams import (
    APP,
    CONVERSATION,
    LEFT,
    OTHER_KEY,
    SECRET,
    TeamsServer,
    activity,
    called,
    pressed,
    refusal,
)
from tests.standins.tooling import open_tools
from tocsin.channels import asking
from tocsin.channels.teams.bot import TeamsBot
from tocsin.channels.teams.hearing import address_of
from tocsin.channels.tools import Tools
from tocsin.domain.reaching.address import faults_of_address
from tocsin.domain.reaching.answer import Answer, Upshot
from tocsin.domain.reaching.hearing import (
    Callback,
    Finisher,
    Forged,
    Heard,
    Hearer,
    Preparer,
    Unheard,
)

NOW = datetime(2026, 1, 10, tzinfo=UTC)
DONE = Upshot(ok=True, sentence="Incident #12 is acknowledged.")


class Watch:
    """A clock that is moved by hand."""

    def __init__(self) -> None:
        self.now = NOW

    def __call__(self) -> datetime:
        return self.now


@pytest.fixture
def watch() -> Watch:
    return Watch()


@pytest.fixture
async def server() -> AsyncIterator[TeamsServer]:
    async with TeamsServer() as server:
        yield server


@pytest.fixture
async def tools(watch: Watch) -> AsyncIterator[Tools]:
    async with open_tools() as tools:
        yield replace(tools, clock=watch)


@pytest.fixture
async def channel(tools: Tools, server: TeamsServer) -> TeamsBot:
    return made(tools, server)


def made(tools: Tools, server: TeamsServer, **changes: str) -> TeamsBot:
    settings = {
        "app_id": APP,
        "secret": SECRET,
        "tenant": "",
        "login_url": f"{server.url}/",
        "keys_url": f"{server.url}/keys",
        **changes,
    }
    return TeamsBot.make(
        replace(tools, language=lambda: "fr"), settings, "https://oncall.example.com/callbacks/P1"
    )


def service(server: TeamsServer) -> str:
    return f"{server.url}/emea/"


def addressed(tools: Tools, server: TeamsServer, conversation: str = "a:1AbC%3Bx") -> str:
    place = f"{service(server)}v3/conversations/{conversation}"
    return address_of(place, tools.signing_key.encode())


async def heard(channel: TeamsBot, callback: Callback, now: datetime = NOW) -> Heard:
    await channel.prepare(callback, now)
    return channel.hear(callback, now)


@pytest.mark.parametrize(
    ("locale", "words"), [("de-AT", "Die Adresse dieses Chats"), ("", "L'adresse de ce")]
)
async def test_whoever_writes_is_told_the_address_that_reaches_them(
    channel: TeamsBot, server: TeamsServer, locale: str, words: str
) -> None:
    callback = called(activity(service(server), text="Hallo", locale=locale), NOW)

    assert await heard(channel, callback) == Heard()
    assert channel.reply(callback, Heard(), [], None).status == 200
    await channel.finish(callback, Heard(), [])

    ((_, told),) = server.posted
    address = told["text"].split("`")[1]
    assert told["text"].startswith(words)
    assert not list(faults_of_address(TeamsBot.declaration.kind, None, address))
    assert (await channel.send(PAGE, address)).ok


async def test_a_page_is_a_card_with_buttons(
    channel: TeamsBot, tools: Tools, server: TeamsServer
) -> None:
    delivery = await channel.send(PAGE, addressed(tools, server))

    ((conversation, told),) = server.posted
    card = told["attachments"][0]["content"]
    assert (delivery.ok, delivery.provider_id) == (True, "activity-1")
    assert (conversation, told["summary"]) == (CONVERSATION, PAGE.title)
    assert [action["title"] for action in card["actions"]] == [
        "Acknowledge",
        "Resolve",
        "Escalate",
        "Open incident",
    ]
    assert card["actions"][0]["type"] == "Action.Execute"
    assert card["actions"][0]["data"] == {"mark": f"a:{TOKEN}"}
    assert server.asked_for("/botframework.com/oauth2/v2.0/token") == 1


async def test_a_token_is_kept_until_shortly_before_its_end(
    channel: TeamsBot, tools: Tools, server: TeamsServer, watch: Watch
) -> None:
    for minutes in (0, 54, 56):
        watch.now = NOW + timedelta(minutes=minutes)
        assert (await channel.send(PAGE, addressed(tools, server))).ok

    assert server.tokens == ["token-0", "token-1"]


async def test_a_token_that_was_withdrawn_is_replaced_at_once(
    channel: TeamsBot, tools: Tools, server: TeamsServer
) -> None:
    await channel.send(PAGE, addressed(tools, server))
    server.withdrawn.add("token-0")

    assert (await channel.send(PAGE, addressed(tools, server))).ok
    assert server.tokens == ["token-0", "token-1"]


async def test_a_revoked_secret_is_our_fault(tools: Tools, server: TeamsServer) -> None:
    channel = made(tools, server, secret="revoked", tenant="contoso.example")

    delivery = await channel.send(PAGE, addressed(tools, server))

    assert (delivery.ok, delivery.retry, delivery.is_our_fault) == (False, False, True)
    assert delivery.detail.endswith("AADSTS7000215: Invalid client secret provided.")
    assert server.asked_for("/contoso.example/oauth2/v2.0/token") == 1


@pytest.mark.parametrize("told", [None, "<html>", {"access_token": ""}])
async def test_a_login_that_gives_no_token_is_our_fault(
    channel: TeamsBot, tools: Tools, server: TeamsServer, told: Any
) -> None:
    server.broken = Answered(200, told)

    delivery = await channel.send(PAGE, addressed(tools, server))

    assert (delivery.ok, delivery.is_our_fault) == (False, True)


async def test_a_token_that_does_not_say_how_long_it_lasts_is_short_lived(
    channel: TeamsBot, tools: Tools, server: TeamsServer, watch: Watch
) -> None:
    server.broken = Answered(200, {"access_token": "token-0"})
    await channel.send(PAGE, addressed(tools, server))
    server.broken = None
    watch.now = NOW + timedelta(minutes=6)

    assert (await channel.send(PAGE, addressed(tools, server))).ok
    assert server.asked_for("/token") == 2


@pytest.mark.parametrize(("id_", "code"), [(LEFT, "HTTP 403"), ("a:unknown", "HTTP 404")])
async def test_a_conversation_that_is_gone_is_gone_for_good(
    channel: TeamsBot, tools: Tools, server: TeamsServer, id_: str, code: str
) -> None:
    delivery = await channel.send(PAGE, addressed(tools, server, id_))

    assert (delivery.ok, delivery.retry, delivery.is_our_fault) == (False, False, False)
    assert delivery.detail.startswith(code)


async def test_no_token_goes_to_an_address_that_the_bot_never_told(
    channel: TeamsBot, tools: Tools, server: TeamsServer
) -> None:
    genuine = addressed(tools, server)
    place, _, proof = genuine.partition("#")

    for address in (place, f"{place}#{'0' * 32}", f"{server.url}/evil#{proof}", "", "\u00e9"):
        delivery = await channel.send(PAGE, address)
        assert (delivery.ok, delivery.retry) == (False, False)

    assert server.asked == []


@pytest.mark.parametrize(
    ("broken", "retry", "wait", "ours"),
    [
        (Answered(429, None, ("Retry-After: 9",)), True, 9, False),
        (refusal(500, "ServiceError", "No."), True, 0, False),
        (Answered(503), True, 0, False),
    ],
)
async def test_trouble_is_worth_another_try(
    channel: TeamsBot,
    tools: Tools,
    server: TeamsServer,
    broken: Answered,
    retry: bool,
    wait: int,
    ours: bool,
) -> None:
    server.broken = broken
    first = await channel.send(PAGE, addressed(tools, server))
    server.broken = None
    await channel.send(PAGE, addressed(tools, server))
    server.broken = broken
    later = await channel.send(PAGE, addressed(tools, server))

    for delivery in (first, later):
        assert not delivery.ok
        assert (delivery.retry, delivery.wait_seconds, delivery.is_our_fault) == (retry, wait, ours)


async def test_silence_is_worth_another_try(
    channel: TeamsBot, tools: Tools, server: TeamsServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(asking, "TIMEOUT", 0.1)
    server.open.clear()

    delivery = await channel.send(PAGE, addressed(tools, server))

    assert (delivery.ok, delivery.retry) == (False, True)


async def test_a_bot_that_is_refused_with_a_new_token_is_our_fault(
    channel: TeamsBot, tools: Tools, server: TeamsServer
) -> None:
    server.withdrawn.update({"token-0", "token-1"})

    delivery = await channel.send(PAGE, addressed(tools, server))

    assert (delivery.ok, delivery.is_our_fault) == (False, True)


async def test_a_button_answers_and_vanishes(
    channel: TeamsBot, tools: Tools, server: TeamsServer
) -> None:
    callback = called(pressed(service(server), f"a:{TOKEN}"), NOW)

    found = await heard(channel, callback)
    reply = channel.reply(callback, found, [DONE], PAGE)
    await channel.finish(callback, found, [DONE])

    told = json.loads(reply.body)
    answer = Answer(deed="acknowledge", token=TOKEN, sender=addressed(tools, server))
    assert found == Heard(answers=(answer,), token=TOKEN)
    assert await heard(channel, callback) == found, "again"
    assert (told["statusCode"], told["type"]) == (200, "application/vnd.microsoft.card.adaptive")
    assert told["value"]["body"][-1]["inlines"][0]["text"] == DONE.sentence
    assert [action["type"] for action in told["value"]["actions"]] == ["Action.OpenUrl"]
    assert server.posted == []


async def test_what_was_refused_is_told_and_keeps_its_buttons(
    channel: TeamsBot, server: TeamsServer
) -> None:
    callback = called(pressed(service(server), f"a:{TOKEN}"), NOW)
    found = await heard(channel, callback)
    refused = Upshot(ok=False, sentence="Only the person who was paged may answer this page.")

    for upshot, message in ((refused, PAGE), (DONE, None)):
        told = json.loads(channel.reply(callback, found, [upshot], message).body)
        assert told["type"] == "application/vnd.microsoft.activity.message"
        assert told["value"] == upshot.sentence


async def test_texts_are_answers_too(channel: TeamsBot, tools: Tools, server: TeamsServer) -> None:
    callback = called(activity(service(server), text="<at>Tocsin</at> ack 12"), NOW)

    found = await heard(channel, callback)
    await channel.finish(callback, found, [DONE])

    sender = addressed(tools, server)
    assert found.answers == (Answer(deed="acknowledge", sender=sender, number=12),)
    assert server.posted[0][1]["text"] == DONE.sentence


async def test_words_of_others_are_no_markdown(channel: TeamsBot, server: TeamsServer) -> None:
    callback = called(activity(service(server), text="ack 12"), NOW)
    found = await heard(channel, callback)

    await channel.finish(callback, found, [Upshot(ok=True, sentence="[x](https://example.com)")])

    assert server.posted[0][1]["text"] == r"\[x\](https://example.com)"


async def test_a_reply_that_fails_does_no_harm(channel: TeamsBot, server: TeamsServer) -> None:
    callback = called(activity(service(server), text="Hello"), NOW)
    server.broken = Answered(500)

    await channel.finish(callback, Heard(), [])

    assert server.posted == []


async def test_a_bot_that_is_added_says_nothing(channel: TeamsBot, server: TeamsServer) -> None:
    callback = called(activity(service(server), type="conversationUpdate"), NOW)

    assert await heard(channel, callback) == Heard()
    await channel.finish(callback, Heard(), [])

    assert server.posted == []


async def test_what_microsoft_did_not_sign_is_forged(
    channel: TeamsBot, server: TeamsServer
) -> None:
    callback = called(pressed(service(server), f"a:{TOKEN}"), NOW, key=OTHER_KEY)

    with pytest.raises(Forged):
        await heard(channel, callback)


async def test_nonsense_is_not_understood(channel: TeamsBot, server: TeamsServer) -> None:
    url = service(server)
    for told in (
        pressed(url, "nonsense"),
        pressed(url, 5),
        activity(url, type="invoke", name="task/fetch"),
        activity(url, type="invoke", name="adaptiveCard/action", value="x"),
    ):
        with pytest.raises(Unheard):
            await heard(channel, called(told, NOW))
    for body in (b"\xff", b"[]", b"{}"):
        with pytest.raises(Unheard):
            await heard(channel, called(body, NOW))


async def test_it_keeps_its_contracts(channel: TeamsBot) -> None:
    for contract in (Hearer, Preparer, Finisher):
        assert isinstance(channel, contract)
