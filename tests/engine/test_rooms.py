"""Rooms of a chat: each incident is posted once, and its post is as the incident is."""

from collections.abc import AsyncIterator
from typing import Any

import pytest
from msgspec.structs import replace
from prometheus_client import CollectorRegistry

from tests.engine.test_webhooks import note
from tests.night import Night
from tests.standins.slack import CHANNEL
from tests.standins.slack_chat import Chat, chatting
from tocsin.domain.machines.delivery import LANES
from tocsin.domain.reaching.answer import Answer
from tocsin.domain.reaching.hearing import Heard
from tocsin.domain.response.incident import Incident
from tocsin.domain.response.log_entry import Agent
from tocsin.engine.carrying import Carrying
from tocsin.engine.dispatcher import Dispatcher
from tocsin.engine.meters import Meters
from tocsin.engine.room_courier import room_courier
from tocsin.store.database import Database
from tocsin.store.reaching import rooms as store
from tocsin.store.retention import forget_incidents
from tocsin.usecases.errors import Invalid, NotFound
from tocsin.usecases.intake import services
from tocsin.usecases.reaching import providers, rooms
from tocsin.usecases.reaching.answers import take
from tocsin.usecases.reaching.rooms import Wish
from tocsin.usecases.response.incidents import By, Change, change


@pytest.fixture
async def chat(database: Database) -> AsyncIterator[Chat]:
    async with chatting(database) as one:
        yield one


async def do(night: Night, incident: Incident, **what: Any) -> None:
    by = By(agent=Agent("user", night.team.ben.id, "Ben"), channel={"type": "website"})
    await change(night.house, [Change(incident_id=incident.id, **what)], by, night.now)


async def test_an_incident_is_posted_once_and_its_post_follows_it(chat: Chat) -> None:
    await chat.room()
    (incident,) = await chat.night.trigger("Disk full")
    await chat.passes()
    assert chat.shown() == ("Triggered, assigned to: Ann", ["acknowledge", "resolve", "open"])

    await chat.night.acknowledge(incident)
    await chat.passes()
    assert chat.shown() == ("Acknowledged by: Ann", ["resolve", "open"])

    await do(chat.night, incident, status="resolved")
    await chat.passes()
    assert chat.shown() == ("Resolved by: Ben", ["open"])
    [post] = chat.posts
    assert f"*#{incident.number} Disk full*" in post["blocks"][0]["text"]["text"]
    assert f"/incidents/{incident.id}" in post["blocks"][0]["text"]["text"]
    assert chat.remarks == []


async def test_notes_and_escalations_stand_in_the_thread(chat: Chat) -> None:
    await chat.room()
    (incident,) = await chat.night.trigger("Disk full")
    await note(chat.night, incident.id, "It is the logs.")
    await do(chat.night, incident, level=2)
    await do(chat.night, incident, assignees=(chat.night.team.ann.id,))
    await chat.passes()

    assert chat.remarks == [
        "Ann noted: It is the logs.",
        "Escalated to: Ben",
        "Reassigned to: Ann",
    ]
    assert len(chat.posts) == 1


async def test_a_reopened_incident_has_its_buttons_again(chat: Chat) -> None:
    await chat.room()
    (incident,) = await chat.night.trigger("Disk full")
    await do(chat.night, incident, status="resolved")
    await do(chat.night, incident, status="triggered")
    await chat.passes()

    assert chat.shown()[1] == ["acknowledge", "resolve", "open"]
    assert chat.remarks == ["Reopened by: Ben"]


async def test_a_button_is_for_whoever_is_linked(chat: Chat) -> None:
    await chat.room()
    await chat.night.give(chat.night.team.ben, "slack", "U2BOB")
    (incident,) = await chat.night.trigger("Disk full")
    await chat.passes()

    async def press(sender: str) -> bool:
        answer = Answer(deed="acknowledge", sender=sender, number=incident.number)
        heard = Heard(answers=(answer,))
        [upshot], _ = await take(chat.night.house, chat.provider, heard, chat.night.now)
        await chat.passes()
        return upshot.ok

    assert not await press("U9EVE")
    assert chat.shown()[0] == "Triggered, assigned to: Ann"
    assert await press("U2BOB")
    assert chat.shown()[0] == "Acknowledged by: Ben"


async def test_a_room_of_a_service_hears_of_no_other(chat: Chat) -> None:
    keys = await chat.night.crowd(1)
    room = await chat.room(service_id=chat.night.team.service.id)
    await chat.night.trigger("CPU hot", key=keys["P0"])
    await chat.night.trigger("Disk full")
    await chat.passes()

    assert len(chat.posts) == 1
    assert [one.kind for one in await chat.log(room.id)] == ["incident.triggered"]


