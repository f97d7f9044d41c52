"""Lines at Twilio: its calls understood, its documents as its own library writes them."""

import asyncio
from base64 import b64encode
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from xml.etree.ElementTree import canonicalize

import httpx
import pytest
from msgspec.structs import replace
from twilio.twiml.voice_response import Dial, Gather, VoiceResponse

from tests.hook import Hook
from tests.standins.twilio import CALLBACK, FROM, SID, TOKEN, called
from tocsin.channels.tools import Tools
from tocsin.channels.twilio import lines as twilio_lines
from tocsin.channels.twilio.voice import TwilioVoice
from tocsin.domain.reaching.call_line import (
    Bridge,
    CallLine,
    Closed,
    Connect,
    Direction,
    Drop,
    Instruction,
    LineEvent,
    TakeMessage,
    Thank,
    Whisper,
)
from tocsin.domain.reaching.hearing import Forged, Heard, Unheard
from tocsin.domain.reaching.operator import Operator
from tocsin.domain.reaching.phrases import LANGUAGES, Language
from tocsin.kit.clock import system_clock
from tocsin.kit.http import Outbound, make_client

NIGHT = datetime(2026, 11, 21, 3, 0, tzinfo=UTC)
RECORDING = "RE" + "1" * 32
CALL = {"CallSid": "CA1", "From": "+15550142", "To": "+15550199", "CallStatus": "ringing"}
LINE = CallLine(
    id="P1", provider_id="P1", number=FROM, name="Support", service_id="PS", created_at=NIGHT
)
VOICES = {
    "en": {"language": "en-US", "voice": "Polly.Joanna"},
    "de": {"language": "de-DE", "voice": "Polly.Vicki"},
}


@pytest.fixture
async def http() -> AsyncIterator[httpx.AsyncClient]:
    async with make_client(Outbound(), user_agent="Tocsin/1") as client:
        yield client


@pytest.fixture
def channel(http: httpx.AsyncClient, hook: Hook) -> TwilioVoice:
    tools = Tools(http=http, clock=system_clock, signing_key="")
    settings = {
        "account_sid": SID,
        "auth_token": TOKEN,
        "caller": FROM,
        "base_url": hook.url.removesuffix("/hook"),
    }
    return TwilioVoice.make(tools, settings, CALLBACK)


def hear(channel: TwilioVoice, tail: str, query: str = "", **fields: str) -> LineEvent | None:
    heard = channel.hear(called(tail, CALL | fields, query=query), NIGHT)
    assert heard == Heard(line=heard.line)
    return heard.line


def document(
    channel: TwilioVoice, instruction: Instruction, language: Language = "en", *, known: bool = True
) -> str:
    line = replace(LINE, language=language) if known else None
    reply = channel.direct(Direction(instruction=instruction, line=line, call="CA1"))
    assert (reply.status, reply.content_type) == (200, "application/xml; charset=utf-8")
    return canonicalize(reply.body.decode())


def at(tail: str, place: int = 0) -> str:
    return f"{CALLBACK}/line/{tail}?c=CA1&n={place}"


async def test_it_is_an_operator(channel: TwilioVoice) -> None:
    assert isinstance(channel, Operator)
    assert channel.declaration.takes_calls


async def test_a_call_that_comes_in_is_heard(channel: TwilioVoice) -> None:
    event = LineEvent(kind="began", call="CA1", caller="+15550142", number="+15550199")
    assert hear(channel, "line") == event


@pytest.mark.parametrize(
    ("status", "detail"),
    [
        ("busy", "the line was busy"),
        ("no-answer", "no answer"),
        ("failed", "the number could not be reached"),
        ("canceled", "no answer"),
        ("completed", "somebody answered and did not press 1"),
        ("of next year", "somebody answered and did not press 1"),
    ],
)
async def test_why_somebody_did_not_take_a_call_is_heard(
    channel: TwilioVoice, status: str, detail: str
) -> None:
    event = LineEvent(kind="leg_over", call="CA1", place=2, detail=detail)
    heard = hear(
        channel, "line/next", "?c=CA1&n=2", CallStatus="in-progress", DialCallStatus=status
    )
    assert heard == event


