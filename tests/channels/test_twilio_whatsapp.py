"""WhatsApp by Twilio: which template is sent, what buttons do, and what its codes mean."""

import json
from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime

import pytest
from msgspec.structs import replace

from tests.standins.chat_server import Answered
from tests.standins.pages import NOTICE, PAGE
from tests.standins.tooling import open_tools
from tests.standins.troubles import assert_troubles_pass
from tests.standins.twilio import CALLBACK, FROM, SID, TOKEN, TwilioServer, called
from tocsin.channels.twilio.whatsapp import TwilioWhatsapp
from tocsin.domain.reaching.address import faults_of_value
from tocsin.domain.reaching.answer import Answer, Upshot
from tocsin.domain.reaching.channel import Delivery
from tocsin.domain.reaching.hearing import Forged, Heard, Hearer, Receipt, Unheard

NOW = datetime(2026, 11, 21, tzinfo=UTC)
ADDRESS = "+15550100"
ENGLISH, GERMAN, PLAIN = (f"HX{letter * 32}" for letter in "123")
TEXT = {
    "MessageSid": "SM2",
    "AccountSid": SID,
    "From": f"whatsapp:{ADDRESS}",
    "To": f"whatsapp:{FROM}",
    "WaId": "15550100",
    "ProfileName": "Ann",
}
Make = Callable[..., TwilioWhatsapp]


@pytest.fixture
async def server() -> AsyncIterator[TwilioServer]:
    async with TwilioServer() as server:
        yield server


@pytest.fixture
async def make(server: TwilioServer) -> AsyncIterator[Make]:
    async with open_tools() as tools:

        def make(**settings: str) -> TwilioWhatsapp:
            given = {
                "account_sid": SID,
                "auth_token": TOKEN,
                "sender": FROM,
                "page_template": f"{ENGLISH} de:{GERMAN}",
                "base_url": server.url,
            }
            return TwilioWhatsapp.make(tools, given | settings, CALLBACK)

        yield make


@pytest.fixture
def channel(make: Make) -> TwilioWhatsapp:
    return make()


async def test_a_page_fills_in_the_template(channel: TwilioWhatsapp, server: TwilioServer) -> None:
    page = replace(PAGE, text='Checkout:\n"Disk"   full\t& more')

    delivery = await channel.send(page, ADDRESS)

    made = dict(server.made[0])
    variables = json.loads(made.pop("ContentVariables"))
    assert delivery == Delivery(
        ok=True, detail="Twilio: accepted", provider_id="SM" + "0" * 31 + "1"
    )
    assert variables == {"1": 'Checkout: "Disk" full & more', "2": PAGE.token}
    assert made == {
        "To": f"whatsapp:{ADDRESS}",
        "From": f"whatsapp:{FROM}",
        "ContentSid": ENGLISH,
        "ValidityPeriod": "120",
        "StatusCallback": f"{CALLBACK}/status",
    }


@pytest.mark.parametrize(
    ("language", "template"), [("en", ENGLISH), ("de", GERMAN), ("fr", ENGLISH)]
)
async def test_a_language_may_have_a_template_of_its_own(
    channel: TwilioWhatsapp, server: TwilioServer, language: str, template: str
) -> None:
    await channel.send(replace(PAGE, language=language), ADDRESS)

    assert dict(server.made[0])["ContentSid"] == template


async def test_a_notice_has_no_buttons(make: Make, server: TwilioServer) -> None:
    notice = replace(NOTICE, text="Your code is 1234.")

    await make(notice_template=PLAIN).send(notice, ADDRESS)
    await make().send(notice, ADDRESS)

    with_template, without = (dict(made) for made in server.made)
    assert with_template["ContentSid"] == PLAIN
    assert json.loads(with_template["ContentVariables"]) == {"1": "Your code is 1234."}
    assert (without["Body"], "ContentSid" in without) == ("Your code is 1234.", False)


