"""Gateways over HTTP: every form is filled without breaking it, and every answer understood."""

import json
from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlencode

import pytest
from msgspec.structs import replace

from tests.standins.chat_server import Answered
from tests.standins.pages import PAGE
from tests.standins.sms_gateways import NOBODY, SECRET, GatewayServer
from tests.standins.tooling import open_tools
from tests.standins.troubles import assert_troubles_pass
from tocsin.channels.sms_gateway.channel import SmsGateway
from tocsin.channels.sms_gateway.filling import filled, value_at
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

NOW = datetime(2026, 1, 10, tzinfo=UTC)
ADDRESS = "+15550100"
KEY = "a-key-by-chance-1234"
CALLBACK = "https://oncall.example.com/callbacks/P1"
HOSTILE = 'Disk "full" & <b>{secret}</b>\n\\ ä ディスク %2B'
DONE = Upshot(ok=True, sentence="Acknowledged: #12.")
QUERY = {
    "url": "/query?to={to}&text={text}&password={secret}&ref={id}&cb={callback}",
    "method": "GET",
    "form": "none",
    "success_pattern": r"^OK: (\w+)",
    "refusal_pattern": "invalid number",
}
FORM = QUERY | {
    "url": "/form",
    "method": "POST",
    "form": "form",
    "body": "to={number}&text={text}&password={secret}",
}
XML = FORM | {
    "url": "/xml",
    "form": "xml",
    "body": '<sms to="{to}" password="{secret}"><text>{text}</text></sms>',
}
JSON = {
    "url": "/json",
    "method": "POST",
    "form": "json",
    "body": '{"to": "{to}", "text": "{text}", "more": {"x": {}}}',
    "headers": "Authorization: Bearer {secret} | X-App: oncall",
    "success_path": "messages.0.status",
    "success_pattern": "queued|sent",
    "id_path": "messages.0.id",
    "statuses": "202",
}
HEARING = JSON | {
    "callback_key": KEY,
    "receipt_id": "id",
    "receipt_state": "report.state",
    "delivered": "delivered DELIVRD",
    "failed": "failed expired",
    "answer_sender": "from",
    "answer_text": "text",
}
Make = Callable[..., SmsGateway]


@pytest.fixture
async def server() -> AsyncIterator[GatewayServer]:
    async with GatewayServer() as server:
        yield server


@pytest.fixture
async def make(server: GatewayServer) -> AsyncIterator[Make]:
    async with open_tools() as tools:

        def make(settings: dict[str, str], **changes: str) -> SmsGateway:
            given = {"secret": SECRET} | settings | changes
            if given["url"].startswith("/"):
                given["url"] = f"{server.url}{given['url']}"
            return SmsGateway.make(tools, given, CALLBACK)

        yield make


def called(tail: str, told: Any, key: str = KEY, form: str = "json") -> Callback:
    url = f"{CALLBACK}/{tail}?key={key}"
    if form == "get":
        return Callback(method="GET", url=f"{url}&{urlencode(told)}", tail=tail)
    if form == "form":
        return Callback(method="POST", url=url, tail=tail, body=urlencode(told).encode())
    headers = {"content-type": "application/json"}
    body = json.dumps(told).encode()
    return Callback(method="POST", url=url, tail=tail, headers=headers, body=body)


@pytest.mark.parametrize(
    ("settings", "delivery"),
    [
        (QUERY, Delivery(ok=True, detail="HTTP 200 OK", provider_id="m1")),
        (FORM, Delivery(ok=True, detail="HTTP 200 OK", provider_id="m1")),
        (XML, Delivery(ok=True, detail="HTTP 200 OK", provider_id="m1")),
        (JSON, Delivery(ok=True, detail="HTTP 202 Accepted", provider_id="7")),
    ],
)
async def test_a_text_arrives_as_it_is_in_every_form(
    make: Make, server: GatewayServer, settings: dict[str, str], delivery: Delivery
) -> None:
    assert await make(settings).send(replace(PAGE, text=HOSTILE), ADDRESS) == delivery

    (sent,) = server.sent
    assert sent["text"] == HOSTILE
    assert sent["to"].lstrip("+") == "15550100"


