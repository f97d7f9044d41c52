"""Calls by Twilio: how they are made, what is said, what keys do, and what counts as delivered."""

from collections.abc import AsyncIterator, Sequence
from datetime import UTC, datetime
from xml.etree.ElementTree import canonicalize

import pytest
from msgspec.structs import replace
from twilio.twiml.voice_response import VoiceResponse

from tests.standins.pages import NOTICE, PAGE
from tests.standins.tooling import open_tools
from tests.standins.troubles import assert_troubles_pass
from tests.standins.twilio import CALLBACK, FROM, SID, TOKEN, TwilioServer, called
from tocsin.channels.calls.speaking import Part, call, conclude, correct, leave
from tocsin.channels.twilio.voice import TwilioVoice
from tocsin.domain.reaching.answer import Answer, Upshot
from tocsin.domain.reaching.channel import Delivery
from tocsin.domain.reaching.hearing import Callback, Forged, Heard, Hearer, Receipt, Reply, Unheard
from tocsin.domain.reaching.message import Message

NOW = datetime(2026, 11, 21, tzinfo=UTC)
ADDRESS = "+15550100"
NAME = "CA" + "0" * 31 + "1"
QUERY = f"?t={PAGE.token}"
ACTION = f"{CALLBACK}/voice{QUERY}"
SPOKEN = replace(PAGE, speech="Disk full on <db-1> & db-2")
CALL = {
    "CallSid": NAME,
    "AccountSid": SID,
    "From": FROM,
    "To": ADDRESS,
    "CallStatus": "in-progress",
    "Direction": "outbound-api",
    "ApiVersion": "2010-04-01",
}
DONE = Upshot(ok=True, sentence="Acknowledged: #12.")
MACHINE = "An answering machine took the call."
NO_KEY = "Answered, but nobody pressed a key."


@pytest.fixture
async def server() -> AsyncIterator[TwilioServer]:
    async with TwilioServer() as server:
        yield server


@pytest.fixture
async def channel(server: TwilioServer) -> AsyncIterator[TwilioVoice]:
    settings = {"account_sid": SID, "auth_token": TOKEN, "caller": FROM, "base_url": server.url}
    async with open_tools() as tools:
        yield TwilioVoice.make(tools, settings, CALLBACK)


def voice(**fields: str) -> Callback:
    return called("voice", CALL | fields, query=QUERY)


def status(**fields: str) -> Callback:
    return called("voice/status", CALL | fields)


def answer(
    channel: TwilioVoice,
    callback: Callback,
    upshots: Sequence[Upshot] = (),
    message: Message | None = SPOKEN,
) -> str:
    reply = channel.reply(callback, channel.hear(callback, NOW), upshots, message)
    assert (reply.status, reply.content_type) == (200, "application/xml; charset=utf-8")
    return canonicalize(reply.body.decode())


def document(parts: Sequence[Part], language: str = "en-US", voice: str = "Polly.Joanna") -> str:
    """Write TwiML by Twilio's own library."""
    response = VoiceResponse()
    for part in parts:
        place = response
        if part.asks:
            place = response.gather(
                action=ACTION, method="POST", num_digits=1, timeout=6, finish_on_key=""
            )
        for sentence in part.sentences:
            place.say(sentence, language=language, voice=voice)
    response.hangup()
    return canonicalize(str(response))


async def test_a_call_is_made_with_all_that_it_needs(
    channel: TwilioVoice, server: TwilioServer
) -> None:
    delivery = await channel.send(PAGE, ADDRESS)

    assert delivery == Delivery(ok=True, detail="Twilio: queued", provider_id=NAME)
    assert server.made == [
        [
            ("To", ADDRESS),
            ("From", FROM),
            ("Url", ACTION),
            ("Timeout", "25"),
            ("TimeLimit", "300"),
            ("StatusCallback", f"{CALLBACK}/voice/status"),
            ("StatusCallbackEvent", "initiated"),
            ("StatusCallbackEvent", "ringing"),
            ("StatusCallbackEvent", "answered"),
            ("StatusCallbackEvent", "completed"),
            ("MachineDetection", "DetectMessageEnd"),
        ]
    ]