async def test_troubles_are_worth_another_try(
    channel: TwilioWhatsapp, server: TwilioServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    await assert_troubles_pass(channel, server, ADDRESS, monkeypatch)


@pytest.mark.parametrize(
    ("status", "code", "retry", "is_our_fault"),
    [
        (400, 63003, False, False),
        (400, 63007, False, True),
        (400, 63018, True, False),
        (401, 20003, False, True),
    ],
)
async def test_a_refusal_says_who_is_at_fault(
    channel: TwilioWhatsapp,
    server: TwilioServer,
    status: int,
    code: int,
    retry: bool,
    is_our_fault: bool,
) -> None:
    server.broken = Answered(status, {"code": code, "message": "No.", "status": status})

    delivery = await channel.send(PAGE, ADDRESS)

    assert (delivery.ok, delivery.retry) == (False, retry)
    assert delivery.is_our_fault == is_our_fault


async def test_outside_of_a_day_nothing_but_a_template_is_carried(channel: TwilioWhatsapp) -> None:
    told = {"MessageSid": "SM1", "MessageStatus": "undelivered", "ErrorCode": "63016"}

    heard = channel.hear(called("status", told), NOW)

    detail = "Twilio 63016: Nothing but an approved template may be sent now."
    assert heard.receipts == (Receipt(provider_id="SM1", state="failed", detail=detail),)


async def test_who_has_read_it_is_known(channel: TwilioWhatsapp) -> None:
    told = {"MessageSid": "SM1", "MessageStatus": "read"}

    assert [one.state for one in channel.hear(called("status", told), NOW).receipts] == ["read"]


@pytest.mark.parametrize(
    ("fields", "answer"),
    [
        (
            {"ButtonPayload": f"resolve:{PAGE.token}", "ButtonText": "Lösen"},
            Answer(deed="resolve", token=PAGE.token),
        ),
        (
            {"ButtonPayload": "escalate", "ButtonText": "Weiter"},
            Answer(deed="escalate", sender=ADDRESS),
        ),
        (
            {"ButtonPayload": "odd", "ButtonText": "Acknowledge"},
            Answer(deed="acknowledge", sender=ADDRESS),
        ),
        ({"Body": "6 12"}, Answer(deed="resolve", sender=ADDRESS, number=12)),
    ],
)
async def test_buttons_and_words_are_answers(
    channel: TwilioWhatsapp, fields: dict[str, str], answer: Answer
) -> None:
    assert channel.hear(called("sms", TEXT | fields), NOW) == Heard(answers=(answer,))


async def test_what_came_of_an_answer_is_written_back(channel: TwilioWhatsapp) -> None:
    callback = called("sms", TEXT | {"Body": "4"})
    done = Upshot(ok=True, sentence="Acknowledged: #12.")

    reply = channel.reply(callback, channel.hear(callback, NOW), [done], None)

    assert b"<Message>Acknowledged: #12.</Message>" in reply.body


async def test_forged_and_foreign_calls_are_not_believed(channel: TwilioWhatsapp) -> None:
    with pytest.raises(Forged):
        channel.hear(called("sms", TEXT | {"ButtonPayload": "resolve"}, token="guessed"), NOW)
    with pytest.raises(Unheard):
        channel.hear(called("voice", TEXT), NOW)


@pytest.mark.parametrize(
    ("given", "is_right"),
    [
        (ENGLISH, True),
        (f"{ENGLISH} de:{GERMAN} ja:{PLAIN}", True),
        (f"{ENGLISH},{GERMAN}", False),
        ("HX1", False),
        (f"de:{GERMAN}", False),
    ],
)
async def test_templates_are_named_one_by_one(
    channel: TwilioWhatsapp, given: str, is_right: bool
) -> None:
    field = next(one for one in channel.declaration.settings if one.name == "page_template")

    assert (not list(faults_of_value(field.label, field, given))) == is_right


async def test_it_is_a_hearer(channel: TwilioWhatsapp) -> None:
    assert isinstance(channel, Hearer)
