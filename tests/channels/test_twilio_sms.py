"""SMS by Twilio: what is sent, what its answers and receipts mean, and which calls are believed."""

from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime
from xml.etree import ElementTree

import pytest
from msgspec.structs import replace

from tests.standins.chat_server import Answered
from tests.standins.pages import NOTICE, PAGE
from tests.standins.tooling import open_tools
from tests.standins.troubles import assert_troubles_pass
from tests.standins.twilio import CALLBACK, FROM, SID, TOKEN, TwilioServer, called
from tocsin.channels.twilio.sms import TwilioSms
from tocsin.domain.reaching.answer import Answer, Upshot
from tocsin.domain.reaching.channel import Delivery
from tocsin.domain.reaching.hearing import Callback, Forged, Heard, Hearer, Receipt, Reply, Unheard

NOW = datetime(2026, 11, 21, tzinfo=UTC)
ADDRESS = "+15550100"
SERVICE = "MG" + "0" * 32
NAME = "SM" + "0" * 31 + "1"
STATUS = {
    "MessageSid": NAME,
    "SmsSid": NAME,
    "MessageStatus": "delivered",
    "To": ADDRESS,
    "From": FROM,
    "AccountSid": SID,
    "ApiVersion": "2010-04-01",
}
TEXT = {"MessageSid": "SM2", "AccountSid": SID, "From": ADDRESS, "To": FROM, "Body": "ack 12"}
Make = Callable[..., TwilioSms]


@pytest.fixture
async def server() -> AsyncIterator[TwilioServer]:
    async with TwilioServer() as server:
        yield server


@pytest.fixture
async def make(server: TwilioServer) -> AsyncIterator[Make]:
    async with open_tools() as tools:

        def make(**settings: str) -> TwilioSms:
            given = {"account_sid": SID, "auth_token": TOKEN, "sender": FROM}
            return TwilioSms.make(tools, given | {"base_url": server.url} | settings, CALLBACK)

        yield make


@pytest.fixture
def channel(make: Make) -> TwilioSms:
    return make()


async def test_a_page_is_sent_with_all_that_it_needs(
    channel: TwilioSms, server: TwilioServer
) -> None:
    delivery = await channel.send(replace(PAGE, text="Disk full & more"), f"{ADDRESS},,12#")

    assert delivery == Delivery(ok=True, detail="Twilio: accepted", provider_id=NAME)
    assert server.made == [
        [
            ("To", ADDRESS),
            ("From", FROM),
            ("Body", "Disk full & more"),
            ("ValidityPeriod", "120"),
            ("StatusCallback", f"{CALLBACK}/status"),
        ]
    ]


async def test_a_messaging_service_is_named_as_such(make: Make, server: TwilioServer) -> None:
    await make(sender=SERVICE).send(PAGE, ADDRESS)

    assert ("MessagingServiceSid", SERVICE) in server.made[0]


async def test_a_text_has_its_bounds(channel: TwilioSms, server: TwilioServer) -> None:
    await channel.send(replace(NOTICE, text="a" * 1000), ADDRESS)

    assert dict(server.made[0])["Body"] == "a" * 456 + "..."


