"""Telegram, spoken with over HTTP: what chats show, and what comes back from them."""

import asyncio
import json
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from typing import Any

import pytest
from msgspec.structs import replace

from tests.standins.chat_server import Answered
from tests.standins.pages import NOTICE, PAGE, TOKEN
from tests.standins.telegram import ANN, TelegramServer, pressed, refusal, written
from tests.standins.telegram import TOKEN as BOT
from tests.standins.tooling import open_tools
from tocsin.channels import asking
from tocsin.channels.asking import Undelivered
from tocsin.channels.telegram.channel import PROOF, Telegram
from tocsin.domain.reaching.answer import Answer, Upshot
from tocsin.domain.reaching.hearing import (
    Callback,
    Finisher,
    Forged,
    Heard,
    Hearer,
    Listener,
    Unheard,
)
from tocsin.domain.reaching.room import RoomKeeper

NOW = datetime(2026, 1, 10, tzinfo=UTC)
CALLBACK = "https://oncall.example.com/callbacks/P1"
DONE = Upshot(ok=True, sentence="Incident #12 is acknowledged.")
ACKNOWLEDGED = Answer(deed="acknowledge", token=TOKEN, sender=str(ANN))


@pytest.fixture
async def server() -> AsyncIterator[TelegramServer]:
    async with TelegramServer() as server:
        yield server


@pytest.fixture
async def make(server: TelegramServer) -> AsyncIterator[Callable[..., Telegram]]:
    async with open_tools() as tools:

        def make(updates: str = "poll", token: str = BOT) -> Telegram:
            settings = {"token": token, "updates": updates, "base_url": f"{server.url}/"}
            return Telegram.make(replace(tools, language=lambda: "fr"), settings, CALLBACK)

        yield make


@pytest.fixture
def channel(make: Callable[..., Telegram]) -> Telegram:
    return make()


async def test_a_page_shows_its_buttons(channel: Telegram, server: TelegramServer) -> None:
    delivery = await channel.send(PAGE, str(ANN))

    (sent,) = server.of("sendMessage")
    (keys,) = sent["reply_markup"]["inline_keyboard"]
    assert (delivery.ok, delivery.provider_id) == (True, f"{ANN}:7")
    assert sent["chat_id"] == str(ANN)
    assert sent["text"] == (
        "<b>#12 Disk full on db-1 &amp; db-2</b>\nCheckout: &lt;0 % free&gt;\n"
        f'<a href="{PAGE.incidents[0].html_url}">Open incident</a>'
    )
    assert [key["text"] for key in keys] == ["Acknowledge", "Resolve", "Escalate"]
    assert keys[0]["callback_data"] == f"a:{TOKEN}"


async def test_a_notice_has_no_buttons(channel: Telegram, server: TelegramServer) -> None:
    await channel.send(replace(NOTICE, incidents=(), body="x" * 9000), str(ANN))

    (sent,) = server.of("sendMessage")
    assert sent["reply_markup"]["inline_keyboard"] == []
    assert len(sent["text"]) < 4096


@pytest.mark.parametrize(
    ("refused", "retry", "wait", "ours"),
    [
        (refusal(429, "Too Many Requests: retry after 12", retry_after=12), True, 12, False),
        (Answered(429, "slow down", ("Retry-After: 30",)), True, 30, False),
        (Answered(503, "<html>"), True, 0, False),
        (refusal(400, "Bad Request: something new"), True, 0, False),
        (refusal(400, "Bad Request: chat not found"), False, 0, False),
        (refusal(403, "Forbidden: bot was blocked by the user"), False, 0, False),
        (refusal(403, "Forbidden: user is deactivated"), False, 0, False),
        (refusal(403, "Forbidden: bot was kicked from the group chat"), False, 0, False),
        (refusal(403, "Forbidden: bot was kicked from the supergroup chat"), False, 0, False),
        (refusal(403, "Forbidden: the group chat was deleted"), False, 0, False),
    ],
)
async def test_a_refusal_says_whether_another_try_makes_sense(
    channel: Telegram, server: TelegramServer, refused: Answered, retry: bool, wait: int, ours: bool
) -> None:
    server.refusals["1"] = refused

    delivery = await channel.send(PAGE, "1")

    assert not delivery.ok
    assert (delivery.retry, delivery.wait_seconds, delivery.is_our_fault) == (retry, wait, ours)
    assert str(refused.status) in delivery.detail


async def test_a_revoked_token_is_our_fault_and_stays_secret(
    make: Callable[..., Telegram], server: TelegramServer
) -> None:
    delivery = await make(token="1:revoked").send(PAGE, str(ANN))

    assert (delivery.ok, delivery.retry, delivery.is_our_fault) == (False, False, True)
    assert "revoked" not in delivery.detail


