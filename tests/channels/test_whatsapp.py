"""WhatsApp: which template is sent, and what comes back, signed, of receipts and answers."""

from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from msgspec.structs import replace

from tests.standins.chat_server import Answered
from tests.standins.pages import NOTICE, PAGE, TOKEN
from tests.standins.tooling import open_tools
from tests.standins.troubles import assert_troubles_pass
from tests.standins.whatsapp import (
    APP_SECRET,
    NOBODY,
    NUMBER_ID,
    WhatsAppServer,
    called,
    signed,
)
from tests.standins.whatsapp import TOKEN as ACCESS
from tocsin.channels.whatsapp.channel import WhatsApp
from tocsin.channels.whatsapp.hearing import is_genuine
from tocsin.domain.reaching.answer import Answer, Upshot
from tocsin.domain.reaching.channel import Delivery
from tocsin.domain.reaching.hearing import (
    Callback,
    Command,
    Finisher,
    Forged,
    Heard,
    Hearer,
    Receipt,
    Reply,
    Unheard,
)

NOW = datetime(2026, 1, 10, 2, 20, tzinfo=UTC)
AT = str(int(NOW.timestamp()))
ADDRESS = "+15550100"
DONE = Upshot(ok=True, sentence="Acknowledged: #12.")
BUTTON = {"from": "15550100", "id": "wamid.9", "timestamp": AT, "type": "button"}
PRESSED = BUTTON | {"button": {"payload": f"a:{TOKEN}", "text": "Acknowledge"}}
WRITTEN = BUTTON | {"type": "text", "text": {"body": "resolve 12"}}
ACKNOWLEDGED = Answer(deed="acknowledge", token=TOKEN, sender=ADDRESS)
Make = Callable[..., WhatsApp]


@pytest.fixture
async def server() -> AsyncIterator[WhatsAppServer]:
    async with WhatsAppServer() as server:
        yield server


@pytest.fixture
async def make(server: WhatsAppServer) -> AsyncIterator[Make]:
    async with open_tools() as tools:

        def make(**settings: str) -> WhatsApp:
            given = {
                "token": ACCESS,
                "phone_number_id": NUMBER_ID,
                "app_secret": APP_SECRET,
                "verify_token": "words by chance",
                "page_template": "tocsin_page",
                "notice_template": "tocsin_notice",
                "languages": "en de",
                "base_url": f"{server.url}/v23.0",
            }
            return WhatsApp.make(tools, given | settings, "https://oncall.example.com/callbacks/P1")

        yield make


@pytest.fixture
async def channel(make: Make) -> WhatsApp:
    return make()


async def test_a_page_is_a_template_with_three_buttons(
    channel: WhatsApp, server: WhatsAppServer
) -> None:
    page = replace(PAGE, text="Disk full\n\t on    db-1", language="de")

    delivery = await channel.send(page, ADDRESS)

    (sent,) = server.sent
    assert delivery == Delivery(ok=True, detail="WhatsApp took it.", provider_id="wamid.1")
    assert (sent["to"], sent["biz_opaque_callback_data"]) == ("15550100", PAGE.id)
    assert sent["template"]["language"] == {"code": "de"}
    body, *buttons = sent["template"]["components"]
    assert body["parameters"] == [{"type": "text", "text": "Disk full on db-1"}]
    assert [(one["index"], one["parameters"][0]["payload"]) for one in buttons] == [
        ("0", f"a:{TOKEN}"),
        ("1", f"r:{TOKEN}"),
        ("2", f"e:{TOKEN}"),
    ]


async def test_what_offers_other_deeds_has_no_buttons(
    channel: WhatsApp, server: WhatsAppServer
) -> None:
    assert (await channel.send(NOTICE, ADDRESS)).ok
    assert (await channel.send(replace(PAGE, deeds=("confirm",), language="ja"), ADDRESS)).ok

    for sent in server.sent:
        assert sent["template"]["name"] == "tocsin_notice"
        assert sent["template"]["language"] == {"code": "en"}
        assert len(sent["template"]["components"]) == 1


async def test_a_country_may_stand_behind_a_language(make: Make, server: WhatsAppServer) -> None:
    delivery = await make(languages="de en_US").send(PAGE, ADDRESS)

    assert "132001" in delivery.detail, "the stand-in has no such template"
    assert server.asked[0].json["template"]["language"] == {"code": "en_US"}