async def test_a_caller_who_is_gone_has_nobody_rung_any_more(channel: TwilioVoice) -> None:
    heard = hear(channel, "line/next", "?c=CA1&n=0", CallStatus="completed")
    assert heard == LineEvent(kind="over", call="CA1")


async def test_what_happens_on_the_telephone_that_is_rung_is_about_the_caller_s_call(
    channel: TwilioVoice,
) -> None:
    answered = hear(channel, "line/whisper", "?c=CA1&n=1", CallSid="CA2")
    pressed = hear(channel, "line/key", "?c=CA1&n=1", CallSid="CA2", Digits="1")

    assert answered == LineEvent(kind="answered", call="CA1", place=1)
    assert pressed == LineEvent(kind="key", call="CA1", place=1, key="1")


@pytest.mark.parametrize(
    ("fields", "recording", "seconds"),
    [
        ({"RecordingSid": RECORDING, "RecordingDuration": "9"}, RECORDING, 9),
        (
            {"RecordingSid": RECORDING, "RecordingStatus": "completed", "RecordingDuration": "x"},
            RECORDING,
            0,
        ),
        ({"RecordingSid": RECORDING, "RecordingStatus": "absent"}, "", 0),
        ({"RecordingSid": "../Messages"}, "", 0),
        ({}, "", 0),
    ],
)
@pytest.mark.parametrize("tail", ["line/message", "line/recording"])
async def test_a_message_is_heard_of(
    channel: TwilioVoice, tail: str, fields: dict[str, str], recording: str, seconds: int
) -> None:
    event = LineEvent(kind="recorded", call="CA1", recording=recording, seconds=seconds)
    assert hear(channel, tail, "?c=CA1&n=0", **fields) == event


async def test_only_the_end_of_a_call_is_worth_hearing(channel: TwilioVoice) -> None:
    assert hear(channel, "line/status", CallStatus="in-progress") is None
    over = LineEvent(kind="over", call="CA1")
    assert hear(channel, "line/status", CallStatus="completed") == over


async def test_what_nobody_signed_is_not_believed(channel: TwilioVoice) -> None:
    with pytest.raises(Forged):
        channel.hear(called("line", CALL, token="another"), NIGHT)


async def test_what_makes_no_sense_is_not_understood(channel: TwilioVoice) -> None:
    with pytest.raises(Unheard):
        hear(channel, "line/nowhere")
    with pytest.raises(Unheard):
        channel.hear(called("line", {"From": "+15550142"}), NIGHT)
    assert hear(channel, "line/whisper", "?c=CA1&n=x") == LineEvent(kind="answered", call="CA1")


@pytest.mark.parametrize("is_first", [True, False])
async def test_somebody_is_rung(channel: TwilioVoice, is_first: bool) -> None:
    wanted = VoiceResponse()
    if is_first:
        wanted.say("Please hold the line while the person on call is reached.", **VOICES["en"])
    dial = Dial(timeout=20, caller_id=FROM, answer_on_bridge=True, action=at("next", 3))
    dial.number("+15550101", url=at("whisper", 3))
    wanted.append(dial)

    written = document(channel, Connect(number="+15550101", place=3, is_first=is_first))
    assert written == canonicalize(str(wanted))


async def test_whoever_may_know_hears_who_is_rung(channel: TwilioVoice) -> None:
    wanted = VoiceResponse()
    wanted.say("Ann & Co wird angerufen.", **VOICES["de"])
    dial = Dial(timeout=20, caller_id=FROM, answer_on_bridge=True, action=at("next", 3))
    dial.number("+15550101", url=at("whisper", 3))
    wanted.append(dial)
    connect = Connect(number="+15550101", place=3, is_first=False, name="Ann & Co")

    assert document(channel, connect, "de") == canonicalize(str(wanted))


@pytest.mark.parametrize(
    ("caller", "who"), [("+15550142", "1 5 5 5 0 1 4 2"), ("Anonymous", "einer unbekannten Nummer")]
)
async def test_whoever_answers_is_asked_to_press_a_key(
    channel: TwilioVoice, caller: str, who: str
) -> None:
    wanted = VoiceResponse()
    gather = Gather(input="dtmf", num_digits=1, timeout=8, action=at("key"))
    said = f"Ein Anruf für Support, von {who}. Zum Annehmen drücken Sie die 1."
    gather.say(said, **VOICES["de"])
    wanted.append(gather)
    wanted.hangup()

    assert document(channel, Whisper(place=0, caller=caller), "de") == canonicalize(str(wanted))