async def test_silence_is_worth_another_try(
    channel: Telegram, server: TelegramServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(asking, "TIMEOUT", 0.1)
    server.open.clear()

    delivery = await channel.send(PAGE, str(ANN))

    assert (delivery.ok, delivery.retry) == (False, True)
    assert delivery.detail == "No answer within 0.1 seconds."


async def test_a_group_that_moved_is_found(channel: Telegram, server: TelegramServer) -> None:
    why = "Bad Request: group chat was upgraded to a supergroup chat"
    server.refusals["-5"] = refusal(400, why, migrate_to_chat_id=-1005)

    delivery = await channel.send(PAGE, "-5")

    assert (delivery.ok, delivery.address) == (True, "-1005")
    assert [one["chat_id"] for one in server.of("sendMessage")] == ["-5", "-1005"]


async def test_a_group_that_moves_for_ever_is_given_up(
    channel: Telegram, server: TelegramServer
) -> None:
    for one, other in (("-5", -6), ("-6", -5)):
        server.refusals[one] = refusal(400, "Bad Request: upgraded", migrate_to_chat_id=other)

    assert not (await channel.send(PAGE, "-5")).ok


def called(channel: Telegram, update: dict[str, Any], proof: str) -> Callback:
    body = json.dumps({"update_id": 1, **update}).encode()
    return Callback(method="POST", url=CALLBACK, headers={PROOF: proof}, body=body)


async def proof_of(channel: Telegram, server: TelegramServer) -> str:
    """Learn what Telegram was told to prove itself with."""
    async with listening(channel, []):
        await server.came.wait()
    return str(server.webhook["secret_token"])


@asynccontextmanager
async def listening(channel: Telegram, told: list[Heard]) -> AsyncIterator[None]:
    """Let the channel listen; whatever it tells is done."""

    async def tell(heard: Heard) -> Sequence[Upshot]:
        told.append(heard)
        return [DONE for _ in heard.answers]

    task = asyncio.create_task(channel.listen(tell))
    try:
        yield
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


async def test_telegram_is_told_where_to_call_and_how_to_prove_itself(
    make: Callable[..., Telegram], server: TelegramServer
) -> None:
    channel = make("webhook")

    proof = await proof_of(channel, server)

    assert server.webhook["url"] == CALLBACK
    assert server.webhook["allowed_updates"] == ["message", "callback_query"]
    assert BOT not in proof
    update = {"callback_query": pressed(f"a:{TOKEN}")}
    assert channel.hear(called(channel, update, proof), NOW).answers == (ACKNOWLEDGED,)
    assert channel.hear(called(channel, update, proof), NOW).answers == (ACKNOWLEDGED,), "again"


async def test_calls_without_the_proof_are_forged(channel: Telegram) -> None:
    for proof in ("", "guessed", "gues\u00e9d"):
        with pytest.raises(Forged, match="is not what Telegram was given"):
            channel.hear(called(channel, {"callback_query": pressed(f"a:{TOKEN}")}, proof), NOW)


@pytest.mark.parametrize(
    "update",
    [
        {"callback_query": pressed("nonsense")},
        {"callback_query": pressed("z:1")},
        {"callback_query": {"id": 5}},
        {"message": 7},
    ],
)
async def test_nonsense_is_not_understood(
    make: Callable[..., Telegram], server: TelegramServer, update: dict[str, Any]
) -> None:
    channel = make("webhook")
    proof = await proof_of(channel, server)

    with pytest.raises(Unheard):
        channel.hear(called(channel, update, proof), NOW)


async def test_after_an_answer_the_buttons_vanish(
    make: Callable[..., Telegram], server: TelegramServer
) -> None:
    channel = make("webhook")
    callback = called(channel, {"callback_query": pressed(f"a:{TOKEN}")}, "")
    heard = Heard(answers=(ACKNOWLEDGED,))

    assert channel.reply(callback, heard, [DONE], None).status == 200
    await channel.finish(callback, heard, [DONE])

    (toast,), (edited,) = server.of("answerCallbackQuery"), server.of("editMessageText")
    assert (toast["callback_query_id"], toast["text"]) == ("900", DONE.sentence)
    assert (edited["chat_id"], edited["message_id"]) == (str(ANN), 7)
    assert edited["text"] == f"Disk full\nOn db-1\n\n{DONE.sentence}"
    assert edited["entities"][0]["type"] == "bold"
    assert "reply_markup" not in edited


async def test_what_was_refused_is_told_aloud_and_keeps_its_buttons(
    channel: Telegram, server: TelegramServer
) -> None:
    callback = called(channel, {"callback_query": pressed(f"a:{TOKEN}", by=1)}, "")
    refused = Upshot(ok=False, sentence="Only the person who was paged may answer this page.")

    await channel.finish(callback, Heard(answers=(ACKNOWLEDGED,)), [refused])

    (toast,) = server.of("answerCallbackQuery")
    assert (toast["text"], toast["show_alert"]) == (refused.sentence, True)
    assert server.of("editMessageText") == []


async def test_a_query_that_is_too_old_does_no_harm(
    channel: Telegram, server: TelegramServer
) -> None:
    server.broken = refusal(400, "Bad Request: query is too old and response timeout expired")
    callback = called(channel, {"callback_query": pressed(f"a:{TOKEN}")}, "")

    await channel.finish(callback, Heard(answers=(ACKNOWLEDGED,)), [DONE])

    assert len(server.asked) == 1


async def test_answers_are_asked_for_and_each_is_told_once(
    channel: Telegram, server: TelegramServer
) -> None:
    told: list[Heard] = []
    server.happen(callback_query=pressed("nonsense"))
    server.happen(callback_query=pressed(f"r:{TOKEN}", chat=-5, by=9, kind="supergroup"))

    async with listening(channel, told):
        await server.saw("editMessageText")
        server.happen(callback_query=pressed("a:12", chat=-5, by=9, kind="supergroup"))
        await server.saw("getUpdates", times=3)

    first, second = (heard.answers[0] for heard in told)
    assert first == Answer(deed="resolve", token=TOKEN), "a group's own id may change"
    assert second == Answer(deed="acknowledge", sender="9", number=12)
    assert [one["offset"] for one in server.of("getUpdates")] == [0, 102, 103]
    assert len(server.of("editMessageText")) == 1, "events change what rooms show"


async def test_strangers_who_write_much_keep_nobody_from_answering(
    channel: Telegram, server: TelegramServer
) -> None:
    told: list[Heard] = []
    for _ in range(30):
        server.happen(message=written("\N{FIRE}" * 4096, by=99, chat=99))
    server.happen(callback_query=pressed(f"r:{TOKEN}"))

    async with listening(channel, told):
        await server.saw("editMessageText")

    assert told[-1].answers == (Answer(deed="resolve", token=TOKEN, sender=str(ANN)),)


async def test_a_listener_says_what_breaks_it(channel: Telegram, server: TelegramServer) -> None:
    server.broken = refusal(409, "Conflict: terminated by other getUpdates request")

    with pytest.raises(Undelivered, match="Conflict"):
        await channel.listen(lambda _: asyncio.sleep(0, []))


@pytest.mark.parametrize(
    ("text", "answer"),
    [
        ("ack 12", Answer(deed="acknowledge", sender=str(ANN), number=12)),
        ("/ack@TocsinBot 12", Answer(deed="acknowledge", sender=str(ANN), number=12)),
        ("resolve all", Answer(deed="resolve", sender=str(ANN))),
        ("/list", Answer(deed="list", sender=str(ANN))),
    ],
)
async def test_texts_are_answers_too(
    make: Callable[..., Telegram], server: TelegramServer, text: str, answer: Answer
) -> None:
    channel = make("webhook")
    callback = called(channel, {"message": written(text)}, await proof_of(channel, server))

    heard = channel.hear(callback, NOW)
    await channel.finish(callback, heard, [DONE])

    assert heard.answers == (answer,)
    assert server.of("sendMessage")[0]["text"] == DONE.sentence


@pytest.mark.parametrize(
    ("language", "words"), [("de-AT", "Die Adresse dieses Chats"), ("xx", "L'adresse de ce")]
)
async def test_whoever_starts_is_told_the_address(
    make: Callable[..., Telegram], server: TelegramServer, language: str, words: str
) -> None:
    channel = make("webhook")
    update = {"message": written("/start", language=language)}
    callback = called(channel, update, await proof_of(channel, server))

    heard = channel.hear(callback, NOW)
    await channel.finish(callback, heard, [])

    (sent,) = server.of("sendMessage")
    assert heard == Heard()
    assert sent["text"].startswith(words)
    assert str(ANN) in sent["text"]


@pytest.mark.parametrize(
    ("text", "answers", "told"),
    [
        ("ok, ack", (), []),
        ("/weather", (), []),
        ("/ack 12", (Answer(deed="acknowledge", sender="9", number=12),), [DONE.sentence]),
        ("/start@TocsinBot", (), ["-1005"]),
    ],
)
async def test_in_groups_only_commands_are_heard(
    make: Callable[..., Telegram],
    server: TelegramServer,
    text: str,
    answers: tuple[Answer, ...],
    told: list[str],
) -> None:
    channel = make("webhook")
    update = {"message": written(text, by=9, chat=-1005)}
    callback = called(channel, update, await proof_of(channel, server))

    heard = channel.hear(callback, NOW)
    await channel.finish(callback, heard, [DONE for _ in heard.answers])

    assert heard.answers == answers
    assert len(server.of("sendMessage")) == len(told)
    for sent, words in zip(server.of("sendMessage"), told, strict=True):
        assert words in sent["text"]


async def test_what_nobody_wrote_is_let_go(
    make: Callable[..., Telegram], server: TelegramServer
) -> None:
    channel = make("webhook")
    proof = await proof_of(channel, server)
    note = written("News")
    del note["from"]

    for update in ({"message": note}, {}):
        callback = called(channel, update, proof)
        assert channel.hear(callback, NOW) == Heard()
        await channel.finish(callback, Heard(), [])

    assert server.of("sendMessage") == []


async def test_it_keeps_its_contracts(channel: Telegram) -> None:
    for contract in (Hearer, Listener, Finisher, RoomKeeper):
        assert isinstance(channel, contract)
