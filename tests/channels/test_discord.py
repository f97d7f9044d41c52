"""Discord, spoken with over HTTP: what people and channels read, and what comes back."""

import json
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from msgspec.structs import replace

from tests.standins.chat_server import Answered
from tests.standins.discord import (
    ANN,
    CHANNEL,
    CLOSED,
    PUBLIC_KEY,
    DiscordServer,
    pressed,
    refusal,
    signed,
)
from tests.standins.discord import TOKEN as BOT
from tests.standins.pages import NOTICE, PAGE, POST, TOKEN
from tests.standins.tooling import open_tools
from tocsin.channels import asking
from tocsin.channels.discord.channel import Discord
from tocsin.channels.tools import Tools
from tocsin.domain.reaching.answer import Answer, Upshot
from tocsin.domain.reaching.hearing import Forged, Heard, Hearer, Unheard
from tocsin.domain.reaching.room import RoomKeeper

NOW = datetime(2026, 1, 10, tzinfo=UTC)
DONE = Upshot(ok=True, sentence="Incident #12 is acknowledged.")
MEMBER = {"user": {"id": ANN}}


@pytest.fixture
async def server() -> AsyncIterator[DiscordServer]:
    async with DiscordServer() as server:
        yield server


@pytest.fixture
async def tools() -> AsyncIterator[Tools]:
    async with open_tools() as tools:
        yield tools


@pytest.fixture
async def channel(tools: Tools, server: DiscordServer) -> Discord:
    return made(tools, server.url)


def made(tools: Tools, url: str, token: str = BOT) -> Discord:
    settings = {"token": token, "public_key": PUBLIC_KEY, "base_url": f"{url}/"}
    return Discord.make(tools, settings, "https://oncall.example.com/callbacks/P1")


async def test_a_page_goes_to_a_conversation_with_buttons(
    channel: Discord, server: DiscordServer
) -> None:
    delivery = await channel.send(PAGE, ANN)

    (sent,) = server.messages.values()
    (row,) = sent["components"]
    assert (delivery.ok, delivery.provider_id) == (True, f"9{ANN}:1")
    assert (sent["channel_id"], sent["nonce"]) == (f"9{ANN}", PAGE.id)
    assert sent["content"] == (
        "**#12 Disk full on db-1 & db-2**\nCheckout: \\<0 % free\\>\n"
        f"[Open incident](<{PAGE.incidents[0].html_url}>)"
    )
    assert [button["label"] for button in row["components"]] == [
        "Acknowledge",
        "Resolve",
        "Escalate",
    ]
    assert row["components"][0]["custom_id"] == f"a:{TOKEN}"


async def test_a_channel_is_an_address_too(channel: Discord, server: DiscordServer) -> None:
    delivery = await channel.send(replace(NOTICE, body="*" * 5000), f"#{CHANNEL}")

    (sent,) = server.messages.values()
    assert delivery.ok
    assert (sent["channel_id"], sent["components"]) == (CHANNEL, [])
    assert len(sent["content"]) <= 1700


async def test_words_of_others_mention_nobody(channel: Discord, server: DiscordServer) -> None:
    await channel.send(replace(NOTICE, body="@everyone", incidents=()), ANN)

    (sent,) = server.messages.values()
    assert sent["allowed_mentions"] == {"parse": []}
    assert "@everyone" not in sent["content"]


@pytest.mark.parametrize(
    ("address", "status"), [("1" * 17, "400"), (CLOSED, "403"), (f"#{'1' * 17}", "404")]
)
async def test_a_wrong_address_is_wrong_for_good(
    channel: Discord, address: str, status: str
) -> None:
    delivery = await channel.send(PAGE, address)

    assert (delivery.ok, delivery.retry, delivery.is_our_fault) == (False, False, False)
    assert delivery.detail.startswith(f"HTTP {status}")


@pytest.mark.parametrize(
    ("broken", "retry", "wait", "ours"),
    [
        (
            Answered(429, {"message": "slow", "retry_after": 64.57, "global": False}),
            True,
            65,
            False,
        ),
        (Answered(429, "<html>", ("Retry-After: 7",)), True, 7, False),
        (Answered(500), True, 0, False),
        (refusal(400, 99999, "Something new"), True, 0, False),
        (refusal(401, 0, "401: Unauthorized"), False, 0, True),
        (Answered(403, "<html>"), False, 0, False),
    ],
)
async def test_a_refusal_says_whose_fault_it_is(
    channel: Discord,
    server: DiscordServer,
    broken: Answered,
    retry: bool,
    wait: int,
    ours: bool,
) -> None:
    server.broken = broken

    delivery = await channel.send(PAGE, ANN)

    assert not delivery.ok
    assert (delivery.retry, delivery.wait_seconds, delivery.is_our_fault) == (retry, wait, ours)
    assert len(server.asked) == 1, "Discord shuts out who asks on"


async def test_a_revoked_token_is_our_fault(tools: Tools, server: DiscordServer) -> None:
    delivery = await made(tools, server.url, "revoked").send(PAGE, ANN)

    assert (delivery.ok, delivery.is_our_fault) == (False, True)


