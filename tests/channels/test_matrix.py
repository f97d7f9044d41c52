"""Matrix, spoken with over HTTP: what people and rooms are told, and what they answer."""

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from typing import Any

import pytest

from tests.standins.chat_server import Answered
from tests.standins.matrix import ANN, DIRECT, OPS, OPS_ALIAS, US, MatrixServer, refusal
from tests.standins.matrix import TOKEN as ACCESS
from tests.standins.pages import NOTICE, PAGE, TOKEN
from tests.standins.tooling import open_tools
from tests.standins.troubles import assert_troubles_pass
from tocsin.channels.asking import Undelivered
from tocsin.channels.matrix.channel import Matrix
from tocsin.channels.matrix.events import deed_of, events_in
from tocsin.domain.reaching.answer import Answer, Upshot
from tocsin.domain.reaching.hearing import Heard, Listener

DONE = Upshot(ok=True, sentence="Acknowledged: #12 Disk full.")


@pytest.fixture
async def server() -> AsyncIterator[MatrixServer]:
    async with MatrixServer() as server:
        yield server


@pytest.fixture
async def make(server: MatrixServer) -> AsyncIterator[Callable[..., Matrix]]:
    async with open_tools() as tools:

        def make(token: str = ACCESS) -> Matrix:
            return Matrix.make(tools, {"base_url": f"{server.url}/", "token": token}, "")

        yield make


@pytest.fixture
def channel(make: Callable[..., Matrix]) -> Matrix:
    return make()


@asynccontextmanager
async def listening(channel: Matrix, server: MatrixServer) -> AsyncIterator[list[Heard]]:
    """Let the channel listen; whatever it tells is done."""
    told: list[Heard] = []

    async def tell(heard: Heard) -> Sequence[Upshot]:
        told.append(heard)
        return [DONE for _ in heard.answers]

    task = asyncio.create_task(channel.listen(tell))
    try:
        while not any("since=" in asked.path for asked in server.asked):
            server.heard.clear()
            await server.heard.wait()
        yield told
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


async def test_a_person_is_written_to_in_a_room_of_their_own(
    channel: Matrix, server: MatrixServer
) -> None:
    delivery = await channel.send(PAGE, ANN)
    await channel.send(PAGE, ANN)

    (sent,) = server.sent()
    assert delivery.ok
    assert (delivery.provider_id, delivery.address) == (f"{DIRECT}/$event0", DIRECT)
    assert server.directs == {ANN: [DIRECT]}
    assert sent["body"] == (
        "#12 Disk full on db-1 & db-2\nCheckout: <0 % free>\n"
        "👍 Acknowledge · ✅ Resolve · ⏫ Escalate"
    )
    assert sent["formatted_body"].startswith(
        "<strong>#12 Disk full on db-1 &amp; db-2</strong><br>Checkout: &lt;0 % free&gt;<br><em>"
    )
    assert sent["org.tocsin.token"] == TOKEN
    created = [asked for asked in server.asked if asked.path.endswith("createRoom")]
    assert len(created) == 1, "the room was not remembered"


async def test_a_room_is_found_by_its_alias_and_joined(
    channel: Matrix, server: MatrixServer
) -> None:
    delivery = await channel.send(NOTICE, OPS_ALIAS)

    (sent,) = server.sent()
    assert (delivery.ok, delivery.address) == (True, OPS)
    assert "org.tocsin.token" not in sent
    assert "Acknowledge" not in sent["body"]


