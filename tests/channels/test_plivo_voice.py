"""Calls by Plivo: how they are made, what is said, what keys do, and what counts as delivered."""

from collections.abc import AsyncIterator, Sequence
from datetime import UTC, datetime
from xml.etree.ElementTree import canonicalize

import pytest
from msgspec.structs import replace
from plivo import plivoxml

from tests.standins.pages import NOTICE, PAGE
from tests.standins.plivo import CALLBACK, FROM, ID, TOKEN, WRONG, PlivoServer, called
from tests.standins.tooling import open_tools
from tests.standins.troubles import assert_troubles_pass
from tocsin.channels.calls.speaking import Part, call, conclude, correct, leave
from tocsin.channels.plivo.voice import PlivoVoice
from tocsin.domain.reaching.answer import Upshot
from tocsin.domain.reaching.channel import Delivery
from tocsin.domain.reaching.hearing import Callback, Forged, Heard, Hearer, Receipt, Reply, Unheard
from tocsin.domain.reaching.message import Message

NOW = datetime(2026, 11, 21, tzinfo=UTC)
ADDRESS = "+15550100"
QUERY = f"?t={PAGE.token}"
ACTION = f"{CALLBACK}/voice{QUERY}"
SPOKEN = replace(PAGE, speech="Disk full on <db-1> & db-2")
CALL = {
    "RequestUUID": "u-1",
    "CallUUID": "c-1",
    "From": FROM,
    "To": "15550100",
    "CallStatus": "in-progress",
    "Direction": "outbound",
}
DONE = Upshot(ok=True, sentence="Acknowledged: #12.")
MACHINE = "An answering machine took the call."
NO_KEY = "Answered, but nobody pressed a key."


@pytest.fixture
async def server() -> AsyncIterator[PlivoServer]:
    async with PlivoServer() as server:
        yield server


@pytest.fixture
async def channel(server: PlivoServer) -> AsyncIterator[PlivoVoice]:
    settings = {"auth_id": ID, "auth_token": TOKEN, "caller": FROM, "base_url": server.url}
    async with open_tools() as tools:
        yield PlivoVoice.make(tools, settings, CALLBACK)


def voice(**fields: str) -> Callback:
    return called("voice", CALL | fields, query=QUERY)


def ended(**fields: str) -> Callback:
    return called("voice/ended", CALL | fields)


def answer(
    channel: PlivoVoice,
    callback: Callback,
    upshots: Sequence[Upshot] = (),
    message: Message | None = SPOKEN,
) -> str:
    reply = channel.reply(callback, channel.hear(callback, NOW), upshots, message)
    assert (reply.status, reply.content_type) == (200, "application/xml; charset=utf-8")
    return canonicalize(reply.body.decode(), strip_text=True)


def document(parts: Sequence[Part], *, waits: bool = False) -> str:
    """Write it by Plivo's own library."""
    response = plivoxml.ResponseElement()
    if waits:
        response.add(plivoxml.WaitElement(length=10, beep=True))
    for part in parts:
        place = response
        if part.asks:
            place = plivoxml.GetDigitsElement(
                action=ACTION, method="POST", num_digits=1, timeout=6, finish_on_key="none"
            )
            response.add(place)
        for sentence in part.sentences:
            place.add(plivoxml.SpeakElement(sentence, language="en-US", voice="Polly.Joanna"))
    response.add(plivoxml.HangupElement())
    return canonicalize(response.to_string(), strip_text=True)


async def test_a_call_is_made_with_all_that_it_needs(
    channel: PlivoVoice, server: PlivoServer
) -> None:
    delivery = await channel.send(PAGE, ADDRESS)

    assert delivery == Delivery(ok=True, detail="Plivo: call fired", provider_id="u-1")
    assert server.made == [
        {
            "from": FROM,
            "to": "15550100",
            "answer_url": ACTION,
            "ring_url": f"{CALLBACK}/voice/ringing",
            "hangup_url": f"{CALLBACK}/voice/ended",
            "ring_timeout": 25,
            "time_limit": 300,
            "machine_detection": "true",
        }
    ]


async def test_an_extension_is_dialled_after_the_number(
    channel: PlivoVoice, server: PlivoServer
) -> None:
    await channel.send(PAGE, f"{ADDRESS},12#")

    (made,) = server.made
    assert (made["to"], made["send_digits"]) == ("15550100", "WW12#")
    assert "machine_detection" not in made


