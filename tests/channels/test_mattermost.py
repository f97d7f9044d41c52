"""Mattermost, spoken with over HTTP: what people and channels read, and what comes back."""

import json
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlencode

import pytest
from msgspec.structs import replace

from tests.standins.chat_server import Answered
from tests.standins.mattermost import ANN, CHANNEL, GONE, MattermostServer, pressed, refusal
from tests.standins.mattermost import TOKEN as BOT
from tests.standins.pages import NOTICE, PAGE, POST, TOKEN
from tests.standins.tooling import open_tools
from tocsin.channels import asking
from tocsin.channels.mattermost.channel import Mattermost
from tocsin.channels.tools import Tools
from tocsin.domain.reaching.address import faults_of_address
from tocsin.domain.reaching.answer import Answer, Upshot
from tocsin.domain.reaching.hearing import Callback, Forged, Heard, Hearer, Unheard
from tocsin.domain.reaching.room import RoomKeeper

NOW = datetime(2026, 1, 10, tzinfo=UTC)
CALLBACK = "https://oncall.example.com/callbacks/P1"
DONE = Upshot(ok=True, sentence="Incident #12 is acknowledged.")
ACKNOWLEDGED = Answer(deed="acknowledge", token=TOKEN, sender="@ann")
COMMAND_TOKEN = "okwexpgbi7gexxd8u8km6zx3uy"


@pytest.fixture
async def server() -> AsyncIterator[MattermostServer]:
    async with MattermostServer() as server:
        yield server


@pytest.fixture
async def tools() -> AsyncIterator[Tools]:
    async with open_tools() as tools:
        yield tools


@pytest.fixture
async def channel(tools: Tools, server: MattermostServer) -> Mattermost:
    return made(tools, server.url)


def made(tools: Tools, url: str, **changes: str) -> Mattermost:
    settings = {"base_url": url, "token": BOT, "command_token": COMMAND_TOKEN, **changes}
    return Mattermost.make(tools, settings, CALLBACK)


def attachment(post: dict[str, Any]) -> dict[str, Any]:
    (only,) = post["props"]["attachments"]
    return dict(only)


@pytest.mark.parametrize("address", ["@ann", "ann@example.com"])
async def test_a_page_goes_to_a_conversation_with_buttons(
    channel: Mattermost, server: MattermostServer, address: str
) -> None:
    delivery = await channel.send(PAGE, address)

    (post,) = server.posts.values()
    shown = attachment(post)
    assert (delivery.ok, delivery.provider_id, delivery.address) == (True, "p0", "@ann")
    assert post["channel_id"] == f"d{ANN['id'][1:]}"
    assert post["pending_post_id"] == PAGE.id
    assert shown["title"] == PAGE.title
    assert shown["title_link"] == PAGE.incidents[0].html_url
    assert shown["text"] == r"Checkout: \<0 % free\>"
    assert [action["name"] for action in shown["actions"]] == ["Acknowledge", "Resolve", "Escalate"]
    assert shown["actions"][0]["integration"]["url"] == f"{CALLBACK}/action"


async def test_a_channel_is_an_address_too(channel: Mattermost, server: MattermostServer) -> None:
    delivery = await channel.send(NOTICE, CHANNEL)

    assert (delivery.ok, delivery.address) == (True, CHANNEL)
    assert attachment(server.posts["p0"])["actions"] == []


async def test_the_bot_learns_once_who_it_is(channel: Mattermost, server: MattermostServer) -> None:
    for _ in range(2):
        await channel.send(PAGE, "@ann")

    assert len([asked for asked in server.asked if asked.path.endswith("/users/me")]) == 1


async def test_words_of_others_mention_nobody(
    channel: Mattermost, server: MattermostServer
) -> None:
    await channel.send(replace(NOTICE, body="@channel [here](https://example.org) *now*"), "@ann")

    text = attachment(server.posts["p0"])["text"]
    assert "@channel" not in text
    assert r"\[here\]" in text
    assert r"\*now\*" in text


@pytest.mark.parametrize(
    ("address", "why"),
    [
        ("@nobody", "Unable to find the user."),
        ("nobody@example.com", "Unable to find the user."),
        ("@gone", "@gone is no longer active."),
        (GONE["email"], "gone@example.com is no longer active."),
        ("x" * 26, "You do not have the appropriate permissions."),
    ],
)
async def test_a_wrong_address_is_wrong_for_good(
    channel: Mattermost, address: str, why: str
) -> None:
    delivery = await channel.send(PAGE, address)

    assert (delivery.ok, delivery.retry, delivery.is_our_fault) == (False, False, False)
    assert delivery.detail.endswith(why)