async def test_a_message_is_named_and_its_receipt_asked_for(
    make: Make, server: GatewayServer
) -> None:
    await make(QUERY, callback_key=KEY).send(PAGE, ADDRESS)

    assert server.sent[0]["ref"] == PAGE.id
    assert server.sent[0]["cb"] == f"{CALLBACK}/status?key={KEY}"


async def test_headers_are_those_that_were_told(make: Make, server: GatewayServer) -> None:
    await make(JSON).send(PAGE, ADDRESS)
    await make(JSON, headers="content-type: text/plain | X-Name: ä {secret}").send(PAGE, ADDRESS)
    await make(QUERY).send(PAGE, ADDRESS)

    told, other, bare = (asked.headers for asked in server.asked)
    assert (told["x-app"], told["content-type"]) == ("oncall", "application/json")
    assert (other["content-type"], other["x-name"]) == ("text/plain", f"ä {SECRET}")
    assert "content-type" not in bare


async def test_troubles_are_worth_another_try(
    make: Make, server: GatewayServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    await assert_troubles_pass(make(JSON), server, ADDRESS, monkeypatch)


async def test_a_wrong_number_is_refused_for_good(make: Make) -> None:
    delivery = await make(QUERY).send(PAGE, f"+{NOBODY}")

    assert delivery == Delivery(ok=False, detail="HTTP 200 OK: ERR: invalid number")


async def test_any_other_refusal_may_be_none_later(make: Make) -> None:
    delivery = await make(QUERY).send(replace(PAGE, text="busy"), ADDRESS)

    assert delivery == Delivery(ok=False, detail="HTTP 200 OK: ERR: queue full", retry=True)


async def test_a_secret_that_comes_back_is_not_told(make: Make, server: GatewayServer) -> None:
    server.broken = Answered(200, f"unknown key {SECRET}")

    assert SECRET not in (await make(QUERY).send(PAGE, ADDRESS)).detail


async def test_revoked_credentials_are_our_fault(make: Make) -> None:
    delivery = await make(FORM, secret="old").send(PAGE, ADDRESS)

    assert (delivery.ok, delivery.is_our_fault, delivery.retry) == (False, True, False)


async def test_a_status_that_was_not_told_is_no_success(make: Make) -> None:
    assert not (await make(JSON, statuses="200").send(PAGE, ADDRESS)).ok
    assert (await make(JSON, statuses="").send(PAGE, ADDRESS)).ok
    assert (await make(JSON, statuses="200-202").send(PAGE, ADDRESS)).ok


@pytest.mark.parametrize("body", ["[]", "{}", '{"messages": {}}', '{"messages": [{}]}', "OK", ""])
async def test_where_nothing_tells_of_success_there_was_none(
    make: Make, server: GatewayServer, body: str
) -> None:
    server.broken = Answered(202, body)

    delivery = await make(JSON).send(PAGE, ADDRESS)

    assert (delivery.ok, delivery.retry) == (False, True)


async def test_without_patterns_the_status_decides(make: Make, server: GatewayServer) -> None:
    server.broken = Answered(204)

    delivery = await make(FORM, success_pattern="", refusal_pattern="").send(PAGE, ADDRESS)

    assert delivery == Delivery(ok=True, detail="HTTP 204 No Content")


async def test_a_group_without_a_match_is_no_name(make: Make) -> None:
    assert (await make(FORM, success_pattern="OK|(no)").send(PAGE, ADDRESS)).provider_id is None
    assert (await make(FORM, success_pattern="OK").send(PAGE, ADDRESS)).provider_id is None


@pytest.mark.parametrize(
    ("change", "detail"),
    [
        ({"success_pattern": "("}, "A pattern is no regular expression: "),
        ({"refusal_pattern": "*"}, "A pattern is no regular expression: "),
        ({"url": "https://{text}:x/"}, "The address is none: "),
    ],
)
async def test_what_cannot_work_is_our_fault(
    make: Make, change: dict[str, str], detail: str
) -> None:
    delivery = await make(QUERY, **change).send(PAGE, ADDRESS)

    assert (delivery.ok, delivery.is_our_fault) == (False, True)
    assert delivery.detail.startswith(detail)


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("a", "x"),
        ("b.0", "1"),
        ("b.1", "true"),
        ("b.2.c", "2.5"),
        ("b.9", ""),
        ("b.x", ""),
        ("b", ""),
        ("n", ""),
        ("a.b", ""),
        ("z", ""),
        ("", ""),
    ],
)
def test_a_path_leads_to_a_value_or_nowhere(path: str, value: str) -> None:
    assert value_at(path, {"a": "x", "b": [1, True, {"c": 2.5}], "n": None}) == value