async def test_troubles_pass(
    channel: Matrix, server: MatrixServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    await assert_troubles_pass(channel, server, OPS, monkeypatch)


@pytest.mark.parametrize(
    "address", ["#nowhere:example.com", "!others:example.com", "@nobody:example.com"]
)
async def test_where_we_may_not_write_is_the_wrong_address(channel: Matrix, address: str) -> None:
    delivery = await channel.send(PAGE, address)

    assert (delivery.ok, delivery.retry, delivery.is_our_fault) == (False, False, False)
    assert "M_" in delivery.detail


@pytest.mark.parametrize(
    ("profile", "is_told"),
    [(refusal(403, "M_FORBIDDEN"), True), (refusal(429, "M_LIMIT_EXCEEDED"), False)],
)
async def test_who_hides_is_written_to_and_nobody_is_invited_unseen(
    channel: Matrix, server: MatrixServer, profile: Answered, is_told: bool
) -> None:
    server.profiles[ANN] = profile

    delivery = await channel.send(PAGE, ANN)

    assert (delivery.ok, delivery.retry) == (is_told, not is_told)
    assert (DIRECT in server.rooms) == is_told


async def test_a_revoked_token_is_our_fault_and_stays_secret(make: Callable[..., Matrix]) -> None:
    delivery = await make(token="syt_revoked").send(PAGE, OPS)

    assert (delivery.ok, delivery.retry, delivery.is_our_fault) == (False, False, True)
    assert "syt_revoked" not in delivery.detail


@pytest.mark.parametrize(
    ("answered", "retry", "wait", "ours"),
    [
        (refusal(429, "M_LIMIT_EXCEEDED", retry_after_ms=2500), True, 3, False),
        (refusal(429, "M_LIMIT_EXCEEDED", retry_after_ms=10**12), True, 3600, False),
        (refusal(400, "M_SOMETHING_NEW"), True, 0, False),
        (Answered(404, "<html>"), False, 0, True),
    ],
)
async def test_a_refusal_says_whether_another_try_makes_sense(
    channel: Matrix, server: MatrixServer, answered: Answered, retry: bool, wait: int, ours: bool
) -> None:
    server.broken = answered

    delivery = await channel.send(PAGE, OPS)

    assert not delivery.ok
    assert (delivery.retry, delivery.wait_seconds, delivery.is_our_fault) == (retry, wait, ours)


async def test_reactions_and_replies_answer_the_message_that_they_are_about(
    channel: Matrix, server: MatrixServer
) -> None:
    assert isinstance(channel, Listener)
    await channel.send(PAGE, OPS)
    (page,) = server.transactions.values()

    async with listening(channel, server) as told:
        about = {"rel_type": "m.annotation", "event_id": page, "key": "✅\ufe0f"}
        server.say(OPS, ANN, "m.reaction", **{"m.relates_to": about})
        await server.said(2)
        reply = {"m.in_reply_to": {"event_id": page}}
        text = {"msgtype": "m.text", "body": "> <@tocsin:example.com> Disk full\n\nack"}
        server.say(OPS, ANN, "m.room.message", **text, **{"m.relates_to": reply})
        await server.said(3)

    assert told == [
        Heard(answers=(Answer(deed="resolve", token=TOKEN, sender=OPS),)),
        Heard(answers=(Answer(deed="acknowledge", token=TOKEN),)),
    ]
    notice = server.sent()[-1]
    assert (notice["msgtype"], notice["body"]) == ("m.notice", "Acknowledged: #12 Disk full.")


async def test_commands_come_from_where_messages_go_to(
    channel: Matrix, server: MatrixServer
) -> None:
    await channel.send(PAGE, ANN)
    await channel.send(PAGE, OPS)

    async with listening(channel, server) as told:
        said = len(server.transactions)
        server.say(DIRECT, ANN, "m.room.message", msgtype="m.text", body="!ack 12")
        await server.said(said + 1)
        server.say(OPS, ANN, "m.room.message", msgtype="m.text", body="!resolve")
        await server.said(said + 2)

    assert told == [
        Heard(answers=(Answer(deed="acknowledge", sender=ANN, number=12),)),
        Heard(answers=(Answer(deed="resolve", sender=OPS),)),
    ]


async def test_what_is_not_for_us_is_left_alone(channel: Matrix, server: MatrixServer) -> None:
    await channel.send(PAGE, OPS)
    (page,) = server.transactions.values()
    server.say(OPS, ANN, "m.room.message", msgtype="m.text", body="!resolve")  # before we listen

    async with listening(channel, server) as told:
        theirs = server.say(OPS, ANN, "m.room.message", msgtype="m.text", body="ack")
        forged = server.say(
            OPS, ANN, "m.room.message", msgtype="m.text", body="x", **{"org.tocsin.token": TOKEN}
        )
        for about, key in ((theirs, "👍"), (forged, "👍"), ("$gone", "👍"), (page, "🎉")):
            relation = {"rel_type": "m.annotation", "event_id": about, "key": key}
            server.say(OPS, ANN, "m.reaction", **{"m.relates_to": relation})
        edited = {"rel_type": "m.replace", "event_id": page}
        text = {"msgtype": "m.text", "body": "!ack", "m.relates_to": edited}
        server.say(OPS, ANN, "m.room.message", **text)
        server.say(OPS, US, "m.room.message", msgtype="m.text", body="!ack")
        server.say(OPS, ANN, "m.room.message", msgtype="m.image", body="!ack")
        server.say(OPS, ANN, "m.room.message", msgtype="m.text", body="!ack 12")
        await server.said(2)

    assert told == [Heard(answers=(Answer(deed="acknowledge", sender=OPS, number=12),))]


async def test_a_room_that_is_gone_hears_no_upshot(channel: Matrix, server: MatrixServer) -> None:
    server.rooms.add(OPS)

    async with listening(channel, server) as told:
        server.rooms.clear()
        server.invited.clear()
        server.say(OPS, ANN, "m.room.message", msgtype="m.text", body="!ack 12")
        while len(told) < 1 or not any("/join/" in asked.path for asked in server.asked):
            server.heard.clear()
            await server.heard.wait()

    assert server.sent() == []


async def test_long_texts_keep_nobody_from_answering(channel: Matrix, server: MatrixServer) -> None:
    server.rooms.add(OPS)

    async with listening(channel, server) as told:
        for _ in range(3):
            server.say(OPS, ANN, "m.room.message", msgtype="m.text", body="x" * 60_000)
        server.say(OPS, ANN, "m.room.message", msgtype="m.text", body="!ack 12")
        await server.said(1)

    assert told == [Heard(answers=(Answer(deed="acknowledge", sender=OPS, number=12),))]


async def test_what_cannot_be_read_makes_nobody_hear_the_past(
    channel: Matrix, server: MatrixServer
) -> None:
    server.broken = Answered(200, "{")

    async def tell(_heard: Heard) -> Sequence[Upshot]:
        raise AssertionError

    with pytest.raises(Undelivered, match="unreadable"):
        await channel.listen(tell)
    assert len(server.asked) == 1


async def test_a_listener_says_what_breaks_it(channel: Matrix, server: MatrixServer) -> None:
    server.broken = Answered(503, "Sorry")

    async def tell(_heard: Heard) -> Sequence[Upshot]:
        raise AssertionError

    with pytest.raises(Undelivered):
        await channel.listen(tell)


@pytest.mark.parametrize(
    "told",
    [
        {},
        {"rooms": None},
        {"rooms": {"join": []}},
        {"rooms": {"join": {"!a:b": {"timeline": {"events": None}}}}},
        {"rooms": {"join": {"!a:b": {"timeline": {"events": [None, 7, {}, {"content": {}}]}}}}},
        {"rooms": {"join": {"!a:b": {"timeline": {"events": [{"content": {"body": 7}}]}}}}},
    ],
)
def test_nonsense_says_nothing(told: dict[str, Any]) -> None:
    assert list(events_in(told)) == []


@pytest.mark.parametrize(
    ("emoji", "deed"),
    [
        ("👍🏽", "acknowledge"),
        ("☑️", "resolve"),
        ("⏫", "escalate"),
        ("🙋‍♀️", "join"),
        ("🙅🏿", "decline"),
        ("🎉", None),
    ],
)
def test_an_emoji_is_itself_however_it_is_drawn(emoji: str, deed: str | None) -> None:
    assert deed_of(emoji) == deed
