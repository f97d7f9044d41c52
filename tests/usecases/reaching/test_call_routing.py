"""Calls on a line: who is rung, what becomes of a message, and that it is kept."""

from collections.abc import Awaitable, Callable
from typing import Any

import pytest
import sqlalchemy as sa

from tests.night import Night
from tocsin.domain.monitoring.notification_channel import Outcome
from tocsin.domain.reaching.call_line import (
    Bridge,
    CallLine,
    Closed,
    Connect,
    Drop,
    EventKind,
    Fetched,
    Instruction,
    LineEvent,
    TakeMessage,
    Thank,
)
from tocsin.domain.reaching.provider import Provider
from tocsin.store import tables
from tocsin.store.database import Database
from tocsin.store.machines.deliveries import DELIVERIES
from tocsin.usecases import upkeep
from tocsin.usecases.errors import Invalid, NotFound
from tocsin.usecases.house import House
from tocsin.usecases.parts import Part
from tocsin.usecases.reaching import call_lines, call_recordings, call_routing, providers
from tocsin.usecases.reaching.call_lines import Wish

NUMBER = "+15550199"
CALLER = "+15550142"
RECORDING = "RE" + "0" * 32
SETTINGS = {
    "account_sid": "AC" + "0" * 32,
    "auth_token": "tok-test-0001",
    "caller": NUMBER,
    "base_url": "https://api.example.com",
}

Happen = Callable[..., Awaitable[Instruction]]


@pytest.fixture
async def night(database: Database) -> Night:
    night = await Night.falls(database)
    for user, number in ((night.team.ann, "5550101"), (night.team.ben, "5550102,,7")):
        await night.give(user, "phone", number)
    await night.sql(sa.update(tables.contact_methods).values(country_code=1))
    return night


@pytest.fixture
def house(night: Night) -> House:
    return night.house


@pytest.fixture
async def provider(house: House, night: Night) -> Provider:
    wish = providers.Wish(type="twilio_voice", name="Twilio", settings=SETTINGS)
    provider = await providers.create(house, wish, night.now)
    await providers.recall(house)
    return provider


@pytest.fixture
async def line(house: House, night: Night, provider: Provider) -> CallLine:
    return await call_lines.create(house, wish_for(night, provider), night.now)


def wish_for(night: Night, provider: Provider, **other: Any) -> Wish:
    wished = {
        "provider_id": provider.id,
        "number": "+1 555 0199",
        "name": "Support",
        "service_id": night.team.service.id,
        "language": "de",
    }
    return Wish(**(wished | other))


@pytest.fixture
def happen(house: House, night: Night, provider: Provider, line: CallLine) -> Happen:
    async def tell(kind: EventKind, **told: Any) -> Instruction:
        told = {"number": NUMBER, "caller": CALLER} | told
        event = LineEvent(kind=kind, call="CA1", **told)
        return (await call_routing.follow(house, provider, event, night.now)).instruction

    return tell


async def test_people_are_rung_level_by_level(happen: Happen) -> None:
    assert await happen("began") == Connect(number="+15550101", place=0, is_first=True)
    second = await happen("leg_over", detail="the line was busy")
    assert second == Connect(number="+15550102", place=1, is_first=False)
    assert await happen("leg_over", place=1) == TakeMessage()


@pytest.mark.parametrize("kind", ["phone", "sms"])
async def test_callers_who_are_known_hear_who_is_rung(
    happen: Happen, night: Night, kind: str
) -> None:
    await night.give(night.team.ben, kind, CALLER.removeprefix("+1"))

    first = await happen("began")
    second = await happen("leg_over", detail="the line was busy")

    assert [one.name for one in (first, second) if isinstance(one, Connect)] == ["Ann", "Ben"]


async def test_who_presses_the_key_has_the_call_and_no_incident_begins(
    happen: Happen, night: Night
) -> None:
    await happen("began")

    assert await happen("key", key="1") == Bridge()
    assert await happen("leg_over") == Drop()
    assert await night.incidents() == []


async def test_a_message_becomes_an_incident_that_pages_people(
    happen: Happen, night: Night, house: House, line: CallLine
) -> None:
    await happen("began")
    await happen("leg_over")
    await happen("leg_over", place=1)
    assert await happen("recorded", recording=RECORDING, seconds=9) == Thank()
    assert await happen("recorded", recording=RECORDING, seconds=9) == Thank()

    [incident] = await night.incidents()
    [call], _ = await call_lines.calls_of(house, line.id, Part(limit=9))
    assert call.incident_id == incident.id
    assert incident.title == f"Message of 9 seconds from {CALLER} on Support"
    assert incident.service_id == night.team.service.id
    assert incident.body is not None
    assert "12:00:00 UTC: Ann did not take the call: no answer." in incident.body
    assert incident.body.endswith(f"/call-lines/{line.id}/calls/{call.id}")
    assert [work.user_id for work in await night.work()] == [night.team.ann.id]


async def test_a_caller_who_leaves_no_message_is_not_lost(happen: Happen, night: Night) -> None:
    await happen("began")
    await happen("leg_over")
    await happen("leg_over", place=1)
    await happen("over")

    assert [one.title for one in await night.incidents()] == [
        f"Missed call from {CALLER} on Support"
    ]


async def test_the_beginning_may_be_told_twice(happen: Happen) -> None:
    assert await happen("began") == await happen("began")


async def test_a_number_that_is_no_line_is_closed(happen: Happen) -> None:
    assert await happen("began", number="+15550000") == Closed()


