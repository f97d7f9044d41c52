"""SMS by Vonage: what is sent, what its receipts say, and which calls are believed."""

import hashlib
import json
from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime, timedelta
from typing import Any, Literal
from urllib.parse import urlencode

import pytest
from msgspec.structs import replace
from vonage_http_client.auth import Auth

from tests.standins.chat_server import Answered
from tests.standins.pages import NOTICE, PAGE
from tests.standins.tooling import open_tools
from tests.standins.troubles import assert_troubles_pass
from tests.standins.vonage import KEY, SECRET, UNROUTABLE, VonageServer
from tocsin.channels.vonage.signature import sign
from tocsin.channels.vonage.sms import VonageSms
from tocsin.domain.reaching.answer import Answer, Upshot
from tocsin.domain.reaching.channel import Delivery
from tocsin.domain.reaching.hearing import (
    Callback,
    Finisher,
    Forged,
    Heard,
    Hearer,
    Receipt,
    Reply,
    Unheard,
)

NOW = datetime(2023, 11, 14, 22, 13, 20, tzinfo=UTC)  # 1700000000
AT = str(int(NOW.timestamp()))
CALLBACK = "https://oncall.example.com/callbacks/P1"
ADDRESS = "+15550100"
SIGNATURE_SECRET = "sec-test-0001"
CALLING_KEY = "a-key-by-chance-1234"
DONE = Upshot(ok=True, sentence="Acknowledged: #12.")
TEXT = {
    "msisdn": "15550100",
    "to": "15550199",
    "messageId": "0C1",
    "text": "ack 12",
    "type": "text",
}
RECEIPT = {"msisdn": "15550100", "messageId": "0A001", "status": "delivered", "err-code": "0"}
Method = Literal["md5", "sha1", "sha256", "sha512"]
Make = Callable[..., VonageSms]


@pytest.fixture
async def server() -> AsyncIterator[VonageServer]:
    async with VonageServer() as server:
        yield server


@pytest.fixture
async def make(server: VonageServer) -> AsyncIterator[Make]:
    async with open_tools() as tools:

        def make(**settings: str) -> VonageSms:
            given = {"api_key": KEY, "api_secret": SECRET, "sender": "15550199"}
            return VonageSms.make(tools, given | {"base_url": server.url} | settings, CALLBACK)

        yield make


@pytest.fixture
def channel(make: Make) -> VonageSms:
    return make(signature_secret=SIGNATURE_SECRET)


def signed(fields: dict[str, str], at: str = AT, method: Method = "sha256") -> dict[str, str]:
    """Sign as Vonage does, by Vonage's own library."""
    auth = Auth(api_key=KEY, signature_secret=SIGNATURE_SECRET, signature_method=method)
    told = fields | {"timestamp": at, "nonce": "n1"}
    return told | {"sig": auth.sign_params(dict(told))}


def called(tail: str, fields: dict[str, str], form: str = "post", query: str = "") -> Callback:
    """Make a call in one of the forms that an account may choose."""
    url = f"{CALLBACK}/{tail}"
    if form == "get":
        return Callback(method="GET", url=f"{url}?{urlencode(fields)}", tail=tail)
    kind, body = "application/x-www-form-urlencoded", urlencode(fields)
    if form == "json":
        kind, body = "application/json; charset=utf-8", json.dumps(fields)
    headers = {"content-type": kind}
    return Callback(
        method="POST", url=f"{url}{query}", tail=tail, headers=headers, body=body.encode()
    )


async def test_a_page_is_sent_with_all_that_it_needs(make: Make, server: VonageServer) -> None:
    channel = make(callback_key=CALLING_KEY)

    delivery = await channel.send(replace(PAGE, text="Disk full"), f"{ADDRESS},,12#")

    assert delivery == Delivery(ok=True, detail="Vonage took it.", provider_id="0A001")
    assert server.sent == [
        {
            "api_key": KEY,
            "api_secret": SECRET,
            "from": "15550199",
            "to": "15550100",
            "text": "Disk full",
            "type": "text",
            "ttl": "120000",
            "client-ref": PAGE.id,
            "status-report-req": "1",
            "callback": f"{CALLBACK}/status?key={CALLING_KEY}",
        }
    ]


async def test_a_text_keeps_its_letters_and_has_its_bounds(
    channel: VonageSms, server: VonageServer
) -> None:
    await channel.send(replace(PAGE, text="ディスク"), ADDRESS)
    await channel.send(replace(NOTICE, text="a" * 1000), ADDRESS)

    assert [(sent["type"], sent["text"]) for sent in server.sent] == [
        ("unicode", "ディスク"),
        ("text", "a" * 456 + "..."),
    ]