async def test_troubles_are_worth_another_try(
    channel: TwilioSms, server: TwilioServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    await assert_troubles_pass(channel, server, ADDRESS, monkeypatch)


@pytest.mark.parametrize(
    ("address", "detail"),
    [
        ("+15005550001", "Twilio 21211: The number is not valid."),
        ("+15005550002", "Twilio 21612: This sender cannot reach the number."),
        ("+15005550003", "Twilio 21408: Messages to this country are not enabled for the account."),
        ("+15005550004", "Twilio 21610: The number does not want messages;"),
        ("+15005550009", "Twilio 21614: The number is not that of a mobile telephone."),
    ],
)
async def test_a_wrong_address_is_wrong_for_good(
    channel: TwilioSms, address: str, detail: str
) -> None:
    delivery = await channel.send(PAGE, address)

    assert (delivery.ok, delivery.retry, delivery.is_our_fault) == (False, False, False)
    assert delivery.detail.startswith(detail)


async def test_a_code_that_is_new_to_us_is_not_taken_for_good(channel: TwilioSms) -> None:
    delivery = await channel.send(PAGE, "+15005559999")

    assert (delivery.ok, delivery.retry) == (False, True)
    assert delivery.detail == "HTTP 400 Bad Request: A code of next year."


async def test_revoked_credentials_are_our_fault(channel: TwilioSms, server: TwilioServer) -> None:
    server.token = "changed meanwhile"

    delivery = await channel.send(PAGE, ADDRESS)

    assert (delivery.ok, delivery.is_our_fault) == (False, True)
    assert delivery.detail.startswith("Twilio 20003: The account SID or the token is wrong")


@pytest.mark.parametrize(
    ("status", "code", "is_our_fault", "retry"),
    [
        (404, 20404, True, False),
        (400, 21606, True, False),
        (400, 30002, True, False),
        (429, 20429, False, True),
        (400, 30001, False, True),
        (403, 12345, True, False),
        (403, "odd", True, False),
    ],
)
async def test_a_refusal_says_who_is_at_fault(
    channel: TwilioSms,
    server: TwilioServer,
    status: int,
    code: int | str,
    is_our_fault: bool,
    retry: bool,
) -> None:
    server.broken = Answered(status, {"code": code, "message": "No.", "status": status})

    delivery = await channel.send(PAGE, ADDRESS)

    assert (delivery.is_our_fault, delivery.retry) == (is_our_fault, retry)


@pytest.mark.parametrize("told", ["<html>", {"sid": None}, ["sid"], {}])
async def test_a_success_that_names_nothing_is_none(
    channel: TwilioSms, server: TwilioServer, told: object
) -> None:
    server.broken = Answered(200, told)

    delivery = await channel.send(PAGE, ADDRESS)

    assert (delivery.ok, delivery.retry) == (False, True)


@pytest.mark.parametrize(
    ("status", "state"),
    [
        ("accepted", "accepted"),
        ("queued", "accepted"),
        ("sending", "accepted"),
        ("sent", "sent"),
        ("delivered", "delivered"),
        ("read", "read"),
    ],
)
async def test_a_receipt_says_how_far_a_message_has_come(
    channel: TwilioSms, status: str, state: str
) -> None:
    heard = channel.hear(called("status", STATUS | {"MessageStatus": status}), NOW)

    assert [(one.provider_id, one.state) for one in heard.receipts] == [(NAME, state)]
    assert heard.answers == ()


@pytest.mark.parametrize(
    ("status", "code", "retry", "detail"),
    [
        ("undelivered", "30003", True, "Twilio 30003: The telephone is off or out of reach."),
        ("failed", "30001", True, "Twilio 30001: The queue is full."),
        ("failed", "30008", True, "Twilio 30008: The carrier gives no reason."),
        ("failed", "30002", True, "Twilio 30002: The account is suspended."),
        ("undelivered", "30005", False, "Twilio 30005: The number is not in use."),
        ("undelivered", "30007", False, "Twilio 30007: The carrier took the message for spam."),
        ("undelivered", "39999", True, "Twilio 39999: It was not delivered."),
        ("canceled", "", True, "Twilio says: It was not delivered."),
    ],
)
async def test_a_failure_says_why_and_whether_another_try_makes_sense(
    channel: TwilioSms, status: str, code: str, retry: bool, detail: str
) -> None:
    told = STATUS | {"MessageStatus": status} | ({"ErrorCode": code} if code else {})

    heard = channel.hear(called("status", told), NOW)

    assert heard.receipts == (
        Receipt(provider_id=NAME, state="failed", detail=detail, retry=retry),
    )


async def test_where_carriers_tell_no_more_what_is_sent_may_count_as_delivered(make: Make) -> None:
    sent = called("status", STATUS | {"MessageStatus": "sent"})

    assert make(counts_when="delivered").hear(sent, NOW).receipts[0].state == "sent"
    assert make(counts_when="sent").hear(sent, NOW).receipts[0].state == "delivered"


@pytest.mark.parametrize(
    "told", [STATUS | {"MessageStatus": "of next year"}, {"MessageStatus": "sent"}, {}]
)
async def test_a_receipt_that_says_nothing_is_none(
    channel: TwilioSms, told: dict[str, str]
) -> None:
    assert channel.hear(called("status", told), NOW) == Heard()


async def test_what_somebody_writes_is_an_answer(channel: TwilioSms) -> None:
    heard = channel.hear(called("sms", TEXT), NOW)

    assert heard.answers == (Answer(deed="acknowledge", sender=ADDRESS, number=12),)
    assert channel.hear(called("sms", TEXT), NOW) == heard, "told again, it is the same"


async def test_stop_is_left_to_the_carrier(channel: TwilioSms) -> None:
    heard = channel.hear(called("sms", TEXT | {"Body": "STOP"}), NOW)

    assert heard == Heard()
    assert channel.reply(called("sms", TEXT), heard, (), None) == Reply(status=204)


async def test_what_came_of_an_answer_is_written_back(channel: TwilioSms) -> None:
    done = Upshot(ok=True, sentence="Acknowledged: #12 <Disk> & co.")
    callback = called("sms", TEXT)

    reply = channel.reply(callback, channel.hear(callback, NOW), [done], None)

    document = ElementTree.fromstring(reply.body)
    assert (reply.status, reply.content_type) == (200, "application/xml; charset=utf-8")
    assert document.tag == "Response"
    assert document.findtext("Message") == "Acknowledged: #12 <Disk> & co."


@pytest.mark.parametrize("tail", ["sms", "status"])
async def test_a_forged_call_is_not_believed(channel: TwilioSms, tail: str) -> None:
    genuine = called(tail, TEXT | STATUS)
    forged = [
        called(tail, TEXT | STATUS, token="guessed"),
        replace(genuine, headers={"content-type": genuine.headers["content-type"]}),
        replace(genuine, body=genuine.body.replace(b"15550100", b"15550101")),
        replace(genuine, url=f"{genuine.url}?t=Q9.forged"),
    ]

    for callback in forged:
        with pytest.raises(Forged):
            channel.hear(callback, NOW)


async def test_while_tokens_are_exchanged_both_are_believed(make: Make) -> None:
    channel = make(other_token="the next one")

    for token in (TOKEN, "the next one"):
        assert channel.hear(called("sms", TEXT, token=token), NOW).answers


async def test_calls_to_elsewhere_and_of_other_accounts_are_not_understood(
    channel: TwilioSms,
) -> None:
    unheard = [called("voice", TEXT), called("sms", TEXT | {"AccountSid": "AC" + "1" * 32})]

    for callback in unheard:
        with pytest.raises(Unheard):
            channel.hear(callback, NOW)


async def test_a_get_is_heard_as_well(channel: TwilioSms) -> None:
    signed = called("sms", {}, query="?From=%2B15550100&Body=6")

    heard = channel.hear(
        Callback(method="GET", url=signed.url, tail="sms", headers=signed.headers), NOW
    )

    assert heard.answers == (Answer(deed="resolve", sender=ADDRESS),)


async def test_it_is_a_hearer(channel: TwilioSms) -> None:
    assert isinstance(channel, Hearer)
    assert channel.declaration.receipt_within == 120
