"""Pages by telephone: spoken and written, answered by keys and by words, believed if signed."""

from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from typing import NamedTuple
from urllib.parse import urlencode

import httpx
from prometheus_client import CollectorRegistry

from tests.night import URL, Night
from tests.standins import plivo, twilio
from tests.standins.chat_server import ChatServer
from tests.standins.plivo import PlivoServer
from tests.standins.tooling import open_tools
from tests.standins.twilio import TwilioServer
from tocsin.api.hearing import HearingApp
from tocsin.channels import CHANNELS
from tocsin.domain.reaching.channel import Channel
from tocsin.domain.reaching.provider import Provider
from tocsin.engine.carrying import Carrying
from tocsin.engine.engine import Engine
from tocsin.store.database import Database
from tocsin.usecases.reaching import providers
from tocsin.usecases.reaching.providers import Wish, callback_of

Sign = Callable[[str, Mapping[str, str]], dict[str, str]]
TWILIO = {"account_sid": twilio.SID, "auth_token": twilio.TOKEN}
PLIVO = {"auth_id": plivo.ID, "auth_token": plivo.TOKEN}
FORM = {"content-type": "application/x-www-form-urlencoded"}


class Line(NamedTuple):
    """A house that Ann is paged from by one provider, which calls it back."""

    night: Night
    engine: Engine
    callback: str
    http: httpx.AsyncClient

    async def pages(self, kind: str) -> None:
        """Wake Ann."""
        await self.night.give(self.night.team.ann, kind, "5550100", minutes=0)
        await self.night.trigger("Disk full")
        await self.engine.run_due(self.night.now)

    async def hears(self, url: str, fields: Mapping[str, str], sign: Sign | None) -> httpx.Response:
        """Be called at an address, by somebody who can sign or cannot."""
        headers = FORM | (sign(url, fields) if sign else {})
        path = url.removeprefix(URL)
        return await self.http.post(path, content=urlencode(fields), headers=headers)

    async def states(self) -> list[str]:
        """How all incidents stand."""
        return [incident.status for incident in await self.night.incidents()]


@asynccontextmanager
async def connected(
    database: Database, server: ChatServer, type_: str, settings: Mapping[str, str]
) -> AsyncIterator[Line]:
    """Set a provider up."""
    night = await Night.falls(database)
    async with server, open_tools() as tools:

        def make(provider: Provider) -> Channel | None:
            maker = next(one for one in CHANNELS if one.declaration.name == provider.type)
            return maker.make(tools, provider.settings, callback_of(night.house, provider.id))

        wish = Wish(type=type_, settings={**settings, "base_url": server.url})
        provider = await providers.create(night.house, wish, night.now)
        carrying = Carrying((), make)
        engine = Engine(night.house, carrying, CollectorRegistry())
        app = HearingApp(night.house, lambda one: carrying.of(one.kind, one), engine.count_heard)
        async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url=URL) as http:
            yield Line(night, engine, callback_of(night.house, provider.id), http)


async def test_a_key_acknowledges_a_page_that_twilio_spoke(database: Database) -> None:
    server = TwilioServer()
    settings = TWILIO | {"caller": twilio.FROM}
    async with connected(database, server, "twilio_voice", settings) as line:
        await line.pages("phone")
        made = dict(server.made[0])
        call = {"CallSid": "CA" + "0" * 31 + "1", "AccountSid": twilio.SID}

        spoken = await line.hears(made["Url"], call | {"AnsweredBy": "human"}, twilio.signed)
        forged = await line.hears(made["Url"], call | {"Digits": "6"}, None)
        before = await line.states()
        done = await line.hears(made["Url"], call | {"Digits": "4"}, twilio.signed)
        over = {"CallStatus": "completed", "AnsweredBy": "human", "SequenceNumber": "3"}
        ended = await line.hears(made["StatusCallback"], call | over, twilio.signed)

        assert "To acknowledge, press 4." in spoken.text
        assert (forged.status_code, before) == (401, ["triggered"])
        assert "Acknowledged: number 1 Disk full." in done.text
        assert await line.states() == ["acknowledged"]
        assert (ended.status_code, ended.content) == (204, b"")


