"""The whole ladder: another provider, later tries, another way, another level; time by hand."""

import msgspec
import pytest
import sqlalchemy as sa
from prometheus_client import CollectorRegistry

from tests.night import Night
from tests.notebook import Notebook
from tests.talkers import Switchboard
from tests.team import METHODS
from tocsin.domain.people.user import ContactMethod
from tocsin.domain.reaching.channel import Delivery
from tocsin.domain.reaching.provider import Health
from tocsin.domain.response.incident import Incident
from tocsin.domain.response.sentences import sentence
from tocsin.engine.engine import Engine
from tocsin.store import tables
from tocsin.store.database import Database
from tocsin.store.reaching import providers as store
from tocsin.store.reaching.messages import MESSAGES
from tocsin.store.response import log_entries
from tocsin.usecases import work
from tocsin.usecases.reaching.paging import Bundle, compose
from tocsin.usecases.reaching.providers import Wish, change

LATER = Delivery(ok=False, detail="503 Service Unavailable", retry=True)
NEVER = Delivery(ok=False, detail="Unknown number.")
BROKE = Delivery(ok=False, detail="No credit.", is_our_fault=True)
SENT = Delivery(ok=True, detail="queued")


class Ladder:
    """Ann has an SMS, by whatever providers there are, and her e-mail, by a notebook."""

    def __init__(self, night: Night) -> None:
        self.night = night
        self.notebook = Notebook()
        self.board = Switchboard(night, self.notebook)
        self.engine = Engine(self.board.house, self.board.carrying, CollectorRegistry())

    async def begin(self, *types: str) -> list[ContactMethod]:
        """Set providers up, One and Two and so on; give Ann and Ben an SMS that is used first."""
        for type_, name in zip(types, ("One", "Two", "Three"), strict=False):
            await self.board.add(type_, name)
        team = self.night.team
        await self.night.sql(sa.delete(tables.notification_rules))
        numbers = ((team.ann, "5551111"), (team.ben, "5552222"))
        return [await self.night.give(user, "sms", number, minutes=0) for user, number in numbers]

    async def trigger(self) -> Incident:
        [incident] = await self.night.trigger("Disk full")
        return incident

    async def passes(self, **time: float) -> None:
        await self.engine.run_due(self.night.passes(**time))

    def sent(self, name: str) -> int:
        return len(self.board[name].sent)

    async def said(self, incident: Incident) -> list[str]:
        """What the timeline tells of pages and levels."""
        kinds = ("notify_log_entry", "escalate_log_entry")
        c = tables.log_entries.c
        where = (c.incident_id == incident.id, c.type.in_(kinds))
        async with self.night.database.read() as tx:
            entries = await log_entries.select(tx, where=where, order_by=(c.id,))
        names = {one.id: one.name for one in (self.night.team.ann, self.night.team.ben)}
        return [sentence(entry, names) for entry in entries]

    async def method(self, id_: str) -> ContactMethod:
        async with self.night.database.read() as tx:
            found = await METHODS.get(tx, id_)
        assert found is not None
        return found

    async def health(self, name: str) -> Health:
        id_ = self.board[name].provider.id
        async with self.night.database.read() as tx:
            return (await store.healths(tx, [id_])).get(id_, Health(id=id_))


@pytest.fixture
async def ladder(database: Database) -> Ladder:
    return Ladder(await Night.falls(database))


@pytest.mark.parametrize("failure", [LATER, NEVER, BROKE])
async def test_the_next_provider_is_asked_at_once(ladder: Ladder, failure: Delivery) -> None:
    await ladder.begin("fast", "fast")
    ladder.board["One"].answers = [failure]
    incident = await ladder.trigger()

    await ladder.passes()

    assert (ladder.sent("One"), ladder.sent("Two")) == (1, 1)
    assert await ladder.said(incident) == [
        "Could not notify Ann by SMS through One; another provider is asked",
        "Notified Ann by SMS through Two",
    ]
    statuses = [(n.carrier, n.status) for n in await ladder.night.notifications()]
    assert statuses == [("One", "retrying"), ("Two", "success")]
    assert await ladder.night.work() == []


async def test_after_all_providers_another_way_is_tried_at_once(ladder: Ladder) -> None:
    await ladder.begin("fast", "fast")
    ladder.board["One"].answers = [BROKE]
    ladder.board["Two"].answers = [NEVER]
    incident = await ladder.trigger()

    await ladder.passes()

    assert ladder.notebook.pages == [("ann@example.com", ["Disk full"])]
    assert await ladder.said(incident) == [
        "Could not notify Ann by SMS through One; another provider is asked",
        "Could not notify Ann by SMS through Two; another way is tried",
        "Notified Ann by e-mail",
    ]