async def test_a_room_speaks_its_language(chat: Chat) -> None:
    await chat.room(language="ja")
    await chat.night.trigger("Disk full")
    await chat.passes()

    assert chat.shown()[0] == "発生中。担当者: Ann"


async def test_nothing_is_lost_or_doubled_while_slack_is_away(chat: Chat) -> None:
    room = await chat.room()
    chat.slack.say("503 Service Unavailable")
    (incident,) = await chat.night.trigger("Disk full")
    await chat.passes()
    await chat.night.acknowledge(incident)
    await note(chat.night, incident.id, "Looking.")
    await chat.passes(minutes=30)
    assert chat.posts == []

    chat.slack.says.clear()
    await chat.passes(hours=1)

    assert chat.shown() == ("Acknowledged by: Ann", ["resolve", "open"])
    assert chat.remarks == ["Ann noted: Looking."]
    assert {one.status for one in await chat.log(room.id)} == {"delivered"}


async def test_a_token_that_was_revoked_loses_nothing(chat: Chat) -> None:
    room = await chat.room()
    chat.slack.refuse("token_revoked")
    await chat.night.trigger("Disk full")
    await chat.passes()
    assert [one.status for one in await chat.log(room.id)] == ["waiting"]

    chat.slack.says.clear()
    await chat.passes(minutes=1)

    assert len(chat.posts) == 1


async def test_too_many_posts_wait_as_long_as_slack_asks(chat: Chat) -> None:
    await chat.room()
    chat.slack.say("429 Too Many Requests", "Retry-After: 120")
    await chat.night.trigger("Disk full")
    await chat.passes()
    chat.slack.says.clear()

    await chat.passes(seconds=100)
    assert chat.posts == []
    await chat.passes(seconds=20)
    assert len(chat.posts) == 1


async def test_what_a_room_cannot_be_told_is_an_alarm(chat: Chat) -> None:
    room = await chat.room(name="Operations")
    chat.slack.refuse("not_in_channel")
    await chat.night.trigger("Disk full")
    await chat.passes()

    assert [one.status for one in await chat.log(room.id)] == ["dropped"]
    [alarm] = await chat.night.alarms()
    assert alarm == (
        "Room Operations was not told: Slack: not_in_channel, invite the app to the channel"
    )


async def test_a_room_that_missed_the_beginning_is_shown_the_incident_later(chat: Chat) -> None:
    (incident,) = await chat.night.trigger("Disk full")
    await chat.room()
    await chat.night.acknowledge(incident)
    await chat.passes()
    assert chat.shown()[0] == "Acknowledged by: Ann"


async def test_a_room_is_not_told_of_what_was_over_before(chat: Chat) -> None:
    (incident,) = await chat.night.trigger("Disk full")
    room = await chat.room()
    await do(chat.night, incident, status="resolved")
    await chat.passes()

    assert chat.posts == []
    assert [one.status for one in await chat.log(room.id)] == ["delivered"]


async def test_a_post_that_was_deleted_in_slack_is_made_anew(chat: Chat) -> None:
    await chat.room()
    (incident,) = await chat.night.trigger("Disk full")
    await chat.passes()
    chat.slack.posts.clear()
    await chat.night.acknowledge(incident)
    await chat.passes()
    await do(chat.night, incident, status="resolved")
    await chat.passes()

    assert chat.shown()[0] == "Resolved by: Ben"


async def test_a_trial_shows_that_a_room_is_reached(chat: Chat) -> None:
    room = await chat.room(name="Operations")
    await rooms.try_out(chat.night.house, room.id, chat.night.now)
    await chat.passes()

    assert chat.shown() == ("Incidents will be posted here, in Operations.", ["open"])
    assert [one.status for one in await chat.log(room.id)] == ["delivered"]


async def test_a_trial_that_fails_says_why(chat: Chat) -> None:
    room = await chat.room()
    chat.slack.refuse("channel_not_found")
    await rooms.try_out(chat.night.house, room.id, chat.night.now)
    await chat.passes()

    [dispatch] = await chat.log(room.id)
    assert (dispatch.status, dispatch.detail) == (
        "dropped",
        "Slack: channel_not_found, the app does not see it",
    )


async def test_a_room_that_was_taken_away_hears_nothing_more(chat: Chat) -> None:
    room = await chat.room()
    await chat.night.trigger("Disk full")
    await rooms.remove(chat.night.house, room.id)
    await chat.night.trigger("CPU hot")
    await chat.passes()

    assert chat.slack.calls == []
    assert await chat.night.alarms() == []


