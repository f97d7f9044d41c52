"""Hand-offs: told once, to those who wish it, of schedules that page somebody."""

from datetime import timedelta

import msgspec
import pytest
from msgspec.structs import replace
from prometheus_client import CollectorRegistry

from tests.night import Night
from tests.rota import make_policy, make_rota
from tests.telephone import Telephone
from tocsin.domain.duty.schedule import Schedule
from tocsin.domain.people.user import ContactMethod
from tocsin.engine.engine import Engine
from tocsin.store.database import Database
from tocsin.store.intake.services import SERVICES
from tocsin.usecases.reaching import handoffs
from tocsin.usecases.reaching.telling_rules import HANDOFFS, Wish

DAY = timedelta(days=1)


class Town:
    """Ann wants to hear of her shifts an hour before, on her telephone."""

    def __init__(self, night: Night, method: ContactMethod) -> None:
        self.night = night
        self.method = method
        self.telephone = Telephone()
        self.engine = Engine(night.house, [self.telephone], CollectorRegistry())

    async def wishes(self, **wished: object) -> None:
        """Let Ann have a rule."""
        wish = msgspec.convert(
            {"contact_method_id": self.method.id, "advance_minutes": 60} | wished, Wish
        )
        await HANDOFFS.create(self.night.house, self.method.user_id, wish, self.night.now)

    async def rota(self) -> Schedule:
        """Let Ann and Ben take turns, a day each."""
        return await make_rota(
            self.night, "Primary", self.night.team.ann, self.night.team.ben, turn=DAY
        )

    async def uses(self, rota: Schedule) -> None:
        """Let the policy of a service page whoever holds a schedule."""
        policy = await make_policy(self.night, "Database", (rota,))
        service = replace(self.night.team.service, escalation_policy_id=policy.id)
        async with self.night.database.begin() as tx:
            await SERVICES.update(tx, service)

    async def hear(self, **time: float) -> list[str]:
        """Let time pass, and return all that Ann was told until then."""
        self.night.passes(**time)
        await handoffs.tell(self.night.house, self.night.now)
        await self.engine.run_due(self.night.now)
        return [message.title for _, message in self.telephone.received]


@pytest.fixture
async def town(database: Database) -> Town:
    night = await Night.falls(database)
    night.house = replace(night.house, channels=frozenset({"sms"}))
    return Town(night, await night.give(night.team.ann, "sms", "5550100"))


async def test_somebody_is_told_once_before_a_shift_ends_and_before_one_begins(town: Town) -> None:
    await town.uses(await town.rota())
    await town.wishes()
    now = town.night.now

    assert await town.hear(hours=22, minutes=59) == []
    assert len(await town.hear(minutes=1)) == 1
    assert len(await town.hear(minutes=30)) == 1
    [(_, message)] = town.telephone.received
    assert (message.kind, message.notice.begins, message.notice.schedule) == (
        "hand_off", False, "Primary",
    )  # fmt: skip
    assert message.notice.shift_at == now + DAY
    assert message.deeds == ()

    assert len(await town.hear(hours=24)) == 2
    assert town.telephone.received[-1][1].notice.begins


async def test_a_schedule_that_pages_nobody_is_nobodys_shift(town: Town) -> None:
    rota = await town.rota()
    await town.wishes()
    assert await town.hear(hours=23, minutes=30) == []

    await make_policy(town.night, "Database", (rota,))

    assert await town.hear(minutes=1) == []


async def test_without_a_rule_nobody_is_told(town: Town) -> None:
    await town.uses(await town.rota())

    assert await town.hear(hours=23, minutes=30) == []


async def test_who_hears_only_of_beginnings_is_not_told_of_ends(town: Town) -> None:
    await town.uses(await town.rota())
    await town.wishes(handoff_type="oncall")

    assert await town.hear(hours=23, minutes=30) == []
    assert len(await town.hear(hours=24)) == 1