async def test_an_answering_machine_hears_the_page_twice_and_is_called_again(
    database: Database,
) -> None:
    server = TwilioServer()
    settings = TWILIO | {"caller": twilio.FROM}
    async with connected(database, server, "twilio_voice", settings) as line:
        await line.pages("phone")
        made = dict(server.made[0])
        call = {"CallSid": "CA" + "0" * 31 + "1", "AccountSid": twilio.SID}
        machine = call | {"AnsweredBy": "machine_end_beep"}

        left = await line.hears(made["Url"], machine, twilio.signed)
        await line.hears(
            made["StatusCallback"], machine | {"CallStatus": "completed"}, twilio.signed
        )
        line.night.passes(seconds=60)
        await line.engine.run_due(line.night.now)

        assert left.text.count("Disk full") == 2
        assert await line.states() == ["triggered"]
        assert len(server.made) == 2, "nobody was called again"


async def test_a_short_message_answers_one_that_twilio_carried(database: Database) -> None:
    server = TwilioServer()
    settings = TWILIO | {"sender": twilio.FROM}
    async with connected(database, server, "twilio_sms", settings) as line:
        await line.pages("sms")
        text = {"AccountSid": twilio.SID, "From": "+15550100", "To": twilio.FROM, "Body": "6"}

        forged = await line.hears(f"{line.callback}/sms", text, None)
        before = await line.states()
        done = await line.hears(f"{line.callback}/sms", text, twilio.signed)

        assert (forged.status_code, before) == (401, ["triggered"])
        assert "<Message>Resolved: #1 Disk full.</Message>" in done.text
        assert await line.states() == ["resolved"]


async def test_who_is_on_call_is_told_by_sms_to_those_who_are_known(database: Database) -> None:
    settings = TWILIO | {"sender": twilio.FROM}
    async with connected(database, TwilioServer(), "twilio_sms", settings) as line:
        await line.night.give(line.night.team.ann, "phone", "5550100")
        text = {"AccountSid": twilio.SID, "From": "+15550100", "To": twilio.FROM}
        stranger = text | {"From": "+15550666"}

        told = [
            await line.hears(f"{line.callback}/sms", one | {"Body": body}, twilio.signed)
            for one, body in ((text, "oncall"), (text, "wer Checkout"), (stranger, "oncall"))
        ]

        assert "<Message>Web: Ann</Message>" in told[0].text
        assert "<Message>Web, level 1: Ann\nWeb, level 2: Ben</Message>" in told[1].text
        assert told[2].text == ""


async def test_a_key_resolves_a_page_that_plivo_spoke(database: Database) -> None:
    server = PlivoServer()
    async with connected(database, server, "plivo_voice", PLIVO | {"caller": plivo.FROM}) as line:
        await line.pages("phone")
        (made,) = server.made
        call = {"RequestUUID": "u-1", "CallUUID": "c-1", "CallStatus": "in-progress"}

        spoken = await line.hears(made["answer_url"], call | {"Machine": "false"}, plivo.signed)
        forged = await line.hears(made["answer_url"], call | {"Digits": "4"}, None)
        before = await line.states()
        done = await line.hears(made["answer_url"], call | {"Digits": "6"}, plivo.signed)

        assert "To resolve, press 6." in spoken.text
        assert (forged.status_code, before) == (401, ["triggered"])
        assert "Resolved: number 1 Disk full." in done.text
        assert await line.states() == ["resolved"]


async def test_a_short_message_answers_one_that_plivo_carried(database: Database) -> None:
    server = PlivoServer()
    async with connected(database, server, "plivo_sms", PLIVO | {"sender": plivo.FROM}) as line:
        await line.pages("sms")
        (made,) = server.made
        receipt = {"MessageUUID": "u-1", "Status": "delivered"}
        text = {"From": "15550100", "To": plivo.FROM, "Text": "ack"}

        received = await line.hears(made["url"], receipt, plivo.signed)
        done = await line.hears(f"{line.callback}/sms", text, plivo.signed)

        assert (received.status_code, received.content) == (204, b"")
        assert "Acknowledged: #1 Disk full." in done.text
        assert await line.states() == ["acknowledged"]
