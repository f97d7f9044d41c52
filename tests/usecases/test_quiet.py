"""Quiet hours: pages of low urgency wait for their end, those of high urgency never."""

import pytest
from msgspec.structs import replace
from prometheus_client import CollectorRegistry

from tests.night import Night
from tests.notebook import Notebook
from tocsin.domain.intake.service import UrgencyRule
from tocsin.domain.people.user import QuietHours
from tocsin.engine.engine import Engine
from tocsin.store.database import Database
from tocsin.store.intake.services import SERVICES
from tocsin.store.people.users import USERS


class Siesta:
    """Ann wants her quiet in Vienna from one o'clock until three in the afternoon."""

    def __init__(self, night: Night) -> None:
        self.night = night
        self.notebook = Notebook()
        self.engine = Engine(night.house, [self.notebook], CollectorRegistry())

    async def told(self, **time: float) -> list[str]:
        """Let time pass, and return all titles that she was told until then."""
        self.night.passes(**time)
        await self.engine.run_due(self.night.now)
        return [
            title for address, titles in self.notebook.pages for title in titles if "ann" in address
        ]


@pytest.fixture
async def siesta(database: Database) -> Siesta:
    night = await Night.falls(database)  # it is noon in London
    async with database.begin() as tx:
        ann = replace(night.team.ann, quiet_hours=QuietHours(13 * 60, 15 * 60))
        await USERS.update(tx, ann)
    return Siesta(night)


async def be_low(night: Night) -> None:
    rule = UrgencyRule(kind="constant", urgency="low")
    async with night.database.begin() as tx:
        await SERVICES.update(tx, replace(night.team.service, urgency_rule=rule))


async def test_low_urgency_waits_until_the_quiet_is_over(siesta: Siesta) -> None:
    await be_low(siesta.night)
    await siesta.night.trigger("Disk at 80 %")

    assert await siesta.told() == []
    assert await siesta.told(hours=1, minutes=59) == []
    assert await siesta.told(minutes=1) == ["Disk at 80 %"]


async def test_high_urgency_never_waits(siesta: Siesta) -> None:
    await siesta.night.trigger("Fire")

    assert await siesta.told() == ["Fire"]


async def test_what_is_over_by_then_is_not_told(siesta: Siesta) -> None:
    await be_low(siesta.night)
    await siesta.night.trigger("Disk at 80 %")
    await siesta.told()
    await siesta.night.trigger("Disk at 80 %", action="resolve")

    assert await siesta.told(hours=3) == []
