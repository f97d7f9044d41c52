"""SMS by Plivo: what is sent, what its answers and receipts mean, and which calls are believed."""

from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime
from xml.etree.ElementTree import canonicalize

import pytest
from msgspec.structs import replace
from plivo import plivoxml

from tests.standins.chat_server import Answered
from tests.standins.pages import NOTICE, PAGE
from tests.standins.plivo import CALLBACK, FROM, ID, TOKEN, WRONG, PlivoServer, called
from tests.standins.tooling import open_tools
from tests.standins.troubles import assert_troubles_pass
from tocsin.channels.plivo.sms import PlivoSms
from tocsin.domain.reaching.answer import Answer, Upshot
from tocsin.domain.reaching.channel import Delivery
from tocsin.domain.reaching.hearing import Forged, Heard, Hearer, Receipt, Reply, Unheard

NOW = datetime(2026, 11, 21, tzinfo=UTC)
ADDRESS = "+15550100"
POWERPACK = "86bbb125-97bb-4d72-89fd-81d5c515b015"
STATUS = {
    "MessageUUID": "u-1",
    "Status": "delivered",
    "From": FROM,
    "To": "15550100",
    "Type": "sms",
    "Sequence": "3",
}
TEXT = {"MessageUUID": "u-9", "From": "15550100", "To": FROM, "Type": "sms", "Text": "ack 12"}
Make = Callable[..., PlivoSms]


@pytest.fixture
async def server() -> AsyncIterator[PlivoServer]:
    async with PlivoServer() as server:
        yield server


@pytest.fixture
async def make(server: PlivoServer) -> AsyncIterator[Make]:
    async with open_tools() as tools:

        def make(**settings: str) -> PlivoSms:
            given = {"auth_id": ID, "auth_token": TOKEN, "sender": FROM, "base_url": server.url}
            return PlivoSms.make(tools, given | settings, CALLBACK)

        yield make


@pytest.fixture
def channel(make: Make) -> PlivoSms:
    return make()


async def test_a_page_is_sent_with_all_that_it_needs(
    channel: PlivoSms, server: PlivoServer
) -> None:
    delivery = await channel.send(replace(PAGE, text="Disk full & more"), f"{ADDRESS},,12#")

    assert delivery == Delivery(ok=True, detail="Plivo: message(s) queued", provider_id="u-1")
    assert server.made == [
        {
            "src": FROM,
            "dst": "15550100",
            "text": "Disk full & more",
            "type": "sms",
            "message_expiry": 120,
            "url": f"{CALLBACK}/status",
            "method": "POST",
        }
    ]


async def test_a_powerpack_is_named_as_such(make: Make, server: PlivoServer) -> None:
    await make(sender=POWERPACK).send(PAGE, ADDRESS)

    assert server.made[0]["powerpack_uuid"] == POWERPACK
    assert "src" not in server.made[0]


async def test_a_text_has_its_bounds(channel: PlivoSms, server: PlivoServer) -> None:
    await channel.send(replace(NOTICE, text="a" * 1000), ADDRESS)

    assert server.made[0]["text"] == "a" * 456 + "..."