async def test_troubles_are_worth_another_try(
    channel: WhatsApp, server: WhatsAppServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    await assert_troubles_pass(channel, server, ADDRESS, monkeypatch)


async def test_an_answer_that_is_none_is_worth_another_try(
    channel: WhatsApp, server: WhatsAppServer
) -> None:
    answers: tuple[Any, ...] = ("nonsense", {"messages": []}, {"error": "x"}, {"error": {}})
    for said in answers:
        server.broken = Answered(200, said)
        delivery = await channel.send(PAGE, ADDRESS)
        assert (delivery.ok, delivery.retry) == (False, True)


async def test_a_number_without_whatsapp_is_refused_for_good(channel: WhatsApp) -> None:
    delivery = await channel.send(PAGE, f"+{NOBODY}")

    assert delivery == Delivery(ok=False, detail="WhatsApp: Message undeliverable (code 131026)")


async def test_revoked_credentials_are_our_fault(make: Make) -> None:
    delivery = await make(token="old").send(PAGE, ADDRESS)

    assert (delivery.ok, delivery.is_our_fault, delivery.retry) == (False, True, False)
    assert delivery.detail == "WhatsApp: Error validating access token (code 190)"


@pytest.mark.parametrize(
    ("code", "is_our_fault", "retry"),
    [
        (131042, True, False),
        (132015, True, False),
        (200, True, False),
        (130429, False, True),
        (131056, False, True),
        (131047, False, False),
        (999999, False, True),
    ],
)
async def test_the_code_says_what_helps(
    channel: WhatsApp, server: WhatsAppServer, code: int, is_our_fault: bool, retry: bool
) -> None:
    server.refusal = code

    delivery = await channel.send(PAGE, ADDRESS)

    assert (delivery.ok, delivery.is_our_fault, delivery.retry) == (False, is_our_fault, retry)


async def test_meta_is_shown_who_is_here(channel: WhatsApp) -> None:
    asked = "hub.mode=subscribe&hub.challenge=1158201444&hub.verify_token=words+by+chance"
    call = Callback(method="GET", url=f"https://oncall.example.com/callbacks/P1?{asked}")

    heard = channel.hear(call, NOW)

    assert isinstance(channel, Hearer)
    assert heard == Heard()
    assert channel.reply(call, heard, [], None) == Reply(status=200, body=b"1158201444")


@pytest.mark.parametrize("asked", ["", "hub.verify_token=", "hub.verify_token=wrong"])
async def test_nobody_else_is_shown_it(channel: WhatsApp, asked: str) -> None:
    with pytest.raises(Forged, match="verify_token"):
        channel.hear(Callback(method="GET", url=f"https://oncall.example.com/?{asked}"), NOW)


def test_signatures_are_those_of_the_documentation() -> None:
    body = b'{"object":"whatsapp_business_account"}'
    digest = "f6491327cb5b041cdf4fe69b94711c7b68bb0aef719854bae676a59788a2b6b6"
    headers = {"x-hub-signature-256": f"sha256={digest}"}

    assert is_genuine(Callback(method="POST", url="", headers=headers, body=body), "appsecret")


async def test_what_was_forged_is_not_believed(channel: WhatsApp) -> None:
    genuine = called({"messages": [PRESSED]})
    forged = (
        called({"messages": [PRESSED]}, secret="guessed"),
        replace(genuine, headers={}),
        replace(genuine, headers={"x-hub-signature-256": "é"}),
        replace(genuine, body=genuine.body.replace(b"15550100", b"15550101")),
    )
    for call in forged:
        with pytest.raises(Forged, match="X-Hub-Signature-256"):
            channel.hear(call, NOW)


@pytest.mark.parametrize(
    ("note", "answer"),
    [
        (PRESSED, ACKNOWLEDGED),
        (
            BUTTON
            | {
                "type": "interactive",
                "interactive": {"type": "button_reply", "button_reply": {"id": f"r:{TOKEN}"}},
            },
            Answer(deed="resolve", token=TOKEN, sender=ADDRESS),
        ),
        (WRITTEN, Answer(deed="resolve", number=12, sender=ADDRESS)),
    ],
)
async def test_what_people_press_and_write_is_heard(
    channel: WhatsApp, note: dict[str, Any], answer: Answer
) -> None:
    assert channel.hear(called({"messages": [note]}), NOW) == Heard(answers=(answer,))


@pytest.mark.parametrize(
    "value",
    [
        {"messages": [BUTTON | {"type": "image", "image": {"id": "1"}}]},
        {"messages": [BUTTON | {"button": {"payload": "Yes", "text": "Yes"}}]},
        {"messages": [PRESSED | {"timestamp": str(int(AT) - 3601)}]},
        {"messages": [PRESSED | {"timestamp": "soon"}]},
        {"messages": [PRESSED], "metadata": {"phone_number_id": "1"}},
        {"statuses": [{"id": "wamid.1", "status": "invented"}]},
    ],
)
async def test_what_is_not_for_us_changes_nothing(channel: WhatsApp, value: dict[str, Any]) -> None:
    assert channel.hear(called(value), NOW) == Heard()


async def test_other_changes_of_the_account_are_passed_over(channel: WhatsApp) -> None:
    call = called({"event": "APPROVED"}, field="message_template_status_update")

    assert channel.hear(call, NOW) == Heard()


@pytest.mark.parametrize(
    ("status", "receipt"),
    [
        ({"status": "sent"}, ("sent", "WhatsApp: sent", False)),
        ({"status": "delivered"}, ("delivered", "WhatsApp: delivered", False)),
        ({"status": "read"}, ("read", "WhatsApp: read", False)),
        (
            {"status": "failed", "errors": [{"code": 131026, "title": "Undeliverable"}]},
            ("failed", "WhatsApp: failed: Undeliverable (code 131026)", False),
        ),
        (
            {"status": "failed", "errors": [{"code": 131000, "title": "Something"}]},
            ("failed", "WhatsApp: failed: Something (code 131000)", True),
        ),
        ({"status": "failed"}, ("failed", "WhatsApp: failed", True)),
    ],
)
async def test_receipts_say_how_far_a_message_came(
    channel: WhatsApp, status: dict[str, Any], receipt: tuple[Any, str, bool]
) -> None:
    heard = channel.hear(called({"statuses": [{"id": "wamid.1", **status}]}), NOW)

    state, detail, retry = receipt
    assert heard.receipts == (
        Receipt(provider_id="wamid.1", state=state, detail=detail, retry=retry),
    )


@pytest.mark.parametrize(
    "body",
    [b"nonsense", b"[]", b'{"entry": 1}', b'{"entry": [{"changes": [{"field": "messages"}]}]}'],
)
async def test_nonsense_is_refused_in_a_sentence(channel: WhatsApp, body: bytes) -> None:
    with pytest.raises(Unheard, match=r"\.$"):
        channel.hear(signed(body), NOW)


async def test_a_call_that_is_repeated_is_heard_as_before(channel: WhatsApp) -> None:
    call = called({"messages": [PRESSED]})

    assert channel.hear(call, NOW) == channel.hear(call, NOW + timedelta(minutes=1))


async def test_who_asks_is_answered_unless_there_is_nothing_to_say(
    channel: WhatsApp, server: WhatsAppServer
) -> None:
    asked = Command(word="who", text="", sender="+15550100")
    heard = Heard(commands=(asked, asked))
    silent = Upshot(ok=False, sentence="")

    await channel.finish(called({}), heard, [Upshot(ok=True, sentence="Web: Ann"), silent])

    assert [sent["text"]["body"] for sent in server.sent] == ["Web: Ann"]


async def test_who_answered_is_told_what_came_of_it(
    channel: WhatsApp, server: WhatsAppServer
) -> None:
    call = called({"messages": [PRESSED, WRITTEN | {"from": "15550101"}]})
    heard = channel.hear(call, NOW)

    assert isinstance(channel, Finisher)
    assert channel.reply(call, heard, [DONE, DONE], None) == Reply(status=200)
    await channel.finish(call, heard, [DONE, DONE])

    assert [(sent["to"], sent["text"]["body"]) for sent in server.sent] == [
        ("15550100", "Acknowledged: #12."),
        ("15550101", "Acknowledged: #12."),
    ]