@pytest.mark.parametrize(
    ("broken", "retry", "wait", "ours"),
    [
        (Answered(429, None, ("Retry-After: 7",)), True, 7, False),
        (refusal(500, "Something broke."), True, 0, False),
        (Answered(503, "<html>"), True, 0, False),
        (refusal(400, "Something new."), True, 0, False),
        (refusal(401, "Invalid session."), False, 0, True),
        (Answered(404, "<html>no such page"), False, 0, True),
        (Answered(200, "<html>another site"), False, 0, True),
    ],
)
async def test_a_refusal_says_whose_fault_it_is(
    channel: Mattermost,
    server: MattermostServer,
    broken: Answered,
    retry: bool,
    wait: int,
    ours: bool,
) -> None:
    server.broken = broken

    delivery = await channel.send(PAGE, "@ann")

    assert not delivery.ok
    assert (delivery.retry, delivery.wait_seconds, delivery.is_our_fault) == (retry, wait, ours)


async def test_a_revoked_token_is_our_fault(tools: Tools, server: MattermostServer) -> None:
    delivery = await made(tools, server.url, token="revoked").send(PAGE, "@ann")

    assert (delivery.ok, delivery.is_our_fault) == (False, True)


async def test_silence_is_worth_another_try(
    channel: Mattermost, server: MattermostServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(asking, "TIMEOUT", 0.1)
    server.open.clear()

    delivery = await channel.send(PAGE, "@ann")

    assert (delivery.ok, delivery.retry) == (False, True)


async def context_of(channel: Mattermost, server: MattermostServer) -> dict[str, Any]:
    """Send a page, and return what its first button carries."""
    await channel.send(PAGE, "@ann")
    return dict(attachment(server.posts["p0"])["actions"][0]["integration"]["context"])


def acted(told: Any) -> Callback:
    body = told if isinstance(told, bytes) else json.dumps(told).encode()
    return Callback(method="POST", url=f"{CALLBACK}/action", tail="action", body=body)


async def test_a_button_answers_and_vanishes(channel: Mattermost, server: MattermostServer) -> None:
    callback = acted(pressed(await context_of(channel, server)))

    heard = channel.hear(callback, NOW)
    reply = channel.reply(callback, heard, [DONE], PAGE)

    update = json.loads(reply.body)["update"]
    assert heard == Heard(answers=(ACKNOWLEDGED,), token=TOKEN)
    assert channel.hear(callback, NOW) == heard, "again"
    assert (reply.status, reply.content_type) == (200, "application/json")
    assert attachment(update)["actions"] == []
    assert attachment(update)["text"].endswith(f"\n\n{DONE.sentence}")


async def test_what_was_refused_is_told_and_keeps_its_buttons(
    channel: Mattermost, server: MattermostServer
) -> None:
    callback = acted(pressed(await context_of(channel, server)))
    refused = Upshot(ok=False, sentence="Your role does not allow this.")

    heard = channel.hear(callback, NOW)

    for upshot, message in ((refused, PAGE), (DONE, None)):
        reply = channel.reply(callback, heard, [upshot], message)
        assert json.loads(reply.body) == {"ephemeral_text": upshot.sentence}


async def test_nobody_else_may_press(channel: Mattermost, server: MattermostServer) -> None:
    callback = acted(pressed(await context_of(channel, server), user=GONE))

    heard = channel.hear(callback, NOW)
    reply = channel.reply(callback, heard, [], None)

    assert heard == Heard()
    assert "Only the person who was paged" in json.loads(reply.body)["ephemeral_text"]


async def test_in_a_channel_everybody_may_answer(
    channel: Mattermost, server: MattermostServer
) -> None:
    await channel.send(PAGE, CHANNEL)
    context = attachment(server.posts["p0"])["actions"][0]["integration"]["context"]

    (answer,) = channel.hear(acted(pressed(context)), NOW).answers

    assert answer == replace(ACKNOWLEDGED, sender=CHANNEL)


async def test_a_context_that_is_not_ours_is_forged(
    channel: Mattermost, tools: Tools, server: MattermostServer
) -> None:
    context = await context_of(channel, server)

    for changes in ({"mark": "r:12"}, {"user": GONE["id"]}, {"proof": ""}, {"proof": "\u00e9"}):
        with pytest.raises(Forged, match="not made here"):
            channel.hear(acted(pressed({**context, **changes})), NOW)
    with pytest.raises(Forged):
        made(tools, server.url, token="another").hear(acted(pressed(context)), NOW)


@pytest.mark.parametrize("told", [b"\xff", b"[]", {}, {"user_id": 1, "context": {}}])
async def test_nonsense_is_not_understood(channel: Mattermost, told: Any) -> None:
    with pytest.raises(Unheard):
        channel.hear(acted(told), NOW)


async def test_other_addresses_hear_nothing(channel: Mattermost) -> None:
    with pytest.raises(Unheard, match="/action or /command"):
        channel.hear(Callback(method="POST", url=CALLBACK), NOW)


def typed(text: str, token: str = COMMAND_TOKEN) -> Callback:
    form = {"token": token, "user_name": "ann", "command": "/tocsin", "text": text}
    body = urlencode(form).encode()
    return Callback(method="POST", url=f"{CALLBACK}/command", tail="command", body=body)


async def test_a_command_is_an_answer(channel: Mattermost) -> None:
    heard = channel.hear(typed("ack 12"), NOW)
    reply = channel.reply(typed("ack 12"), heard, [DONE], None)

    assert heard.answers == (Answer(deed="acknowledge", sender="@ann", number=12),)
    assert json.loads(reply.body) == {"response_type": "ephemeral", "text": DONE.sentence}


async def test_words_of_others_are_no_markdown(
    channel: Mattermost, server: MattermostServer
) -> None:
    evil = Upshot(ok=False, sentence="Refused: ![x](https://example.com) @all")
    shown = r"Refused: !\[x\](https://example.com) @" + "\u200ball"
    typed_reply = channel.reply(typed("ack 12"), channel.hear(typed("ack 12"), NOW), [evil], None)
    callback = acted(pressed(await context_of(channel, server)))
    pressed_reply = channel.reply(callback, channel.hear(callback, NOW), [evil], None)

    assert json.loads(typed_reply.body)["text"] == shown
    assert json.loads(pressed_reply.body)["ephemeral_text"] == shown


async def test_a_command_that_says_nothing_is_helped(channel: Mattermost) -> None:
    (command,) = channel.hear(typed("sing"), NOW).commands

    assert (command.word, command.text, command.sender) == ("help", "/tocsin", "@ann")


async def test_a_question_is_a_command(channel: Mattermost) -> None:
    (command,) = channel.hear(typed("WHO Checkout"), NOW).commands

    assert (command.word, command.text, command.sender) == ("who", "Checkout", "@ann")


async def test_a_command_with_a_wrong_token_is_forged(
    channel: Mattermost, tools: Tools, server: MattermostServer
) -> None:
    for token in ("", "guessed", "gues\u00e9d"):
        with pytest.raises(Forged):
            channel.hear(typed("ack", token), NOW)
    with pytest.raises(Forged):
        made(tools, server.url, command_token="").hear(typed("ack", ""), NOW)


async def test_a_room_is_posted_in_and_kept_in_step(
    channel: Mattermost, server: MattermostServer
) -> None:
    posted = await channel.post_room(POST, CHANNEL)
    change = replace(POST, standing="Acknowledged by: Ann", remark="Ann noted: ok")
    changed = await channel.change_room(change, CHANNEL, posted.provider_id or "")

    post, remark = server.posts.values()
    assert (changed.ok, changed.provider_id) == (True, "p0")
    assert attachment(post)["text"].startswith("Acknowledged by: Ann\nService: Checkout")
    assert (remark["root_id"], remark["message"]) == ("p0", "Ann noted: ok")
    context = attachment(post)["actions"][0]["integration"]["context"]
    (answer,) = channel.hear(acted(pressed(context)), NOW).answers
    assert answer == Answer(deed="acknowledge", sender="@ann", number=12)


async def test_without_a_remark_nothing_is_said_beneath(
    channel: Mattermost, server: MattermostServer
) -> None:
    posted = await channel.post_room(POST, CHANNEL)
    await channel.change_room(POST, CHANNEL, posted.provider_id or "")

    assert len(server.posts) == 1


async def test_a_post_that_is_gone_is_posted_anew(
    channel: Mattermost, server: MattermostServer
) -> None:
    delivery = await channel.change_room(POST, CHANNEL, "gone")

    assert (delivery.ok, delivery.provider_id) == (True, "p0")


async def test_a_room_that_refuses_says_so(channel: Mattermost, server: MattermostServer) -> None:
    refused = await channel.post_room(POST, "x" * 26)
    server.broken = Answered(503)

    later = await channel.change_room(POST, CHANNEL, "p0")

    assert (refused.ok, refused.retry) == (False, False)
    assert (later.ok, later.retry) == (False, True)


@pytest.mark.parametrize(
    ("address", "fits"),
    [
        ("@ann", True),
        ("ann@example.com", True),
        (CHANNEL, True),
        ("ann", False),
        ("@", False),
        ("a b@example.com", False),
    ],
)
def test_addresses_are_told_apart(address: str, fits: bool) -> None:
    faults = list(faults_of_address(Mattermost.declaration.kind, None, address))

    assert (not faults) == fits


async def test_it_keeps_its_contracts(channel: Mattermost) -> None:
    assert isinstance(channel, Hearer)
    assert isinstance(channel, RoomKeeper)