async def test_troubles_are_worth_another_try(
    channel: PlivoSms, server: PlivoServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    await assert_troubles_pass(channel, server, ADDRESS, monkeypatch)


async def test_a_wrong_address_is_wrong_for_good(channel: PlivoSms) -> None:
    delivery = await channel.send(PAGE, f"+{WRONG}")

    assert delivery == Delivery(ok=False, detail="Plivo: invalid destination number")


async def test_revoked_credentials_are_our_fault(channel: PlivoSms, server: PlivoServer) -> None:
    server.token = "changed meanwhile"

    delivery = await channel.send(PAGE, ADDRESS)

    assert (delivery.ok, delivery.is_our_fault) == (False, True)
    assert delivery.detail.startswith("HTTP 401 Unauthorized: Could not verify")


@pytest.mark.parametrize(
    ("told", "retry", "is_our_fault"),
    [
        ({"error": "src parameter is not valid"}, False, True),
        ({"error": "insufficient credit"}, False, True),
        ({"error": "from parameter not present"}, False, True),
        ({"error": "answer_url is not valid"}, False, True),
        ({"error": "dst parameter not present"}, False, False),
        ({"error": "to parameter not present"}, False, False),
        ({"error": "src and dst cannot be same"}, False, False),
        ({"error": "something from the year to come"}, True, False),
        ("<html>", True, False),
    ],
)
async def test_a_refusal_says_in_words_who_is_at_fault(
    channel: PlivoSms, server: PlivoServer, told: object, retry: bool, is_our_fault: bool
) -> None:
    server.broken = Answered(400, told)

    delivery = await channel.send(PAGE, ADDRESS)

    assert (delivery.ok, delivery.retry) == (False, retry)
    assert delivery.is_our_fault == is_our_fault


@pytest.mark.parametrize("told", ["<html>", {"message_uuid": []}, {"message_uuid": [7]}, {}])
async def test_a_success_that_names_nothing_is_none(
    channel: PlivoSms, server: PlivoServer, told: object
) -> None:
    server.broken = Answered(202, told)

    delivery = await channel.send(PAGE, ADDRESS)

    assert (delivery.ok, delivery.retry) == (False, True)


@pytest.mark.parametrize("method", ["POST", "GET"])
@pytest.mark.parametrize(
    ("status", "state"),
    [("queued", "accepted"), ("sent", "sent"), ("delivered", "delivered"), ("read", "read")],
)
async def test_a_receipt_says_how_far_a_message_has_come(
    channel: PlivoSms, method: str, status: str, state: str
) -> None:
    heard = channel.hear(called("status", STATUS | {"Status": status}, method=method), NOW)

    assert [(one.provider_id, one.state) for one in heard.receipts] == [("u-1", state)]
    assert heard.answers == ()


@pytest.mark.parametrize(
    ("code", "retry", "detail"),
    [
        ("20", True, "Plivo 20: The carrier's network has trouble."),
        ("900", True, "Plivo 900: The account has no credit left."),
        ("40", True, "Plivo 40: The sender is not valid."),
        ("50", False, "Plivo 50: The number is not valid."),
        ("30", False, "Plivo 30: The carrier took the message for spam."),
        ("12345", True, "Plivo 12345: It was not delivered."),
        ("", True, "Plivo says: It was not delivered."),
    ],
)
async def test_a_failure_says_why_and_whether_another_try_makes_sense(
    channel: PlivoSms, code: str, retry: bool, detail: str
) -> None:
    for status in ("undelivered", "failed", "rejected"):
        told = STATUS | {"Status": status, "ErrorCode": code}
        heard = channel.hear(called("status", told), NOW)

        assert heard.receipts == (
            Receipt(provider_id="u-1", state="failed", detail=detail, retry=retry),
        )


async def test_where_carriers_tell_no_more_what_is_sent_may_count_as_delivered(make: Make) -> None:
    sent = called("status", STATUS | {"Status": "sent"})

    assert make(counts_when="delivered").hear(sent, NOW).receipts[0].state == "sent"
    assert make(counts_when="sent").hear(sent, NOW).receipts[0].state == "delivered"


@pytest.mark.parametrize("told", [STATUS | {"Status": "of next year"}, {"Status": "sent"}, {}])
async def test_a_receipt_that_says_nothing_is_none(channel: PlivoSms, told: dict[str, str]) -> None:
    assert channel.hear(called("status", told), NOW) == Heard()


async def test_what_somebody_writes_is_an_answer(channel: PlivoSms) -> None:
    heard = channel.hear(called("sms", TEXT), NOW)

    assert heard.answers == (Answer(deed="acknowledge", sender=ADDRESS, number=12),)
    assert channel.hear(called("sms", TEXT), NOW) == heard, "told again, it is the same"


async def test_what_came_of_an_answer_is_written_back(channel: PlivoSms) -> None:
    callback = called("sms", TEXT)
    heard = channel.hear(callback, NOW)
    done = Upshot(ok=True, sentence="Acknowledged: #12 <Disk> & co.")

    reply = channel.reply(callback, heard, [done], None)

    expected = plivoxml.ResponseElement()
    expected.add(plivoxml.MessageElement(done.sentence, src=FROM, dst="15550100"))
    assert (reply.status, reply.content_type) == (200, "application/xml; charset=utf-8")
    assert canonicalize(reply.body.decode(), strip_text=True) == canonicalize(
        expected.to_string(), strip_text=True
    )
    assert channel.reply(callback, heard, (), None) == Reply(status=204)


@pytest.mark.parametrize("tail", ["sms", "status"])
async def test_a_forged_call_is_not_believed(channel: PlivoSms, tail: str) -> None:
    genuine = called(tail, TEXT | STATUS)
    forged = [
        called(tail, TEXT | STATUS, token="guessed"),
        replace(genuine, headers={}),
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


async def test_calls_to_elsewhere_are_not_understood(channel: PlivoSms) -> None:
    with pytest.raises(Unheard):
        channel.hear(called("voice", TEXT), NOW)


async def test_it_is_a_hearer(channel: PlivoSms) -> None:
    assert isinstance(channel, Hearer)
    assert channel.declaration.receipt_within == 120
