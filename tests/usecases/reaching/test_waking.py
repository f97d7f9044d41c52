"""Whoever will be on call and could not be woken: told once, a day ahead, with what to do."""

from datetime import timedelta

import pytest
import sqlalchemy as sa
from msgspec.structs import replace

from tests.night import URL, Night
from tests.rota import DAY, make_policy, make_rota, stand_in
from tests.team import METHODS, NOON
from tocsin.domain.duty.schedule import Schedule
from tocsin.store.database import Database
from tocsin.store.reaching.reach_tables import wake_warnings
from tocsin.store.reaching.wake_warnings import take_turn
from tocsin.store.tables import contact_methods, escalation_policies, services
from tocsin.usecases.reaching import letters, waking

HOUR = timedelta(hours=1)
NEVER = "and nothing would wake them"


@pytest.fixture
async def night(database: Database) -> Night:
    """Let nobody be on call by name, and mail leave."""
    night = await Night.falls(database)
    night.house = replace(night.house, channels=frozenset({"email", "sms"}))
    await night.sql(sa.delete(services))
    await night.sql(sa.delete(escalation_policies))
    return night


@pytest.fixture
async def rota(night: Night) -> Schedule:
    """Let Ann and Ben take turns from noon to noon, and pages reach Ann only."""
    rota = await make_rota(night, "Primary", night.team.ann, night.team.ben)
    await make_policy(night, "Database", (rota,))
    await night.take_away((await night.default_email(night.team.ben)).id)
    return rota


async def look(night: Night, **time: float) -> list[str]:
    """Let time pass, and return all that administrators were told by then."""
    night.passes(**time)
    await waking.look_ahead(night.house, night.now)
    return await night.alarms()


async def test_a_shift_is_told_once_and_a_day_ahead(night: Night, rota: Schedule) -> None:
    assert await look(night) == []

    told = await look(night, minutes=5)

    assert told == [
        "Ben is on call from Tuesday 3 March, 13:00 (Europe/Vienna) on for Primary,"
        " and nothing would wake them: there is only mail."
    ]
    for hours in (1, 22, 1, 5, 17):  # into the shift, and until it is nearly over
        assert await look(night, hours=hours) == told
    assert len(await look(night, days=1, hours=2)) == 2


async def test_the_person_is_told_what_to_do_by_a_mail(night: Night, rota: Schedule) -> None:
    await look(night, minutes=5)
    await look(night, minutes=5)

    [work] = await night.work("letter")
    letter = letters.open_letter(night.house, work)

    assert (letter.recipient, letter.address) == ("Ben", "ben@example.com")
    assert letter.words.link is not None
    assert letter.words.link.href == f"{URL}/users/{night.team.ben.id}"
    assert "from Tuesday 3 March, 13:00 (Europe/Vienna) on for Primary" in letter.words.sentences[0]
    assert letter.words.sentences[1].startswith("Add a way to be reached")


async def test_without_a_mail_server_administrators_are_told_alone(
    night: Night, rota: Schedule
) -> None:
    night.house = replace(night.house, channels=frozenset({"sms"}))
    await night.give(night.team.ann, "sms", "5550100", minutes=0)

    [told] = await look(night, minutes=5)

    assert told.startswith("Ben")
    assert told.endswith("there is no way at all.")
    assert await night.work("letter") == []


async def test_what_was_mended_and_breaks_again_is_told_again(night: Night, rota: Schedule) -> None:
    assert len(await look(night, minutes=5)) == 1

    mended = await night.give(night.team.ben, "sms", "5550100", minutes=0)
    assert len(await look(night, hours=1)) == 1
    faulty = sa.update(contact_methods).where(METHODS.c.id == mended.id)
    await night.sql(faulty.values(fault="There is no such number.", fault_at=night.now))

    told = await look(night, hours=1)
    assert len(told) == 2
    assert told[1].endswith("nothing can be sent the way that the steps say.")


async def test_several_shifts_of_one_person_are_told_together(night: Night, rota: Schedule) -> None:
    backup = await make_rota(night, "Backup", night.team.ann)
    await stand_in(night, backup, night.team.ben, NOON + 3 * HOUR, NOON + 5 * HOUR)
    await make_policy(night, "Network", (backup,))

    [told] = await look(night, minutes=5)

    assert told.startswith(
        "Ben is on call from Monday 2 March, 16:00 (Europe/Vienna) on for Backup, Primary,"
    )
    assert len(await night.work("letter")) == 1


async def test_who_is_always_on_call_is_told_once(night: Night) -> None:
    await night.take_away((await night.default_email(night.team.ben)).id)
    await make_policy(night, "Database", (night.team.ann,), (night.team.ben,))

    told = await look(night)

    assert told == [f"Ben is on call now for Database, {NEVER}: there is only mail."]
    assert await look(night, days=3) == told


async def test_nothing_is_kept_of_shifts_that_are_over(night: Night, rota: Schedule) -> None:
    await look(night, minutes=5)
    await look(night, days=2)

    async with night.database.read() as tx:
        kept = (await tx.execute(sa.select(wake_warnings.c.shift_at))).scalars().all()
    assert kept == [NOON + 3 * DAY]


async def test_one_node_at_a_time_looks(night: Night, rota: Schedule) -> None:
    async with night.database.begin() as tx:
        assert await take_turn(tx)
        assert await look(night, minutes=5) == []
    assert len(await look(night)) == 1