async def test_silence_is_worth_another_try(
    channel: Discord, server: DiscordServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(asking, "TIMEOUT", 0.1)
    server.open.clear()

    delivery = await channel.send(PAGE, ANN)

    assert (delivery.ok, delivery.retry) == (False, True)


async def test_the_ping_is_answered_as_the_published_vector_says(channel: Discord) -> None:
    at = datetime.fromtimestamp(1_700_000_000, UTC)
    callback = signed(b'{"type":1}', at)
    assert callback.headers["x-signature-ed25519"] == (
        "9ef52e0980512fc86504213828935ead2d8ad69632af84e31aae7c0a1593a04f"
        "81779d871c1d68240dce56038c60788e51e59a6c3f14c72a4183c785b1e8b70e"
    )

    heard = channel.hear(callback, at)
    reply = channel.reply(callback, heard, [], None)

    assert heard == Heard()
    assert (reply.status, reply.content_type) == (200, "application/json")
    assert json.loads(reply.body) == {"type": 1}


async def test_what_discord_did_not_sign_is_forged(channel: Discord) -> None:
    genuine = signed(pressed(f"a:{TOKEN}"), NOW)
    for changes in (
        {"x-signature-ed25519": ""},
        {"x-signature-ed25519": "no hex"},
        {"x-signature-ed25519": "00" * 64},
        {"x-signature-timestamp": str(int(NOW.timestamp()) + 1)},
        {"x-signature-timestamp": ""},
    ):
        with pytest.raises(Forged):
            channel.hear(replace(genuine, headers={**genuine.headers, **changes}), NOW)
    with pytest.raises(Forged):
        channel.hear(replace(genuine, body=genuine.body + b" "), NOW)
    with pytest.raises(Forged):
        channel.hear(signed({"type": 1}, NOW, Ed25519PrivateKey.generate()), NOW)


async def test_an_old_call_is_not_heard_again(channel: Discord) -> None:
    genuine = signed(pressed(f"a:{TOKEN}"), NOW)

    assert channel.hear(genuine, NOW + timedelta(minutes=4)).answers
    with pytest.raises(Forged, match="within 300 seconds"):
        channel.hear(genuine, NOW + timedelta(minutes=6))


@pytest.mark.parametrize(
    ("custom_id", "where", "answer"),
    [
        (f"a:{TOKEN}", {}, Answer(deed="acknowledge", token=TOKEN, sender=ANN)),
        (
            f"r:{TOKEN}",
            {"member": MEMBER, "channel_id": CHANNEL},
            Answer(deed="resolve", token=TOKEN, sender=f"#{CHANNEL}"),
        ),
        (
            "e:12",
            {"member": MEMBER, "channel_id": CHANNEL},
            Answer(deed="escalate", number=12, sender=ANN),
        ),
    ],
)
async def test_a_button_is_an_answer(
    channel: Discord, custom_id: str, where: dict[str, Any], answer: Answer
) -> None:
    assert channel.hear(signed(pressed(custom_id, **where), NOW), NOW) == Heard(answers=(answer,))


@pytest.mark.parametrize(
    "told",
    [
        b"\xff",
        b"[]",
        {"type": "x"},
        {"type": 2},
        pressed("nonsense"),
        pressed("z:1"),
        pressed(f"a:{TOKEN}", channel_id=CHANNEL),
    ],
)
async def test_nonsense_is_not_understood(channel: Discord, told: Any) -> None:
    with pytest.raises(Unheard):
        channel.hear(signed(told, NOW), NOW)


def answered(channel: Discord, custom_id: str, upshot: Upshot) -> dict[str, Any]:
    callback = signed(pressed(custom_id), NOW)
    reply = channel.reply(callback, channel.hear(callback, NOW), [upshot], None)
    return dict(json.loads(reply.body))


async def test_after_an_answer_the_buttons_vanish(channel: Discord) -> None:
    told = answered(channel, f"a:{TOKEN}", DONE)

    assert told["type"] == 7
    assert told["data"]["components"] == []
    assert told["data"]["content"] == f"**Disk full**\n\n{DONE.sentence}"


async def test_what_was_refused_is_told_to_one_alone(channel: Discord) -> None:
    refused = Upshot(ok=False, sentence="Only the person who was paged may answer this page.")

    told = answered(channel, f"a:{TOKEN}", refused)

    assert (told["type"], told["data"]["flags"]) == (4, 64)
    assert told["data"]["content"] == refused.sentence


async def test_events_change_what_rooms_show(channel: Discord) -> None:
    assert answered(channel, "a:12", DONE)["type"] == 4


async def test_a_room_is_posted_in_and_kept_in_step(
    channel: Discord, server: DiscordServer
) -> None:
    posted = await channel.post_room(POST, f"#{CHANNEL}")
    change = replace(POST, standing="Acknowledged by: Ann", remark="Ann noted: ok")
    changed = await channel.change_room(change, f"#{CHANNEL}", posted.provider_id or "")

    post, remark = server.messages.values()
    assert (changed.ok, changed.provider_id) == (True, f"{CHANNEL}:1")
    assert "Acknowledged by: Ann\nService: Checkout" in post["content"]
    assert post["components"][0]["components"][0]["custom_id"] == "a:12"
    assert (remark["content"], remark["message_reference"]["message_id"]) == ("Ann noted: ok", "1")


async def test_without_a_remark_nothing_is_said_beneath(
    channel: Discord, server: DiscordServer
) -> None:
    posted = await channel.post_room(POST, f"#{CHANNEL}")
    await channel.change_room(POST, f"#{CHANNEL}", posted.provider_id or "")

    assert len(server.messages) == 1


async def test_a_post_that_is_gone_is_posted_anew(channel: Discord, server: DiscordServer) -> None:
    delivery = await channel.change_room(POST, f"#{CHANNEL}", f"{CHANNEL}:9")

    assert (delivery.ok, delivery.provider_id) == (True, f"{CHANNEL}:1")


async def test_a_room_that_refuses_says_so(channel: Discord, server: DiscordServer) -> None:
    server.broken = Answered(503)

    delivery = await channel.change_room(POST, f"#{CHANNEL}", f"{CHANNEL}:1")

    assert (delivery.ok, delivery.retry) == (False, True)


async def test_it_keeps_its_contracts(channel: Discord) -> None:
    assert isinstance(channel, Hearer)
    assert isinstance(channel, RoomKeeper)
