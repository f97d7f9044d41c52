"""A number is called at night: Ann does not press the key, Ben neither, and a message is left."""

import re
from collections.abc import AsyncIterator
from typing import NamedTuple
from urllib.parse import parse_qs, urlencode, urlsplit
from xml.etree.ElementTree import Element, fromstring

import httpx
import pytest
import sqlalchemy as sa
from prometheus_client import CollectorRegistry

from tests.hook import Hook
from tests.night import URL, Night
from tests.standins import twilio
from tests.standins.tooling import open_tools
from tocsin.api.hearing import HearingApp
from tocsin.channels.twilio.voice import TwilioVoice
from tocsin.domain.reaching.call_line import CallLine
from tocsin.domain.reaching.provider import Provider
from tocsin.engine.carrying import Carrying
from tocsin.engine.couriers import Couriers
from tocsin.engine.engine import Engine
from tocsin.engine.recording_courier import recording_courier
from tocsin.store import tables
from tocsin.store.database import Database
from tocsin.usecases.reaching import call_lines, providers
from tocsin.usecases.reaching.call_lines import Wish
from tocsin.usecases.reaching.providers import callback_of

CALL = {"AccountSid": twilio.SID, "CallSid": "CA1", "CallStatus": "in-progress"}
CALLER = {"From": "+15550142", "To": twilio.FROM}
RECORDING = {"RecordingSid": "RE" + "0" * 32, "RecordingDuration": "9"}
FORM = {"content-type": "application/x-www-form-urlencoded"}


class Exchange(NamedTuple):
    """A house with a line at Twilio, which asks it what to do."""

    night: Night
    engine: Engine
    line: CallLine
    address: str
    http: httpx.AsyncClient

    async def asks(self, url: str, **fields: str) -> Element:
        """Let Twilio ask at an address, and read what it is to do."""
        told = CALL | CALLER | fields
        headers = FORM | twilio.signed(url, told)
        path = url.removeprefix(URL)
        answer = await self.http.post(path, content=urlencode(told), headers=headers)
        assert answer.status_code == 200, answer.text
        return fromstring(answer.text)


@pytest.fixture
async def exchange(database: Database, hook: Hook) -> AsyncIterator[Exchange]:
    night = await Night.falls(database)
    await night.give(night.team.ann, "phone", "5550101")
    await night.give(night.team.ben, "phone", "5550102")
    await night.sql(sa.update(tables.contact_methods).values(country_code=1))
    settings = {
        "account_sid": twilio.SID,
        "auth_token": twilio.TOKEN,
        "caller": twilio.FROM,
        "base_url": hook.url.removesuffix("/hook"),
    }
    wish = providers.Wish(type="twilio_voice", name="Twilio", settings=settings)
    provider = await providers.create(night.house, wish, night.now)
    await providers.recall(night.house)
    wished = Wish(
        provider_id=provider.id,
        number=twilio.FROM,
        name="Support",
        service_id=night.team.service.id,
    )
    line = await call_lines.create(night.house, wished, night.now)
    callback = callback_of(night.house, provider.id)
    async with open_tools() as tools:

        def make(one: Provider) -> TwilioVoice:
            return TwilioVoice.make(tools, one.settings, callback)

        carrying = Carrying((), make)
        couriers: Couriers = {"recording": recording_courier(carrying)}
        engine = Engine(night.house, carrying, CollectorRegistry(), couriers=couriers)
        app = HearingApp(night.house, lambda one: carrying.of(one.kind, one), engine.count_heard)
        async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url=URL) as http:
            yield Exchange(night, engine, line, f"{callback}/line", http)


async def test_a_message_becomes_an_incident_with_its_sound(exchange: Exchange, hook: Hook) -> None:
    hook.say("200 OK", "Content-Type: audio/mpeg", body="ID3 help")
    to_ann = await exchange.asks(exchange.address, CallStatus="ringing")
    whisper = await exchange.asks(_whisper_of(to_ann), CallSid="CA2")
    [gather] = whisper.iter("Gather")
    dropped = await exchange.asks(gather.attrib["action"], CallSid="CA2", Digits="9")
    to_ben = await exchange.asks(_next_of(to_ann), DialCallStatus="completed")
    beep = await exchange.asks(_next_of(to_ben), DialCallStatus="no-answer")
    [record] = beep.iter("Record")
    thanks = await exchange.asks(record.attrib["action"], **RECORDING)
    await exchange.asks(record.attrib["recordingStatusCallback"], **RECORDING)
    await exchange.engine.run_due(exchange.night.now)

    assert _dialled(to_ann) == "+15550101"
    assert "from 1 5 5 5 0 1 4 2. To take it, press 1." in _said(whisper)
    assert [one.tag for one in dropped] == ["Hangup"]
    assert _dialled(to_ben) == "+15550102"
    assert "Thank you." in _said(thanks)
    [incident] = await exchange.night.incidents()
    assert incident.title == "Message of 9 seconds from +15550142 on Support"
    path = re.search(r"/call-lines/(\w+)/calls/(\w+)$", incident.body or "")
    assert path is not None
    assert await call_lines.sound_of(exchange.night.house, path[1], path[2]) == b"ID3 help"


async def test_whoever_presses_the_key_speaks_with_the_caller(exchange: Exchange) -> None:
    to_ann = await exchange.asks(exchange.address, CallStatus="ringing")
    whisper = await exchange.asks(_whisper_of(to_ann), CallSid="CA2")
    [gather] = whisper.iter("Gather")
    bridged = await exchange.asks(gather.attrib["action"], CallSid="CA2", Digits="1")
    over = await exchange.asks(_next_of(to_ann), DialCallStatus="completed")

    assert list(bridged) == []
    assert [one.tag for one in over] == ["Hangup"]
    assert await exchange.night.incidents() == []


async def test_whoever_cannot_sign_rings_nobody(exchange: Exchange) -> None:
    content = urlencode(CALL | CALLER)
    path = exchange.address.removeprefix(URL)
    forged = await exchange.http.post(path, content=content, headers=FORM)

    assert forged.status_code == 401


def _dialled(document: Element) -> str | None:
    [number] = document.iter("Number")
    return number.text


def _whisper_of(document: Element) -> str:
    [number] = document.iter("Number")
    assert parse_qs(urlsplit(number.attrib["url"]).query)["c"] == ["CA1"]
    return number.attrib["url"]


def _next_of(document: Element) -> str:
    [dial] = document.iter("Dial")
    return dial.attrib["action"]


def _said(document: Element) -> str:
    return " ".join(one.text or "" for one in document.iter("Say"))