async def test_a_provider_that_is_switched_off_or_gone_is_not_asked(chat: Chat) -> None:
    room = await chat.room()
    house, id_ = chat.night.house, chat.provider.id
    await chat.night.trigger("Disk full")
    await providers.change(house, id_, providers.Wish(is_disabled=True), chat.night.now)
    await chat.passes()
    await chat.night.trigger("CPU hot")
    assert [one.detail for one in await chat.log(room.id)] == ["The provider is switched off."]

    await providers.change(house, id_, providers.Wish(is_disabled=False), chat.night.now)
    await chat.night.trigger("Fan loud")
    await providers.remove(house, id_)
    await chat.passes()

    assert chat.slack.calls == []
    assert await chat.night.alarms() == []


async def test_incidents_of_a_service_that_is_deleted_are_shown_as_resolved(chat: Chat) -> None:
    await chat.room()
    await chat.night.trigger("Disk full")
    await chat.passes()
    await services.remove(
        chat.night.house, chat.night.team.service.id, chat.night.team.ann, chat.night.now
    )
    await chat.passes()

    assert chat.shown() == ("Resolved by: Ann", ["open"])


async def test_posts_are_forgotten_with_their_incident(chat: Chat) -> None:
    room = await chat.room()
    (incident,) = await chat.night.trigger("Disk full")
    await do(chat.night, incident, status="resolved")
    await chat.passes(minutes=1)
    async with chat.night.database.begin() as tx:
        assert await store.reference(tx, room.id, incident.id)
        await forget_incidents(tx, resolved_before=chat.night.now)
        assert await store.reference(tx, room.id, incident.id) is None

    await rooms.try_out(chat.night.house, room.id, chat.night.now)
    await chat.passes()
    assert len(chat.posts) == 2


async def test_what_is_planned_of_an_incident_that_was_forgotten_is_told_to_nobody(
    chat: Chat,
) -> None:
    room = await chat.room()
    (incident,) = await chat.night.trigger("Disk full")
    await do(chat.night, incident, status="resolved")
    async with chat.night.database.begin() as tx:
        await forget_incidents(tx, resolved_before=chat.night.passes(minutes=1))
    await chat.passes()

    assert chat.posts == []
    assert {one.detail for one in await chat.log(room.id)} == {"The incident was deleted."}
    assert await chat.night.alarms() == []


async def test_a_channel_without_rooms_says_so(chat: Chat, database: Database) -> None:
    room = await chat.room()
    courier = room_courier(Carrying(()))
    await chat.night.trigger("Disk full")
    meters = Meters(CollectorRegistry(), LANES)
    mute = Dispatcher(chat.night.house, {"room": courier}, meters)
    await mute.step(lambda: chat.night.now)

    [dispatch] = await chat.log(room.id)
    assert (dispatch.status, dispatch.detail) == ("dropped", "The provider knows no rooms.")


async def test_what_fits_no_room_is_refused_in_words(chat: Chat) -> None:
    wish = Wish(provider_id=chat.provider.id, address="#general", name="x" * 101, language="xx")

    for wrong, sentence in [
        (wish, "Address must be the ID of a channel such as C012AB3CD."),
        (replace(wish, provider_id="PNONE"), "Chat must be a provider that posts in rooms."),
        (Wish(provider_id=chat.provider.id, address=CHANNEL, service_id="PX"), rooms.NO_SERVICE),
    ]:
        with pytest.raises(Invalid) as refused:
            await rooms.create(chat.night.house, wrong, chat.night.now)
        assert sentence in refused.value.sentences
    await chat.room()
    with pytest.raises(Invalid):
        await chat.room()
    for gone in (rooms.get(chat.night.house, "PX"), rooms.remove(chat.night.house, "PX")):
        with pytest.raises(NotFound):
            await gone


async def test_rooms_are_found_by_what_they_hear_of(chat: Chat) -> None:
    everything = await chat.room(name="All")
    service = chat.night.team.service
    own = await chat.room(service_id=service.id, name="Checkout room")
    house = chat.night.house

    of_service = await rooms.find(house, service_id=service.id)
    of_another = await rooms.find(house, service_id="PANOTHER")
    of_provider = await rooms.find(house, provider_id=chat.provider.id)

    assert [one.room for one in of_service] == [everything, own]
    assert [one.service_name for one in of_service] == [None, "Checkout"]
    assert [one.room for one in of_another] == [everything]
    assert [one.provider_name for one in of_provider] == ["Slack", "Slack"]
    assert (await rooms.get(house, own.id)).room == own