def test_a_header_stays_one_line() -> None:
    assert filled("{text}", "header", {"text": "a\r\nX-Evil: 1"}) == "a X-Evil: 1"


@pytest.mark.parametrize("form", ["get", "form", "json"])
async def test_what_somebody_writes_is_heard_in_every_form(make: Make, form: str) -> None:
    channel = make(HEARING)

    heard = channel.hear(called("sms", {"from": "15550100", "text": "4 12"}, form=form), NOW)

    assert isinstance(channel, Hearer)
    assert heard == Heard(answers=(Answer(deed="acknowledge", number=12, sender=ADDRESS),))


@pytest.mark.parametrize(
    ("word", "state", "retry"),
    [
        ("delivered", "delivered", False),
        ("DELIVRD", "delivered", False),
        ("expired", "failed", True),
    ],
)
async def test_receipts_say_how_far_a_message_came(
    make: Make, word: str, state: Any, retry: bool
) -> None:
    heard = make(HEARING).hear(called("status", {"id": 7, "report": {"state": word}}), NOW)

    receipt = Receipt(provider_id="7", state=state, detail=f"The gateway: {word}", retry=retry)
    assert heard == Heard(receipts=(receipt,))


@pytest.mark.parametrize(
    ("tail", "told"),
    [
        ("status", {"id": "7", "report": {"state": "queued"}}),
        ("status", {"report": {"state": "delivered"}}),
        ("status", [1]),
        ("sms", {"text": "ack"}),
        ("sms", None),
    ],
)
async def test_what_says_nothing_changes_nothing(make: Make, tail: str, told: Any) -> None:
    assert make(HEARING).hear(called(tail, told), NOW) == Heard()


@pytest.mark.parametrize("key", ["", "guessed", "é"])
async def test_only_whoever_knows_the_key_is_believed(make: Make, key: str) -> None:
    for channel in (make(HEARING), make(HEARING, callback_key="")):
        with pytest.raises(Forged, match="key in the address"):
            channel.hear(called("sms", {"from": "15550100", "text": "ack"}, key), NOW)


async def test_nonsense_is_refused_in_a_sentence(make: Make) -> None:
    with pytest.raises(Unheard, match="/status and /sms"):
        make(HEARING).hear(called("voice", {}), NOW)
    with pytest.raises(Unheard):
        make(HEARING).hear(replace(called("sms", {}), body=b"{"), NOW)


async def test_who_answered_is_told_what_came_of_it(make: Make, server: GatewayServer) -> None:
    channel = make(HEARING)
    call = called("sms", {"from": "15550100", "text": "ack"})
    heard = channel.hear(call, NOW)

    assert isinstance(channel, Finisher)
    assert channel.reply(call, heard, [DONE], None) == Reply(status=200, body=b"OK")
    await channel.finish(call, heard, [DONE])
    await channel.finish(call, heard, [])

    (sent,) = server.sent
    assert (sent["to"], sent["text"]) == (ADDRESS, "Acknowledged: #12.")