async def test_a_message_is_asked_for(channel: TwilioVoice) -> None:
    wanted = VoiceResponse()
    wanted.say(
        "Nobody could be reached. Please leave a message after the tone,"
        " and press the hash key when you are done.",
        **VOICES["en"],
    )
    wanted.record(
        max_length=120,
        timeout=5,
        finish_on_key="#",
        play_beep=True,
        trim="trim-silence",
        action=at("message"),
        recording_status_callback=at("recording"),
        recording_status_callback_event="completed absent",
    )
    wanted.redirect(at("message"), method="POST")

    assert document(channel, TakeMessage()) == canonicalize(str(wanted))


async def test_calls_end_politely(channel: TwilioVoice) -> None:
    bare = VoiceResponse()
    bare.hangup()

    assert document(channel, Drop()) == canonicalize(str(bare))
    assert document(channel, Closed(), known=False) == canonicalize(str(bare))
    assert document(channel, Bridge()) == canonicalize(str(VoiceResponse()))
    assert "Goodbye." in document(channel, Thank())
    assert "not in service" in document(channel, Closed())


@pytest.mark.parametrize("language", LANGUAGES)
async def test_every_language_is_spoken(channel: TwilioVoice, language: Language) -> None:
    texts = {document(channel, one, language) for one in (Thank(), Closed(), TakeMessage())}

    assert len(texts) == 3
    assert all(f'language="{language}-' in text for text in texts)


async def test_a_message_is_fetched_as_the_account(channel: TwilioVoice, hook: Hook) -> None:
    hook.say("200 OK", "Content-Type: audio/mpeg", body="ID3 sound")

    fetched = await channel.fetch(RECORDING)

    assert (fetched.ok, fetched.sound) == (True, b"ID3 sound")
    [heard] = hook.heard
    assert heard.line == f"GET /2010-04-01/Accounts/{SID}/Recordings/{RECORDING}.mp3 HTTP/1.1"
    credentials = b64encode(f"{SID}:{TOKEN}".encode()).decode()
    assert heard.headers["authorization"] == f"Basic {credentials}"


@pytest.mark.parametrize("status", ["404 Not Found", "401 Unauthorized", "503 Unavailable"])
async def test_a_message_that_is_not_there_yet_is_fetched_later(
    channel: TwilioVoice, hook: Hook, status: str
) -> None:
    hook.say(status)
    fetched = await channel.fetch(RECORDING)

    assert (fetched.ok, fetched.retry, fetched.detail) == (False, True, f"HTTP {status[:3]}")


async def test_a_server_that_hangs_or_is_gone_is_asked_later(
    channel: TwilioVoice, hook: Hook, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(twilio_lines, "FETCH_WITHIN", 0.2)
    hook.open.clear()
    slow = await channel.fetch(RECORDING)
    hook.open.set()
    await hook.stop()
    await asyncio.sleep(0.05)
    gone = await channel.fetch(RECORDING)

    assert (slow.retry, slow.detail) == (True, "No answer within 0.2 seconds.")
    assert (gone.ok, gone.retry) == (False, True)


async def test_a_message_without_end_is_not_kept(
    channel: TwilioVoice, hook: Hook, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(twilio_lines, "MOST_FETCHED", 5)
    hook.say("200 OK", body="ID3 sound")

    fetched = await channel.fetch(RECORDING)

    assert (fetched.ok, fetched.retry, fetched.sound) == (False, False, b"")


async def test_an_address_that_is_forbidden_is_not_asked(hook: Hook) -> None:
    guarded = Outbound(deny=("127.0.0.0/8",))
    async with make_client(guarded, user_agent="Tocsin/1") as http:
        tools = Tools(http=http, clock=system_clock, signing_key="")
        settings = {"account_sid": SID, "auth_token": TOKEN, "caller": FROM}
        channel = TwilioVoice.make(tools, settings | {"base_url": hook.url}, CALLBACK)
        fetched = await channel.fetch(RECORDING)

    assert (fetched.ok, fetched.retry) == (False, False)
    assert hook.heard == []