async def test_when_no_way_is_left_the_next_level_is_paged_at_once(ladder: Ladder) -> None:
    await ladder.begin("fast")
    ladder.board["One"].answers = [NEVER, SENT]
    ladder.notebook.answer = lambda _: NEVER
    incident = await ladder.trigger()

    await ladder.passes()

    assert [address for _, address in ladder.board["One"].sent] == ["+15551111", "+15552222"]
    assert await ladder.said(incident) == [
        "Could not notify Ann by SMS through One; another way is tried",
        "Could not notify Ann by e-mail; the next level is paged",
        "Escalated to Ben: Nobody of the level before could be reached.",
        "Notified Ben by SMS through One",
    ]
    assert await ladder.night.alarms() == [
        "Ann was not told of incident #1: email failed and no other way is left; the next level is"
        " paged now. Unknown number."
    ]


async def test_the_last_level_is_left_to_its_time(ladder: Ladder) -> None:
    await ladder.begin("fast")
    ladder.board["One"].answers = [NEVER]
    ladder.notebook.answer = lambda _: NEVER
    await ladder.trigger()

    await ladder.passes()

    [incident] = await ladder.night.incidents()
    assert (incident.level, incident.exhausted) == (1, False)
    assert len(await ladder.night.alarms()) == 2


async def test_a_level_of_which_somebody_is_reached_waits_for_them(ladder: Ladder) -> None:
    await ladder.begin("fast")
    incident = await ladder.trigger()
    await ladder.passes()
    ladder.board["One"].answers = [NEVER]
    ladder.notebook.answer = lambda _: NEVER
    await page_again(ladder, incident)

    await ladder.passes()

    assert len(await ladder.said(incident)) == 3
    assert await ladder.night.alarms() == []


async def page_again(ladder: Ladder, incident: Incident, *, tried: str = "OTHER") -> None:
    """Plan one more page to Ann, after another way was tried, and keep the timers away."""
    await ladder.night.sql(sa.delete(tables.work))
    async with ladder.night.database.read() as tx:
        [method] = await METHODS.select(tx, METHODS.c.address == "5551111")
    now = ladder.night.now
    values = {"lane": "sms", "kind": "notify", "due": now, "planned_for": now}
    values |= {"incident_id": incident.id, "generation": incident.generation}
    values |= {"payload": {"tried": [tried]}}
    values |= {"user_id": ladder.night.team.ann.id, "contact_method_id": method.id}
    await ladder.night.sql(sa.insert(tables.work).values(values))


async def test_all_providers_are_asked_again_less_and_less_often(ladder: Ladder) -> None:
    await ladder.begin("fast", "fast")
    ladder.board["One"].answers = ladder.board["Two"].answers = [LATER]
    await ladder.trigger()
    counts = []

    await ladder.passes()
    for seconds in (4, 1, 9, 1, 19, 1):
        await ladder.passes(seconds=seconds)
        counts.append((ladder.sent("One"), ladder.sent("Two")))

    assert counts == [(1, 1), (2, 2), (2, 2), (3, 3), (3, 3), (4, 4)]
    assert ladder.notebook.pages == []


async def test_after_a_minute_another_way_is_tried_as_well_and_only_once(ladder: Ladder) -> None:
    await ladder.begin("fast")
    ladder.board["One"].answers = [LATER]
    incident = await ladder.trigger()

    for _ in range(11):
        await ladder.passes(seconds=5)
    assert ladder.notebook.pages == []
    for _ in range(48):
        await ladder.passes(seconds=5)

    assert ladder.notebook.pages == [("ann@example.com", ["Disk full"])]
    assert ladder.sent("One") == 8
    assert await ladder.said(incident) == [
        "Could not notify Ann by SMS through One; another way is tried",
        "Notified Ann by e-mail",
    ]


async def test_whoever_got_a_page_in_the_end_is_not_complained_about(ladder: Ladder) -> None:
    await ladder.begin("fast")
    ladder.board["One"].answers = [LATER] * 6 + [SENT]
    await ladder.trigger()

    for _ in range(40):
        await ladder.passes(seconds=5)

    assert ladder.notebook.pages == [("ann@example.com", ["Disk full"])]
    assert await ladder.night.work() == []
    assert await ladder.night.alarms() == []


@pytest.mark.parametrize("course", ["acknowledged", "resolved", "reassigned"])
async def test_what_nobody_wants_any_more_is_not_tried_again(ladder: Ladder, course: str) -> None:
    await ladder.begin("fast", "fast")
    ladder.board["One"].answers = ladder.board["Two"].answers = [LATER]
    incident = await ladder.trigger()
    await ladder.passes()

    wanted = {"reassigned": {"assignees": (ladder.night.team.ben.id,)}}
    await ladder.night.amend(incident, **wanted.get(course, {"status": course}))
    await ladder.passes(minutes=4)

    told = [address for name in ("One", "Two") for _, address in ladder.board[name].sent]
    assert told.count("+15551111") == 2


async def test_what_was_acknowledged_while_it_was_leased_is_not_sent(ladder: Ladder) -> None:
    await ladder.begin("fast", "fast")
    incident = await ladder.trigger()
    leased = await work.lease(ladder.board.house, "sms", ladder.night.now, limit=10)
    await ladder.night.acknowledge(incident)

    bundle = await compose(ladder.board.house, leased, ladder.night.now)

    assert bundle.message is None
    async with ladder.night.database.read() as tx:
        assert await MESSAGES.select(tx) == []