async def test_an_address_that_is_too_long_for_vonage_is_left_to_the_account(
    make: Make, server: VonageServer
) -> None:
    await make(callback_key="x" * 90).send(PAGE, ADDRESS)

    assert "callback" not in server.sent[0]


async def test_troubles_are_worth_another_try(
    channel: VonageSms, server: VonageServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    await assert_troubles_pass(channel, server, ADDRESS, monkeypatch)


async def test_an_answer_that_is_none_is_worth_another_try(
    channel: VonageSms, server: VonageServer
) -> None:
    answers: tuple[Any, ...] = (
        "nonsense",
        {"messages": []},
        {"messages": ["x"]},
        {"messages": [{}]},
    )
    for said in answers:
        server.broken = Answered(200, said)
        delivery = await channel.send(PAGE, ADDRESS)
        assert (delivery.ok, delivery.retry) == (False, True)


async def test_a_wrong_number_is_refused_for_good(channel: VonageSms, server: VonageServer) -> None:
    delivery = await channel.send(PAGE, f"+{UNROUTABLE}")

    assert delivery == Delivery(ok=False, detail="Vonage: Unroutable (status 6)")


async def test_revoked_credentials_are_our_fault(make: Make) -> None:
    delivery = await make(api_secret="old").send(PAGE, ADDRESS)

    assert (delivery.ok, delivery.is_our_fault, delivery.retry) == (False, True, False)
    assert delivery.detail == "Vonage: Bad Credentials (status 4)"


@pytest.mark.parametrize(
    ("statuses", "detail", "is_our_fault", "retry"),
    [
        (["9"], "Vonage: The credit is used up (status 9)", True, False),
        (["1"], "Vonage: Throttled (status 1)", False, True),
        (["0", "5"], "Vonage: Internal error (status 5)", False, True),
        (["7"], "Vonage: The number is barred (status 7)", False, False),
        (["77"], "Vonage: refused (status 77)", False, True),
    ],
)
async def test_the_status_of_each_part_counts(
    channel: VonageSms,
    server: VonageServer,
    statuses: list[str],
    detail: str,
    is_our_fault: bool,
    retry: bool,
) -> None:
    server.statuses = statuses

    delivery = await channel.send(PAGE, ADDRESS)

    assert delivery == Delivery(ok=False, detail=detail, is_our_fault=is_our_fault, retry=retry)


def test_signatures_are_those_of_the_specification_and_of_vonages_library() -> None:
    fields = {
        "msisdn": "15550100",
        "status": "delivered",
        "messageId": "0A1",
        "timestamp": AT,
        "nonce": "n1",
        "text": "a&b=c",
    }
    digest = "9d578bd9063f8fbbbdfb3365d60eb6d8ff07ecac46e5ef2fe5df02fd38821fe1"
    assert sign(fields, SIGNATURE_SECRET, "sha256") == digest
    for method in ("md5", "sha1", "sha256", "sha512"):
        auth = Auth(api_key=KEY, signature_secret=SIGNATURE_SECRET, signature_method=method)
        assert auth.check_signature(fields | {"sig": sign(fields, SIGNATURE_SECRET, method)})


def test_the_oldest_signature_is_a_hash_with_the_secret_behind() -> None:
    digest = hashlib.md5(b"&a=1&b=x_y" + SIGNATURE_SECRET.encode()).hexdigest()

    assert sign({"b": "x&y", "a": "1"}, SIGNATURE_SECRET, "md5hash") == digest


@pytest.mark.parametrize("form", ["get", "post", "json"])
async def test_what_somebody_writes_is_heard_in_every_form(channel: VonageSms, form: str) -> None:
    heard = channel.hear(called("sms", signed(TEXT), form), NOW)

    assert isinstance(channel, Hearer)
    assert isinstance(channel, Finisher)
    assert heard == Heard(answers=(Answer(deed="acknowledge", number=12, sender=ADDRESS),))


@pytest.mark.parametrize("method", ["md5", "sha1", "sha512"])
async def test_each_method_of_signing_is_known(make: Make, method: Method) -> None:
    channel = make(signature_secret=SIGNATURE_SECRET, signature_method=method)

    assert channel.hear(called("sms", signed(TEXT, method=method)), NOW).answers
    with pytest.raises(Forged):
        channel.hear(called("sms", signed(TEXT, method="sha256")), NOW)


@pytest.mark.parametrize(
    "fields",
    [
        TEXT,
        TEXT | {"sig": ""},
        signed(TEXT) | {"text": "resolve"},
        signed(TEXT) | {"sig": "é"},
        signed(TEXT, str(int((NOW - timedelta(minutes=16)).timestamp()))),
        signed(TEXT, "soon"),
    ],
)
async def test_what_was_forged_or_recorded_is_not_believed(
    channel: VonageSms, fields: dict[str, str]
) -> None:
    with pytest.raises(Forged, match="signature of Vonage"):
        channel.hear(called("sms", fields), NOW)


async def test_a_key_in_the_address_stands_for_a_signature(make: Make) -> None:
    channel = make(callback_key=CALLING_KEY)

    assert channel.hear(called("sms", TEXT, query=f"?key={CALLING_KEY}"), NOW).answers
    assert channel.hear(called("sms", TEXT | {"key": CALLING_KEY}, "get"), NOW).answers
    for query in ("", "?key=", "?key=wrong"):
        with pytest.raises(Forged, match="key in the address"):
            channel.hear(called("sms", TEXT, query=query), NOW)


async def test_without_any_proof_nobody_is_believed(make: Make) -> None:
    with pytest.raises(Forged):
        make().hear(called("sms", TEXT, query="?key="), NOW)


@pytest.mark.parametrize(
    ("status", "code", "receipt"),
    [
        ("delivered", "0", ("delivered", "Vonage: delivered", False)),
        ("accepted", "0", ("sent", "Vonage: accepted", False)),
        ("buffered", "0", ("accepted", "Vonage: buffered", False)),
        (
            "expired",
            "2",
            ("failed", "Vonage: expired, the telephone cannot be reached for now", True),
        ),
        ("rejected", "14", ("failed", "Vonage: rejected, the carrier blocks the number", False)),
        ("failed", "123", ("failed", "Vonage: failed, code 123", True)),
    ],
)
async def test_receipts_say_how_far_a_message_came(
    channel: VonageSms, status: str, code: str, receipt: tuple[Any, str, bool]
) -> None:
    heard = channel.hear(
        called("status", signed(RECEIPT | {"status": status, "err-code": code})), NOW
    )

    state, detail, retry = receipt
    assert heard.receipts == (
        Receipt(provider_id="0A001", state=state, detail=detail, retry=retry),
    )


@pytest.mark.parametrize(
    "change", [{"status": "unknown"}, {"status": "invented"}, {"messageId": ""}]
)
async def test_a_receipt_that_says_nothing_changes_nothing(
    channel: VonageSms, change: dict[str, str]
) -> None:
    assert channel.hear(called("status", signed(RECEIPT | change)), NOW) == Heard()


async def test_of_a_text_in_parts_the_first_is_read(channel: VonageSms) -> None:
    parts = {"concat": "true", "concat-ref": "7", "concat-total": "2"}

    first = channel.hear(called("sms", signed(TEXT | parts | {"concat-part": "1"})), NOW)
    second = channel.hear(called("sms", signed(TEXT | parts | {"concat-part": "2"})), NOW)

    assert (len(first.answers), second) == (1, Heard())


async def test_nobody_who_writes_without_a_number_is_heard(channel: VonageSms) -> None:
    assert channel.hear(called("sms", signed({"text": "ack"})), NOW) == Heard()


@pytest.mark.parametrize("body", [b"nonsense", b"[]", b"\xff"])
async def test_nonsense_is_refused_in_a_sentence(channel: VonageSms, body: bytes) -> None:
    headers = {"content-type": "application/json"}
    call = Callback(method="POST", url=CALLBACK, tail="sms", headers=headers, body=body)
    with pytest.raises(Unheard):
        channel.hear(call, NOW)


async def test_values_of_any_kind_are_taken_as_text(make: Make) -> None:
    told: dict[str, Any] = TEXT | {"msisdn": 15550100, "keyword": None, "concat-part": 1}
    call = called("sms", told, "json", query=f"?key={CALLING_KEY}")

    assert make(callback_key=CALLING_KEY).hear(call, NOW).answers[0].sender == ADDRESS


async def test_only_its_own_addresses_are_known(channel: VonageSms) -> None:
    with pytest.raises(Unheard, match="/status and /sms"):
        channel.hear(called("voice", signed(TEXT)), NOW)


async def test_who_answered_is_told_what_came_of_it(
    channel: VonageSms, server: VonageServer
) -> None:
    call = called("sms", signed(TEXT))
    heard = channel.hear(call, NOW)

    assert channel.reply(call, heard, [DONE], None) == Reply(status=200)
    await channel.finish(call, heard, [DONE])
    await channel.finish(call, heard, [])

    (sent,) = server.sent
    assert (sent["to"], sent["text"]) == ("15550100", "Acknowledged: #12.")
