"""Shadows: copies for people in training, which nothing hangs on."""

import pytest
import sqlalchemy as sa
from msgspec.structs import replace
from prometheus_client import CollectorRegistry

from tests.night import Night
from tests.rota import make_policy, make_rota
from tests.team import METHODS, person
from tests.telephone import Telephone
from tocsin.domain.people.user import User
from tocsin.domain.reaching.answer import Answer
from tocsin.domain.reaching.channel import Delivery
from tocsin.domain.reaching.hearing import Heard
from tocsin.domain.reaching.message import Message
from tocsin.engine.engine import Engine
from tocsin.store import tables
from tocsin.store.database import Database
from tocsin.store.intake.services import SERVICES
from tocsin.usecases.errors import Arguments, Invalid, NotFound
from tocsin.usecases.reaching import answers, shadows
from tocsin.usecases.reaching.shadows import Wish


class School:
    """Ann is paged on her telephone; Carol has one too, and is not on call for anything."""

    def __init__(self, night: Night, carol: User) -> None:
        self.night = night
        self.carol = carol
        self.telephone = Telephone()
        self.engine = Engine(night.house, [self.telephone], CollectorRegistry())

    async def learns(self, mentor: User | None = None, **wish: str) -> None:
        """Let Carol learn."""
        mentor_id = mentor.id if mentor else None
        night = self.night
        wished = Wish(mentor_id=mentor_id, **wish)
        await shadows.create(night.house, self.carol.id, wished, night.now)

    async def copies(self, **time: float) -> list[Message]:
        """Let time pass, and return all copies that came until then."""
        self.night.passes(**time)
        await self.engine.run_due(self.night.now)
        return [m for address, m in self.telephone.received if address == "+15550177"]

    async def ways(self) -> list[tuple[str, str | None]]:
        """Let the page leave, and return where copies of it went, or were to go."""
        await self.engine.run_due(self.night.now)
        tried = await self.night.notifications()
        return [(n.kind, n.contact_method_id) for n in tried if n.user_id == self.carol.id]


@pytest.fixture
async def school(database: Database) -> School:
    night = await Night.falls(database)
    night.house = replace(night.house, channels=frozenset({"sms"}))
    async with database.begin() as tx:
        carol = await person(tx, "Carol")
    for user, number in ((night.team.ann, "5550100"), (carol, "5550177")):
        await night.take_away((await night.default_email(user)).id)
        await night.give(user, "sms", number, minutes=0)
    return School(night, carol)


async def test_a_mentors_pages_are_copied_once_and_can_do_nothing(school: School) -> None:
    await school.learns(school.night.team.ann)
    [incident] = await school.night.trigger("Fire")

    [copy] = await school.copies()

    assert (copy.kind, copy.deeds, copy.notice.person) == ("copy", (), "Ann")
    assert [one.id for one in copy.incidents] == [incident.id]
    heard = Heard(answers=(Answer(deed="acknowledge", token=copy.token),))
    [upshot], _ = await answers.take(school.night.house, None, heard, school.night.now)
    assert not upshot.ok
    assert [one.status for one in await school.night.incidents()] == ["triggered"]


async def test_a_page_that_did_not_leave_has_no_copy(school: School) -> None:
    await school.learns(school.night.team.ann)
    school.telephone.answer = lambda _: Delivery(ok=False, detail="No.")
    await school.night.trigger("Fire")

    assert await school.copies() == []


async def test_a_copy_that_fails_changes_nothing(school: School) -> None:
    await school.learns(school.night.team.ann)
    school.telephone.answer = lambda address: Delivery(ok="0100" in address, detail="", retry=True)
    await school.night.trigger("Fire")

    assert await school.copies(minutes=1) == []
    assert len(school.telephone.received) == 1
    assert await school.night.alarms() == []


async def test_who_learns_from_nobody_gets_nothing(school: School) -> None:
    await school.night.trigger("Fire")

    assert await school.copies() == []


async def test_whoever_holds_a_schedule_teaches(school: School) -> None:
    night = school.night
    rota = await make_rota(night, "Primary", night.team.ann)
    other = await make_rota(night, "Other", night.team.ann)
    policy = await make_policy(night, "Database", (rota,))
    async with night.database.begin() as tx:
        await SERVICES.update(tx, replace(night.team.service, escalation_policy_id=policy.id))
    await school.learns(schedule_id=other.id)
    await night.trigger("Water")
    assert await school.copies() == []

    await school.learns(schedule_id=rota.id)
    await night.trigger("Fire")

    assert [c.headline for c in await school.copies(minutes=2)] == ["#2 Fire"]


async def test_who_learns_the_same_twice_gets_one_copy(school: School) -> None:
    rota = await make_rota(school.night, "Primary", school.night.team.ben)
    await school.learns(school.night.team.ann)
    await school.learns(schedule_id=rota.id)  # a wish that fits not, and is the younger
    await school.night.trigger("Fire")

    assert len(await school.copies()) == 1


async def test_who_learns_the_same_twice_is_told_by_the_older_wish(school: School) -> None:
    night, carol = school.night, school.carol
    rota = await make_rota(night, "Primary", night.team.ann)
    policy = await make_policy(night, "Database", (rota,))
    async with night.database.begin() as tx:
        await SERVICES.update(tx, replace(night.team.service, escalation_policy_id=policy.id))
    await school.learns(night.team.ann)
    night.passes(minutes=1)
    phone = await night.give(carol, "phone", "5550178")
    await school.learns(schedule_id=rota.id, contact_method_id=phone.id)
    await night.trigger("Fire")

    assert [kind for kind, _ in await school.ways()] == ["sms"]


async def test_nobody_is_telephoned_for_a_page_of_somebody_else(school: School) -> None:
    night, carol = school.night, school.carol
    await night.sql(sa.delete(tables.contact_methods).where(METHODS.c.user_id == carol.id))
    await night.give(carol, "phone", "5550177", minutes=0)
    await school.learns(night.team.ann)
    await night.trigger("Fire")

    assert await school.ways() == [("email", None)]


async def test_who_learns_may_choose_where_copies_go(school: School) -> None:
    night = school.night
    phone = await night.give(school.carol, "phone", "5550178")
    await school.learns(night.team.ann, contact_method_id=phone.id)
    await night.trigger("Fire")
    assert await school.ways() == [("phone", phone.id)]

    await night.take_away(phone.id)
    [known] = await shadows.find(night.house, school.carol.id)
    assert known.method is None


async def test_whom_nobody_can_learn_from_is_refused(school: School) -> None:
    night, carol = school.night, school.carol
    await school.learns(night.team.ann)

    with pytest.raises(Invalid, match="already"):
        await school.learns(night.team.ann)
    with pytest.raises(Invalid, match="their own pages"):
        await school.learns(carol)
    with pytest.raises(Invalid, match="person or a schedule"):
        await school.learns()
    with pytest.raises(Arguments, match="Schedule PNOBODY was not found"):
        await school.learns(schedule_id="PNOBODY")
    with pytest.raises(Arguments, match="Contact method PNOBODY was not found"):
        await school.learns(night.team.ben, contact_method_id="PNOBODY")


async def test_learning_ends(school: School) -> None:
    night = school.night
    await school.learns(night.team.ann)
    [known] = await shadows.find(night.house, school.carol.id)
    assert known.name == "Ann"
    with pytest.raises(NotFound):
        await shadows.remove(night.house, night.team.ann.id, known.shadow.id)

    await shadows.remove(night.house, school.carol.id, known.shadow.id)
    await night.trigger("Fire")

    assert await school.copies() == []