async def test_troubles_are_worth_another_try(
    channel: PlivoVoice, server: PlivoServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    await assert_troubles_pass(channel, server, ADDRESS, monkeypatch)


async def test_a_wrong_address_and_revoked_credentials_are_told_apart(
    channel: PlivoVoice, server: PlivoServer
) -> None:
    wrong = await channel.send(PAGE, f"+{WRONG}")
    server.token = "changed meanwhile"
    revoked = await channel.send(PAGE, ADDRESS)

    assert (wrong.ok, wrong.retry, wrong.is_our_fault) == (False, False, False)
    assert (revoked.ok, revoked.is_our_fault) == (False, True)


async def test_a_person_hears_the_page_and_is_asked_for_a_key(channel: PlivoVoice) -> None:
    callback = voice(Machine="false")

    delivered = Receipt(provider_id="u-1", state="delivered", detail="Somebody answered the call.")
    assert channel.hear(callback, NOW) == Heard(receipts=(delivered,), token=PAGE.token)
    assert answer(channel, callback) == document(call(SPOKEN))


async def test_an_answering_machine_hears_it_twice_and_is_no_delivery(channel: PlivoVoice) -> None:
    callback = voice(Machine="true")

    assert channel.hear(callback, NOW).receipts == (
        Receipt(
            provider_id="u-1",
            state="failed",
            detail=MACHINE,
            retry=True,
            is_unproven=True,
        ),
    )
    assert answer(channel, callback) == document(leave(SPOKEN), waits=True)


async def test_who_is_not_known_to_be_a_machine_is_spoken_with(channel: PlivoVoice) -> None:
    assert channel.hear(voice(), NOW) == Heard(token=PAGE.token)
    assert answer(channel, voice()) == document(call(SPOKEN))


async def test_a_notice_is_only_said(channel: PlivoVoice) -> None:
    notice = replace(NOTICE, speech="You are on call from nine.")

    assert answer(channel, voice(), message=notice) == document(call(notice))


@pytest.mark.parametrize(
    ("key", "deed"), [("4", "acknowledge"), ("6", "resolve"), ("8", "escalate"), ("1", "confirm")]
)
@pytest.mark.parametrize("machine", ["true", "false"])
async def test_a_key_does_what_was_said(
    channel: PlivoVoice, machine: str, key: str, deed: str
) -> None:
    callback = voice(Digits=key, Machine=machine)

    heard = channel.hear(callback, NOW)

    assert [(one.deed, one.token) for one in heard.answers] == [(deed, PAGE.token)]
    assert [(one.provider_id, one.state) for one in heard.receipts] == [("u-1", "read")]
    assert channel.hear(callback, NOW) == heard, "told again, it is the same"
    assert answer(channel, callback, [DONE]) == document(conclude(SPOKEN, [DONE]))


async def test_another_key_does_nothing_and_the_menu_is_said_again(channel: PlivoVoice) -> None:
    assert channel.hear(voice(Digits="5"), NOW).answers == ()
    assert answer(channel, voice(Digits="5")) == document(correct(SPOKEN))


async def test_a_call_about_a_message_that_is_not_ours_any_more_is_ended(
    channel: PlivoVoice,
) -> None:
    assert answer(channel, voice(), message=None) == document(())


async def test_while_it_rings_it_is_on_its_way(channel: PlivoVoice) -> None:
    callback = called("voice/ringing", CALL | {"CallStatus": "ringing"})

    heard = channel.hear(callback, NOW)

    sent = Receipt(provider_id="u-1", state="sent", detail="Plivo: ringing")
    assert heard == Heard(receipts=(sent,))
    assert channel.reply(callback, heard, (), None) == Reply(status=204)


@pytest.mark.parametrize(
    ("fields", "state", "detail", "retry"),
    [
        ({"CallStatus": "completed", "Machine": "true"}, "failed", MACHINE, True),
        ({"CallStatus": "completed"}, "failed", NO_KEY, True),
        ({"CallStatus": "busy"}, "failed", "The line was busy.", True),
        ({"CallStatus": "no-answer"}, "failed", "Nobody answered.", True),
        ({"CallStatus": "timeout"}, "failed", "Nobody answered.", True),
        ({"CallStatus": "cancel"}, "failed", "The call was cancelled.", True),
        (
            {"CallStatus": "failed", "HangupCauseName": "Canceled (Out Of Credits)"},
            "failed",
            "The call did not get through. (Canceled (Out Of Credits))",
            True,
        ),
        (
            {
                "CallStatus": "failed",
                "HangupCauseCode": "2000",
                "HangupCauseName": "Invalid Destination Address",
            },
            "failed",
            "The call did not get through. (Invalid Destination Address)",
            False,
        ),
        (
            {"CallStatus": "of next year", "HangupCause": "NORMAL"},
            "failed",
            "The call did not get through. (NORMAL)",
            True,
        ),
    ],
)
async def test_a_call_that_nobody_took_has_failed(
    channel: PlivoVoice, fields: dict[str, str], state: str, detail: str, retry: bool
) -> None:
    heard = channel.hear(ended(**fields), NOW)

    (receipt,) = heard.receipts
    assert (receipt.provider_id, receipt.state) == ("u-1", state)
    assert (receipt.detail, receipt.retry) == (detail, retry)
    assert receipt.is_unproven is (detail in {MACHINE, NO_KEY})
    assert heard.answers == (), "a call is no acknowledgement"


async def test_a_person_who_was_told_nothing_is_no_delivery(channel: PlivoVoice) -> None:
    over = ended(CallStatus="completed", Machine="false")

    assert channel.hear(over, NOW) == Heard(), "we were not asked what to say"


async def test_a_call_is_known_by_its_first_leg_as_well(channel: PlivoVoice) -> None:
    fields = {"ALegRequestUUID": "u-1", "CallStatus": "busy"}

    assert channel.hear(called("voice/ended", fields), NOW).receipts[0].provider_id == "u-1"
    assert channel.hear(called("voice/ended", {"CallStatus": "busy"}), NOW) == Heard()


async def test_a_forged_call_is_not_believed(channel: PlivoVoice) -> None:
    genuine = voice(Digits="4")
    forged = [
        called("voice", CALL | {"Digits": "4"}, query=QUERY, token="guessed"),
        replace(genuine, headers={}),
        replace(genuine, body=genuine.body.replace(b"Digits=4", b"Digits=6")),
        replace(genuine, url=f"{CALLBACK}/voice?t=Q9.another"),
    ]

    for callback in forged:
        with pytest.raises(Forged):
            channel.hear(callback, NOW)


async def test_calls_that_are_none_of_ours_are_not_understood(channel: PlivoVoice) -> None:
    for callback in (
        called("voice", CALL),
        called("voice", {"CallUUID": "c-1"}, query=QUERY),
        called("sms", CALL),
    ):
        with pytest.raises(Unheard):
            channel.hear(callback, NOW)


async def test_it_is_a_hearer(channel: PlivoVoice) -> None:
    assert isinstance(channel, Hearer)
    assert channel.declaration.receipt_within == 90
