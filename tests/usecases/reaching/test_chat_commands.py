"""Commands that people write: who is on call, and incidents that begin in a chat."""

from datetime import timedelta

import pytest
import sqlalchemy as sa

from tests.night import Night
from tests.rota import DAY, make_policy, make_rota
from tocsin.domain.duty.escalation_policy import EscalationPolicy
from tocsin.domain.duty.schedule import Schedule
from tocsin.domain.people.user import User
from tocsin.domain.reaching.answer import Upshot
from tocsin.domain.reaching.hearing import Command, Heard, Word
from tocsin.domain.reaching.provider import Provider
from tocsin.kit.sms import segments
from tocsin.store import tables
from tocsin.store.database import Database
from tocsin.usecases.people import teams
from tocsin.usecases.reaching.answers import take

ANN = "U1ANN"
NUMBER = "+15550100"
HOUR = timedelta(hours=1)


@pytest.fixture
async def night(database: Database) -> Night:
    night = await Night.falls(database)
    await night.give(night.team.ann, "slack", ANN)
    await night.give(night.team.ann, "sms", "5550100")
    return night


def provider_of(night: Night, kind: str) -> Provider:
    return Provider(
        id="PCHAT", type=kind, kind=kind, name="C", created_at=night.now, updated_at=night.now
    )


async def say(
    night: Night, word: Word, text: str = "", sender: str = ANN, *, kind: str = "slack"
) -> Upshot:
    command = Command(word=word, text=text, sender=sender)
    heard = Heard(commands=(command,))
    [upshot], _ = await take(night.house, provider_of(night, kind), heard, night.now)
    return upshot


async def who(night: Night, name: str = "", **how: str) -> list[str]:
    return (await say(night, "who", name, **how)).sentence.splitlines()


async def test_who_is_on_call_first_is_told_for_every_policy(night: Night) -> None:
    await make_policy(night, "Database", (night.team.ben, night.team.ann))

    assert await who(night) == ["Database: Ben, Ann", "Web: Ann"]


async def test_what_concerns_whoever_asks_comes_first(night: Night) -> None:
    rota = await make_rota(night, "Rota", night.team.ben, night.team.ann)
    await make_policy(night, "Archive", (night.team.ben,))
    await make_policy(night, "Zoo", (rota,))
    joined = await make_policy(night, "Yard", (night.team.ben,))
    await join(night, night.team.ann, joined)

    told = [line.partition(":")[0] for line in await who(night)]

    assert told == ["Web", "Yard", "Zoo", "Archive"]


async def test_the_end_is_told_by_the_clock_of_whoever_asks(night: Night) -> None:
    week = await make_rota(night, "Week", night.team.ben, night.team.ann, turn=2 * DAY)
    today = await make_rota(night, "Hours", night.team.ben, night.team.ann, turn=HOUR)
    await make_policy(night, "Mixed", (week, today))
    await night.sql(sa.update(tables.users).values(time_zone="Asia/Tokyo", language="de"))

    assert await who(night, "hours") == ["Hours: Ben bis 22:00"]
    assert await who(night, "week") == ["Week: Ben bis Mittwoch 21:00"]
    assert await who(night, "mixed") == ["Mixed, Stufe 1: Ben bis Mittwoch 21:00"]


async def test_who_is_named_and_holds_a_schedule_is_on_call_without_end(night: Night) -> None:
    rota = await make_rota(night, "Rota", night.team.ben, night.team.ann)
    await make_policy(night, "Mixed", (rota, night.team.ben))

    assert await who(night, "mixed") == ["Mixed, level 1: Ben"]


async def test_a_level_that_has_nobody_is_passed(night: Night) -> None:
    gap = await make_rota(night, "Gap")
    await make_policy(night, "Climbs", (gap,), (night.team.ben,))
    await make_policy(night, "Empty", (gap,))
    await make_policy(night, "Mine", (await mine(night),))

    told = await who(night)

    assert told == ["Mine: nobody", "Web: Ann", "Climbs, level 2: Ben"]


