"""Awake checks: an acknowledgement at night is asked about, and counts only if somebody is up."""

from datetime import UTC, datetime

import pytest
from msgspec.structs import replace
from prometheus_client import CollectorRegistry

from tests.night import Night
from tests.telephone import Telephone
from tocsin.domain.reaching.answer import Answer
from tocsin.domain.reaching.hearing import Heard
from tocsin.domain.reaching.message import Message
from tocsin.domain.response.incident import Incident
from tocsin.engine.engine import Engine
from tocsin.store.database import Database
from tocsin.store.people.users import USERS
from tocsin.usecases.reaching import answers

NIGHT = datetime(2026, 11, 22, 2, tzinfo=UTC)  # three in the morning in Vienna


class Bedroom:
    """Ann sleeps beside her telephone, and wants to be asked ten minutes later."""

    def __init__(self, night: Night) -> None:
        self.night = night
        self.telephone = Telephone()
        self.engine = Engine(night.house, [self.telephone], CollectorRegistry())

    async def hear(self, **time: float) -> list[Message]:
        """Let time pass, and return the messages that came newly."""
        before = len(self.telephone.received)
        self.night.passes(**time)
        await self.engine.run_due(self.night.now)
        return [message for _, message in self.telephone.received[before:]]

    async def fire(self) -> Incident:
        """Let something burn, and let Ann acknowledge it."""
        [incident] = await self.night.trigger("Fire")
        [page] = await self.hear()
        assert page.kind == "page"
        await self.night.acknowledge(incident)
        return incident

    async def status(self) -> str:
        """How the one incident stands."""
        [incident] = await self.night.incidents()
        return incident.status


@pytest.fixture
async def bedroom(database: Database) -> Bedroom:
    night = await Night.falls(database)
    night.now = NIGHT
    night.house = replace(night.house, channels=frozenset({"sms"}))
    await night.take_away((await night.default_email(night.team.ann)).id)
    await night.give(night.team.ann, "sms", "5550100", minutes=0)
    async with database.begin() as tx:
        await USERS.update(tx, replace(night.team.ann, awake_check_minutes=10))
    return Bedroom(night)


async def test_who_confirms_goes_on_having_it(bedroom: Bedroom) -> None:
    await bedroom.fire()
    assert await bedroom.hear(minutes=9, seconds=59) == []
    [question] = await bedroom.hear(seconds=1)
    assert (question.kind, question.deeds) == ("awake", ("confirm",))

    heard = Heard(answers=(Answer(deed="confirm", token=question.token),))
    [upshot], _ = await answers.take(bedroom.night.house, None, heard, bedroom.night.now)

    assert upshot.ok
    assert await bedroom.hear(minutes=10) == []
    assert await bedroom.status() == "acknowledged"


async def test_who_has_fallen_asleep_again_is_paged_again(bedroom: Bedroom) -> None:
    await bedroom.fire()
    await bedroom.hear(minutes=10)

    [page] = await bedroom.hear(minutes=3)

    assert page.kind == "page"
    assert await bedroom.status() == "triggered"


async def test_what_was_resolved_meanwhile_is_not_asked_about(bedroom: Bedroom) -> None:
    await bedroom.fire()
    await bedroom.night.trigger("Fire", action="resolve")

    assert await bedroom.hear(minutes=20) == []


async def test_what_was_resolved_while_they_think_stays_so(bedroom: Bedroom) -> None:
    await bedroom.fire()
    await bedroom.hear(minutes=10)
    await bedroom.night.trigger("Fire", action="resolve")

    assert await bedroom.hear(minutes=20) == []
    assert await bedroom.status() == "resolved"


async def test_by_day_nobody_is_asked(bedroom: Bedroom) -> None:
    bedroom.night.passes(hours=8)
    await bedroom.fire()

    assert await bedroom.hear(minutes=20) == []


async def test_who_does_not_want_that_is_not_asked(bedroom: Bedroom) -> None:
    async with bedroom.night.database.begin() as tx:
        await USERS.update(tx, bedroom.night.team.ann)
    await bedroom.fire()

    assert await bedroom.hear(minutes=20) == []