async def test_a_fault_of_an_address_is_remembered_until_it_works(ladder: Ladder) -> None:
    sms, _ = await ladder.begin("fast")
    ladder.board["One"].answers = [NEVER, SENT]
    incident = await ladder.trigger()
    await ladder.passes()
    faulty = await ladder.method(sms.id)
    await page_again(ladder, incident)
    await ladder.passes()

    assert (faulty.fault, faulty.fault_at) == ("Unknown number.", ladder.night.now)
    assert (await ladder.method(sms.id)).fault is None


@pytest.mark.parametrize("failure", [LATER, BROKE])
async def test_a_fault_of_a_provider_is_none_of_the_address(
    ladder: Ladder, failure: Delivery
) -> None:
    sms, _ = await ladder.begin("fast")
    ladder.board["One"].answers = [failure]
    await ladder.trigger()

    await ladder.passes()

    assert (await ladder.method(sms.id)).fault is None
    assert (await ladder.health("One")).failures == 1


async def test_a_provider_that_fails_rests_and_is_probed_by_one_message(ladder: Ladder) -> None:
    await ladder.begin("fast", "fast")
    keys = await ladder.night.crowd(6)
    ladder.board["One"].answers = [LATER]
    await _page_the_crowd(ladder, keys, "P0", "P1", "P2")
    assert ladder.sent("One") == 3

    await _page_the_crowd(ladder, keys, "P3")
    assert ladder.sent("One") == 3  # it rests
    ladder.night.passes(seconds=15)
    leased = await work.lease(ladder.board.house, "sms", ladder.night.now, limit=10)
    assert leased == []
    bundles = [await _composed(ladder, keys, name) for name in ("P4", "P5")]

    assert [one.provider.name for one in bundles if one.provider] == ["One", "Two"]


async def _page_the_crowd(ladder: Ladder, keys: dict[str, str], *names: str) -> None:
    for name in names:
        await _give_sms(ladder, name)
        await ladder.night.trigger(f"Trouble of {name}", key=keys[name])
    await ladder.passes()


async def _give_sms(ladder: Ladder, name: str) -> None:
    async with ladder.night.database.read() as tx:
        query = sa.select(tables.users.c.id).where(tables.users.c.name == name)
        user_id = (await tx.execute(query)).scalar_one()
    await ladder.night.sql(
        sa.delete(tables.notification_rules).where(tables.notification_rules.c.user_id == user_id)
    )
    user = msgspec.structs.replace(ladder.night.team.ann, id=user_id)
    await ladder.night.give(user, "sms", f"556{name[1:]}000", minutes=0)


async def _composed(ladder: Ladder, keys: dict[str, str], name: str) -> Bundle:
    await _give_sms(ladder, name)
    await ladder.night.trigger(f"Trouble of {name}", key=keys[name])
    leased = await work.lease(ladder.board.house, "sms", ladder.night.now, limit=1)
    return await compose(ladder.board.house, leased, ladder.night.now)


async def test_a_provider_that_is_well_again_is_asked_first_again(ladder: Ladder) -> None:
    await ladder.begin("fast", "fast")
    ladder.board["One"].answers = [LATER, SENT]
    incident = await ladder.trigger()
    await ladder.passes()
    await page_again(ladder, incident)
    await ladder.passes()

    health = await ladder.health("One")
    assert (health.failures, health.last_ok_at) == (0, ladder.night.now)
    assert health.last_detail == "503 Service Unavailable"


async def test_a_success_writes_nothing_about_a_provider_that_is_well(ladder: Ladder) -> None:
    await ladder.begin("fast")
    await ladder.trigger()

    await ladder.passes()

    assert (await ladder.health("One")).last_ok_at is None


async def test_who_is_disabled_is_not_asked(ladder: Ladder) -> None:
    await ladder.begin("fast", "fast")
    one = ladder.board["One"].provider
    await change(ladder.board.house, one.id, Wish(is_disabled=True), ladder.night.now)
    await ladder.trigger()

    await ladder.passes()

    assert (ladder.sent("One"), ladder.sent("Two")) == (0, 1)


async def test_an_answer_during_the_call_is_done(ladder: Ladder) -> None:
    await ladder.begin()
    await ladder.board.add("call", "Line")
    await ladder.night.give(ladder.night.team.ann, "phone", "5553333", minutes=0)
    ladder.board["Line"].answers = [
        Delivery(ok=True, detail="answered", is_received=True, answer="acknowledge")
    ]
    incident = await ladder.trigger()

    await ladder.passes()

    [after] = await ladder.night.incidents()
    called = [n for n in await ladder.night.notifications() if n.kind == "phone"]
    assert after.status == "acknowledged"
    assert [n.receipt for n in called] == ["delivered"]
    assert "Notified Ann by phone through Line" in await ladder.said(incident)