@pytest.mark.parametrize("name", ["checkout", "WEB"])
async def test_a_service_or_policy_is_told_level_by_level(night: Night, name: str) -> None:
    assert await who(night, name) == ["Web, level 1: Ann", "Web, level 2: Ben"]


async def test_a_schedule_is_told_by_its_holder(night: Night) -> None:
    await make_rota(night, "Rota", night.team.ben)
    await make_rota(night, "Gap")

    assert await who(night, "Rota") == ["Rota: Ben"]
    assert await who(night, "gap") == ["Gap: nobody"]


async def test_what_does_not_exist_is_said_not_to(night: Night) -> None:
    upshot = await say(night, "who", "Moon {0}")

    assert not upshot.ok
    assert upshot.sentence == "No service, escalation policy or schedule is called Moon {0}."


async def test_a_house_without_duty_says_so(night: Night) -> None:
    await night.sql(sa.text("update escalation_policies set rules = '[]'"))

    assert await who(night) == ["Nobody is on call."]


async def test_a_short_message_is_answered_in_a_few_segments(night: Night) -> None:
    for number in range(40):
        await make_policy(night, f"A policy with a long name {number}", (night.team.ben,))

    told = await who(night, sender=NUMBER, kind="sms")

    assert told[0] == "Web: Ann"
    assert told[-1] == f"and {41 - (len(told) - 1)} more"
    assert segments("\n".join(told)) == 3
    assert (await who(night))[-1] == "and 11 more"


async def test_one_line_is_told_however_long_it_is(night: Night) -> None:
    await night.sql(sa.update(tables.escalation_policies).values(name="W" * 600))

    assert len(await who(night, sender=NUMBER, kind="sms")) == 1


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
    assert await who(night) == ["Web: Ann"]


async def test_strangers_are_told_how_to_be_known(night: Night) -> None:
    for word in ("who", "trigger"):
        upshot = await say(night, word, "Checkout Disk full", sender="U9EVE")
        assert not upshot.ok
        assert upshot.sentence.startswith("Nobody is known here as U9EVE.")
    assert await night.incidents() == []


@pytest.mark.parametrize("kind", ["sms", "whatsapp", "phone"])
async def test_a_number_is_known_whatever_it_is_used_for(night: Night, kind: str) -> None:
    assert await who(night, sender=NUMBER, kind=kind) == ["Web: Ann"]


@pytest.mark.parametrize("kind", ["sms", "whatsapp"])
async def test_numbers_that_nobody_knows_are_not_answered(night: Night, kind: str) -> None:
    assert (await say(night, "who", sender="+19990000", kind=kind)).sentence == ""


async def test_strangers_are_told_in_the_language_of_the_account(night: Night) -> None:
    night.house.decisions.newest = {"language": "de"}

    assert (await say(night, "who", sender="U9EVE")).sentence.startswith("U9EVE ist hier niemand")
    assert (await say(night, "who", "Moon")).sentence.startswith("Kein Dienst")


async def test_whoever_asks_for_help_gets_it_known_or_not(night: Night) -> None:
    await night.sql(sa.update(tables.users).values(language="fr"))

    assert "/oncall ack 12 : acquitter" in (await say(night, "help", "/oncall")).sentence
    assert "/x ack 12: acknowledge" in (await say(night, "help", "/x", "U9EVE")).sentence


async def test_commands_without_a_provider_are_nobody_s(night: Night) -> None:
    command = Command(word="who", text="", sender=ANN)

    assert await take(night.house, None, Heard(commands=(command,)), night.now) == ([], None)


async def mine(night: Night) -> Schedule:
    """Return a schedule that Ann holds from tomorrow on."""
    start = night.now + DAY
    return await make_rota(
        night, "Later", night.team.ann, start=start, rotation_virtual_start=start
    )


async def join(night: Night, user: User, policy: EscalationPolicy) -> None:
    """Let somebody be on a team that answers for a policy."""
    team = await teams.create(night.house, teams.Wish(name="Yardies"), night.now)
    await teams.put_member(night.house, team.id, user.id)
    table = tables.escalation_policies
    await night.sql(sa.update(table).where(table.c.id == policy.id).values(team_ids=[team.id]))