async def test_the_line_of_a_service_that_is_disabled_is_closed(
    happen: Happen, night: Night
) -> None:
    await night.sql(sa.update(tables.services).values(disabled=True))

    assert await happen("began") == Closed()


async def test_a_service_that_is_disabled_meanwhile_gets_no_incident(
    happen: Happen, night: Night
) -> None:
    await night.sql(sa.delete(tables.contact_methods))
    assert await happen("began") == TakeMessage()
    await night.sql(sa.update(tables.services).values(disabled=True))

    assert await happen("recorded", recording=RECORDING) == Thank()
    assert await night.incidents() == []


async def test_a_call_that_is_not_known_is_hung_up(happen: Happen) -> None:
    assert await happen("key", key="1") == Drop()


async def left(happen: Happen, night: Night) -> None:
    await night.sql(sa.delete(tables.contact_methods))
    await happen("began")
    await happen("recorded", recording=RECORDING, seconds=9)


async def fetch(house: House, night: Night, outcome: Outcome) -> None:
    """Do what the courier of recordings does."""
    async with house.database.read() as tx:
        [dispatch] = await DELIVERIES.select(tx, DELIVERIES.c.status == "waiting")
    parcel = await call_recordings.compose(house, dispatch, night.now)
    came = parcel if isinstance(parcel, Outcome) else outcome
    await call_recordings.record(house, dispatch, came, night.now)


async def test_a_message_is_fetched_and_kept(
    happen: Happen, night: Night, house: House, line: CallLine
) -> None:
    await left(happen, night)
    [call], _ = await call_lines.calls_of(house, line.id, Part(limit=9))
    with pytest.raises(NotFound):
        await call_lines.sound_of(house, line.id, call.id)

    await fetch(house, night, Fetched(ok=True, detail="", sound=b"ID3"))

    assert await call_lines.sound_of(house, line.id, call.id) == b"ID3"
    assert await call_lines.call_of(house, line.id, call.id) == (call, True)
    with pytest.raises(NotFound):
        await call_lines.call_of(house, "PX", call.id)
    with pytest.raises(NotFound):
        await call_lines.sound_of(house, "PX", call.id)


async def test_a_call_is_forgotten_when_notifications_are(
    happen: Happen, night: Night, house: House, line: CallLine
) -> None:
    await happen("began")
    for days, kept in ((house.account.keep_notifications - 1, 1), (2, 0)):
        await upkeep.clean_up(house, night.passes(days=days))
        calls, _ = await call_lines.calls_of(house, line.id, Part(limit=9))
        assert len(calls) == kept


async def test_administrators_hear_of_a_message_that_cannot_be_had(
    happen: Happen, night: Night, house: House
) -> None:
    await left(happen, night)
    await fetch(house, night, Fetched(ok=False, detail="HTTP 404", retry=True))
    told = "The message that a caller left could not be fetched: It is too long."
    assert told not in await night.alarms()
    await fetch(house, night, Fetched(ok=False, detail="It is too long."))

    assert told in await night.alarms()


async def test_nothing_is_fetched_for_a_line_that_was_taken_away(
    happen: Happen, night: Night, house: House, line: CallLine
) -> None:
    await left(happen, night)
    async with house.database.read() as tx:
        [dispatch] = await DELIVERIES.select(tx)
    await call_lines.remove(house, line.id)

    assert await call_recordings.compose(house, dispatch, night.now) == call_recordings.GONE


async def test_a_line_is_changed_and_taken_away(house: House, line: CallLine) -> None:
    assert (line.number, line.language, line.ring_seconds) == (NUMBER, "de", 20)

    changed = await call_lines.change(house, line.id, Wish(name=" Sales ", ring_seconds=30))
    known = await call_lines.get(house, line.id)
    await call_lines.remove(house, line.id)

    assert (changed.name, changed.ring_seconds, changed.number) == ("Sales", 30, NUMBER)
    assert (known.line, known.provider_name, known.service_name) == (changed, "Twilio", "Checkout")
    assert await call_lines.find(house) == []
    for absent in (call_lines.get, call_lines.remove):
        with pytest.raises(NotFound):
            await absent(house, line.id)


@pytest.mark.parametrize(
    ("other", "sentence"),
    [
        ({"name": ""}, "Name cannot be blank."),
        ({"number": "5550199"}, "Number must be a number with a plus sign and its country code"),
        ({"language": "xx"}, "Language must be one of en, de, fr, es, ja."),
        ({"ring_seconds": 0}, "Ring seconds must be from 5 to 120."),
        ({"provider_id": "PX"}, "Provider must be one whose numbers can be called."),
        ({"service_id": "PX"}, "Service was not found."),
        ({}, "Number is that of another line."),
    ],
)
async def test_what_is_no_line_is_refused(
    house: House, night: Night, provider: Provider, line: CallLine, other: Any, sentence: str
) -> None:
    with pytest.raises(Invalid) as refused:
        await call_lines.create(house, wish_for(night, provider, **other), night.now)

    assert sentence in " ".join(refused.value.sentences)


async def test_two_lines_cannot_be_given_one_number(
    house: House, night: Night, provider: Provider, line: CallLine
) -> None:
    wish = wish_for(night, provider, number="+15550200")
    other = await call_lines.create(house, wish, night.now)

    with pytest.raises(Invalid, match="another line"):
        await call_lines.change(house, other.id, Wish(number=NUMBER))
