"""Commands of a chat: who is on call, and incidents that people begin from there."""

import pytest
import sqlalchemy as sa

from tests.night import Night
from tests.rota import make_policy, make_rota
from tocsin.domain.reaching.answer import Upshot
from tocsin.domain.reaching.hearing import Command, Heard, Word
from tocsin.domain.reaching.provider import Provider
from tocsin.store import tables
from tocsin.store.database import Database
from tocsin.usecases.reaching.answers import take

ANN = "U1ANN"


@pytest.fixture
async def night(database: Database) -> Night:
    night = await Night.falls(database)
    await night.give(night.team.ann, "slack", ANN)
    return night


async def say(night: Night, word: Word, text: str = "", sender: str = ANN) -> Upshot:
    provider = Provider(
        id="PSLACK",
        type="slack",
        kind="slack",
        name="S",
        created_at=night.now,
        updated_at=night.now,
    )
    command = Command(word=word, text=text, sender=sender)
    [upshot], _ = await take(night.house, provider, Heard(commands=(command,)), night.now)
    return upshot


async def test_who_is_on_call_first_is_told_for_every_policy(night: Night) -> None:
    await make_policy(night, "Database", (night.team.ben, night.team.ann))

    upshot = await say(night, "who")

    assert upshot.ok
    assert upshot.sentence.splitlines() == ["Database, level 1: Ben, Ann", "Web, level 1: Ann"]


@pytest.mark.parametrize("name", ["checkout", "WEB"])
async def test_a_service_or_policy_is_told_level_by_level(night: Night, name: str) -> None:
    upshot = await say(night, "who", name)

    assert upshot.sentence.splitlines() == ["Web, level 1: Ann", "Web, level 2: Ben"]


async def test_a_schedule_is_told_by_its_holder(night: Night) -> None:
    await make_rota(night, "Rota", night.team.ben)
    await make_rota(night, "Gap")

    assert (await say(night, "who", "Rota")).sentence == "Rota: Ben"
    assert (await say(night, "who", "gap")).sentence == "Gap: nobody"


async def test_what_does_not_exist_is_said_not_to(night: Night) -> None:
    upshot = await say(night, "who", "Moon {0}")

    assert not upshot.ok
    assert upshot.sentence == "No service, escalation policy or schedule is called Moon {0}."


async def test_a_house_without_duty_says_so(night: Night) -> None:
    await night.sql(sa.text("update escalation_policies set rules = '[]'"))

    assert (await say(night, "who")).sentence == "Nobody is on call."


@pytest.mark.parametrize("text", ["Checkout Disk full", '"checkout"  Disk full'])
async def test_an_incident_begins_on_a_service(night: Night, text: str) -> None:
    upshot = await say(night, "trigger", text)

    [incident] = await night.incidents()
    assert (incident.title, incident.service_id) == ("Disk full", night.team.service.id)
    assert upshot.sentence == f"Incident #{incident.number} was triggered on Checkout."
    assert upshot.statuses == {incident.id: "triggered"}


async def test_of_two_services_the_longer_name_is_meant(night: Night) -> None:
    await night.crowd(1)
    await night.sql(sa.text("update services set name = 'Checkout page' where name = 'P0'"))

    await say(night, "trigger", "Checkout page is slow")

    [incident] = await night.incidents()
    assert incident.title == "is slow"


@pytest.mark.parametrize("text", ["", "Checkout", "Moon Disk full", '"Moon" Disk', '"Checkout"'])
async def test_without_a_service_and_a_title_it_is_shown_how(night: Night, text: str) -> None:
    upshot = await say(night, "trigger", text)

    assert not upshot.ok
    assert upshot.sentence.endswith("trigger Checkout Disk full")
    assert await night.incidents() == []


async def test_even_where_there_is_no_service(night: Night) -> None:
    await night.sql(sa.delete(tables.services))

    assert (await say(night, "trigger", "x y")).sentence.endswith("trigger db Disk full")


async def test_what_a_service_refuses_is_told(night: Night) -> None:
    await night.sql(sa.update(tables.services).values(disabled=True))

    upshot = await say(night, "trigger", "Checkout Disk full")

    assert not upshot.ok
    assert upshot.sentence == "The service is disabled: no incident can begin on it."


async def test_whoever_may_only_read_begins_nothing(night: Night) -> None:
    await night.sql(sa.update(tables.users).values(role="observer", language="de"))

    upshot = await say(night, "trigger", "Checkout Disk full")

    assert (upshot.ok, upshot.sentence) == (False, "Ihre Rolle erlaubt das nicht.")
    assert (await say(night, "who")).sentence == "Web, Stufe 1: Ann"


async def test_strangers_are_told_how_to_be_known(night: Night) -> None:
    for word in ("who", "trigger"):
        upshot = await say(night, word, "Checkout Disk full", sender="U9EVE")
        assert not upshot.ok
        assert upshot.sentence.startswith("Nobody is known here as U9EVE.")
    assert await night.incidents() == []


async def test_commands_without_a_provider_are_nobody_s(night: Night) -> None:
    command = Command(word="who", text="", sender=ANN)

    assert await take(night.house, None, Heard(commands=(command,)), night.now) == ([], None)
