"""Storms: a telephone gets one message, then a digest that counts right; nothing gets lost."""

import pytest
from msgspec.structs import replace
from prometheus_client import CollectorRegistry

from tests.night import Night
from tests.team import integrate
from tests.telephone import Telephone
from tocsin.domain.reaching.channel import Delivery
from tocsin.engine.engine import Engine
from tocsin.kit.ids import new_id
from tocsin.store.database import Database
from tocsin.store.intake.services import SERVICES
from tocsin.store.people.users import USERS


class Storm:
    """Ann is paged by SMS, and has no other way."""

    def __init__(self, night: Night) -> None:
        self.night = night
        self.telephone = Telephone()
        self.engine = Engine(night.house, [self.telephone], CollectorRegistry())

    async def told(self, **time: float) -> list[list[str]]:
        """Let time pass, and return the incidents of each message that came newly."""
        before = len(self.telephone.received)
        self.night.passes(**time)
        await self.engine.run_due(self.night.now)
        new = self.telephone.received[before:]
        return [[one.title for one in message.incidents] for _, message in new]


@pytest.fixture
async def storm(database: Database) -> Storm:
    night = await Night.falls(database)
    night.house = replace(night.house, channels=frozenset({"sms"}))
    await night.take_away((await night.default_email(night.team.ann)).id)
    await night.give(night.team.ann, "sms", "5550100", minutes=0)
    return Storm(night)


async def test_the_first_page_goes_at_once_and_the_rest_of_the_minute_together(
    storm: Storm,
) -> None:
    await storm.night.trigger("One")
    assert await storm.told() == [["One"]]
    for number, name in enumerate(("Two", "Three", "Four")):
        await storm.night.trigger(name)
        assert await storm.told(seconds=number) == []

    assert await storm.told(seconds=56) == []
    assert await storm.told(seconds=1) == [["Two", "Three", "Four"]]
    assert await storm.told(minutes=5) == []


async def test_what_is_answered_meanwhile_is_not_told(storm: Storm) -> None:
    await storm.night.trigger("One")
    await storm.told()
    [two] = await storm.night.trigger("Two")
    await storm.night.trigger("Three")
    await storm.told(seconds=1)

    await storm.night.acknowledge(two)

    assert await storm.told(seconds=59) == [["Three"]]


async def test_the_first_of_another_service_never_waits(storm: Storm) -> None:
    await storm.night.trigger("One")
    await storm.told()
    other = replace(storm.night.team.service, id=new_id(), name="Search")
    async with storm.night.database.begin() as tx:
        await SERVICES.insert(tx, other)
        key, _ = await integrate(tx, other)
    await storm.night.trigger("Two")
    assert await storm.told(seconds=1) == []

    await storm.night.trigger("Three", key=key)

    assert await storm.told(seconds=1) == [["Three"]]
    assert await storm.told(seconds=58) == [["Two"]]


async def test_a_page_that_failed_is_tried_again_without_waiting(storm: Storm) -> None:
    storm.telephone.answer = lambda _: Delivery(ok=False, detail="Busy.", retry=True)
    await storm.night.trigger("One")
    assert await storm.told() == []
    storm.telephone.answer = lambda _: Delivery(ok=True, detail="Taken.")

    assert await storm.told(seconds=5) == [["One"]]


async def test_somebody_may_wish_for_another_span(storm: Storm) -> None:
    async with storm.night.database.begin() as tx:
        await USERS.update(tx, replace(storm.night.team.ann, digest_seconds=10))
    await storm.night.trigger("One")
    assert await storm.told() == [["One"]]
    await storm.night.trigger("Two")

    assert await storm.told(seconds=9) == []
    assert await storm.told(seconds=1) == [["Two"]]


async def test_who_wants_each_by_itself_gets_that(storm: Storm) -> None:
    storm.night.house.decisions.newest = {"digest_seconds": 0}
    await storm.night.trigger("One")
    assert await storm.told() == [["One"]]

    await storm.night.trigger("Two")

    assert await storm.told(seconds=1) == [["Two"]]