async def test_an_extension_is_dialled_after_the_number(
    channel: TwilioVoice, server: TwilioServer
) -> None:
    await channel.send(PAGE, f"{ADDRESS},,12#")

    made = dict(server.made[0])
    assert (made["To"], made["SendDigits"]) == (ADDRESS, "WWWW12#")
    assert "MachineDetection" not in made


async def test_troubles_are_worth_another_try(
    channel: TwilioVoice, server: TwilioServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    await assert_troubles_pass(channel, server, ADDRESS, monkeypatch)


async def test_a_wrong_address_and_revoked_credentials_are_told_apart(
    channel: TwilioVoice, server: TwilioServer
) -> None:
    wrong = await channel.send(PAGE, "+15005550001")
    server.token = "changed meanwhile"
    revoked = await channel.send(PAGE, ADDRESS)

    assert (wrong.ok, wrong.retry, wrong.is_our_fault) == (False, False, False)
    assert (revoked.ok, revoked.is_our_fault) == (False, True)


async def test_a_person_hears_the_page_and_is_asked_for_a_key(channel: TwilioVoice) -> None:
    callback = voice(AnsweredBy="human")

    heard = channel.hear(callback, NOW)

    delivered = Receipt(provider_id=NAME, state="delivered", detail="Somebody answered the call.")
    assert heard == Heard(receipts=(delivered,), token=PAGE.token)
    assert answer(channel, callback) == document(call(SPOKEN))


async def test_an_answering_machine_hears_it_twice_and_is_no_delivery(
    channel: TwilioVoice,
) -> None:
    for taker in ("machine_end_beep", "machine_end_silence", "machine_end_other", "fax"):
        callback = voice(AnsweredBy=taker)
        heard = channel.hear(callback, NOW)

        assert heard.receipts == (
            Receipt(
                provider_id=NAME,
                state="failed",
                detail=MACHINE,
                retry=True,
                is_unproven=True,
            ),
        )
        assert answer(channel, callback) == document(leave(SPOKEN))


async def test_who_is_not_known_to_be_a_machine_is_spoken_with(channel: TwilioVoice) -> None:
    callback = voice(AnsweredBy="unknown")

    assert channel.hear(callback, NOW) == Heard(token=PAGE.token)
    assert answer(channel, callback) == document(call(SPOKEN))


async def test_what_no_xml_may_hold_is_left_out(channel: TwilioVoice) -> None:
    odd = replace(SPOKEN, speech="Disk\x00 full\ufffe\uffff \ud800", recipient="A\x08nn")

    said = answer(channel, voice(AnsweredBy="human"), message=odd)

    assert "Disk\ufffd full \ufffd" in said


async def test_a_notice_is_only_said(channel: TwilioVoice) -> None:
    notice = replace(NOTICE, speech="You are on call from nine.")

    said = answer(channel, voice(AnsweredBy="human"), message=notice)

    assert said == document(call(notice))
    assert "Gather" not in said


@pytest.mark.parametrize(
    ("language", "locale", "name"),
    [
        ("de", "de-DE", "Polly.Vicki"),
        ("fr", "fr-FR", "Polly.Lea"),
        ("es", "es-ES", "Polly.Lucia"),
        ("ja", "ja-JP", "Polly.Takumi"),
        ("tlh", "en-US", "Polly.Joanna"),
    ],
)
async def test_each_language_has_a_voice(
    channel: TwilioVoice, language: str, locale: str, name: str
) -> None:
    message = replace(SPOKEN, language=language, speech="ディスク, Größe")

    said = answer(channel, voice(AnsweredBy="human"), message=message)

    assert said == document(call(message), locale, name)


@pytest.mark.parametrize(
    ("key", "deed"), [("4", "acknowledge"), ("6", "resolve"), ("8", "escalate"), ("1", "confirm")]
)
async def test_a_key_does_what_was_said(channel: TwilioVoice, key: str, deed: str) -> None:
    callback = voice(Digits=key, AnsweredBy="human")

    heard = channel.hear(callback, NOW)

    assert [(one.deed, one.token, one.sender) for one in heard.answers] == [
        (deed, PAGE.token, None)
    ]
    assert [(one.provider_id, one.state) for one in heard.receipts] == [(NAME, "read")]
    assert channel.hear(callback, NOW) == heard, "told again, it is the same"
    assert answer(channel, callback, [DONE]) == document(conclude(SPOKEN, [DONE]))


async def test_a_person_who_was_taken_for_a_machine_may_press_a_key(channel: TwilioVoice) -> None:
    heard = channel.hear(voice(Digits="4", AnsweredBy="machine_end_other"), NOW)

    assert heard.answers == (Answer(deed="acknowledge", token=PAGE.token),)
    assert [one.state for one in heard.receipts] == ["read"]


@pytest.mark.parametrize("key", ["5", "*", "#", "44"])
async def test_another_key_does_nothing_and_the_menu_is_said_again(
    channel: TwilioVoice, key: str
) -> None:
    callback = voice(Digits=key)

    assert channel.hear(callback, NOW).answers == ()
    assert answer(channel, callback) == document(correct(SPOKEN))


async def test_where_nothing_came_of_a_key_another_is_asked_for(channel: TwilioVoice) -> None:
    refused = Upshot(ok=False, sentence="There is nobody left.")

    said = answer(channel, voice(Digits="8"), [refused])

    assert said == document(conclude(SPOKEN, [refused]))
    assert "Gather" in said


async def test_a_call_about_a_message_that_is_not_ours_any_more_is_ended(
    channel: TwilioVoice,
) -> None:
    assert answer(channel, voice(AnsweredBy="human"), message=None) == document(())


@pytest.mark.parametrize(
    ("fields", "state", "detail", "retry"),
    [
        ({"CallStatus": "initiated"}, "accepted", "Twilio: initiated", False),
        ({"CallStatus": "ringing"}, "sent", "Twilio: ringing", False),
        ({"CallStatus": "in-progress"}, "sent", "Twilio: in-progress", False),
        (
            {"CallStatus": "completed", "AnsweredBy": "machine_end_beep"},
            "failed",
            MACHINE,
            True,
        ),
        ({"CallStatus": "completed", "AnsweredBy": "unknown"}, "failed", NO_KEY, True),
        ({"CallStatus": "completed"}, "failed", NO_KEY, True),
        ({"CallStatus": "busy"}, "failed", "The line was busy.", True),
        ({"CallStatus": "no-answer"}, "failed", "Nobody answered.", True),
        ({"CallStatus": "canceled"}, "failed", "The call was cancelled.", True),
        (
            {"CallStatus": "failed", "SipResponseCode": "480"},
            "failed",
            "The call did not get through. (SIP 480)",
            True,
        ),
    ],
)
async def test_a_call_that_nobody_took_has_failed(
    channel: TwilioVoice, fields: dict[str, str], state: str, detail: str, retry: bool
) -> None:
    callback = status(**fields)

    heard = channel.hear(callback, NOW)

    (receipt,) = heard.receipts
    assert (receipt.provider_id, receipt.state) == (NAME, state)
    assert (receipt.detail, receipt.retry) == (detail, retry)
    assert receipt.is_unproven is (detail in {MACHINE, NO_KEY})
    assert heard.answers == (), "a call is no acknowledgement"
    assert channel.reply(callback, heard, (), SPOKEN) == Reply(status=204)


async def test_a_state_that_is_new_to_us_says_nothing(channel: TwilioVoice) -> None:
    assert channel.hear(status(CallStatus="of next year"), NOW).receipts == ()


async def test_a_person_who_was_told_nothing_is_no_delivery(channel: TwilioVoice) -> None:
    over = status(CallStatus="completed", AnsweredBy="human")

    assert channel.hear(over, NOW) == Heard(), "we were not asked what to say"


async def test_a_forged_call_is_not_believed(channel: TwilioVoice) -> None:
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


async def test_calls_that_are_none_of_ours_are_not_understood(channel: TwilioVoice) -> None:
    for callback in (
        called("voice", CALL),
        called("voice", {"AccountSid": SID}, query=QUERY),
        called("sms", CALL, query=QUERY),
    ):
        with pytest.raises(Unheard):
            channel.hear(callback, NOW)


async def test_it_is_a_hearer(channel: TwilioVoice) -> None:
    assert isinstance(channel, Hearer)
    assert channel.declaration.receipt_within == 90
