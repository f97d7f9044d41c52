"""Notices that do not get through: those that matter go another way, the others stay at theirs."""

import pytest
import sqlalchemy as sa
from prometheus_client import CollectorRegistry

from tests.night import Night
from tests.notebook import Notebook
from tests.talkers import Switchboard, receipt
from tocsin.domain.people.user import ContactMethod
from tocsin.domain.reaching.channel import Delivery
from tocsin.domain.reaching.hearing import Heard
from tocsin.domain.reaching.message import MessageKind, Notice, Purpose
from tocsin.domain.response.sentences import sentence
from tocsin.engine.engine import Engine
from tocsin.store import tables
from tocsin.store.database import Database
from tocsin.usecases.reaching import hearing, notices
from tocsin.usecases.response import responder_requests
from tocsin.usecases.response.incidents import by_hand
from tocsin.usecases.response.responder_requests import Call, Whom

LATER = Delivery(ok=False, detail="503 Service Unavailable", retry=True)
NEVER = Delivery(ok=False, detail="Unknown number.")
BROKE = Delivery(ok=False, detail="No credit.", is_our_fault=True)
MACHINE = Delivery(ok=False, detail="Nobody pressed a key.", retry=True, is_unproven=True)
OTHERS: list[MessageKind] = ["trial", "code", "awake", "status_update"]


class Town:
    """Ann is told by SMS, and has an e-mail address; providers are added as needed."""

    def __init__(self, night: Night, method: ContactMethod) -> None:
        self.night = night
        self.method = method
        self.notebook = Notebook()
        self.board = Switchboard(night, self.notebook)
        self.engine = Engine(self.board.house, self.board.carrying, CollectorRegistry())

    async def fails(self, *answers: Delivery) -> None:
        """Let the first provider answer so."""
        await self.board.add("fast", "One")
        self.board["One"].answers = list(answers)

    async def plans(self, kind: MessageKind, method: ContactMethod | None = None) -> None:
        """Plan a notice to Ann, and let it leave."""
        notice = Notice(schedule="Primary", code="123456", shift_at=self.night.now)
        async with self.night.database.begin() as tx:
            await notices.plan(
                tx,
                self.board.house,
                method or self.method,
                Purpose(kind=kind, notice=notice),
                self.night.now,
            )
        await self.passes()

    async def asks(self) -> str:
        """Ask Ann for help with an incident of her own, and return its id."""
        [incident] = await self.night.trigger("Disk full")
        await self.night.acknowledge(incident)
        call = Call(whom=(Whom("user", self.night.team.ann.id),), message="")
        house, by = self.board.house, by_hand(self.night.team.ben)
        await responder_requests.ask(house, incident.id, call, by, self.night.now)
        await self.passes()
        return incident.id

    async def passes(self, **time: float) -> None:
        await self.engine.run_due(self.night.passes(**time))

    async def hears(self, heard: Heard) -> None:
        provider = self.board["One"].provider
        await hearing.take(self.board.house, provider, heard, self.night.now)
        await self.passes()

    def sent(self, name: str) -> int:
        return len(self.board[name].sent)

    @property
    def mails(self) -> int:
        return len(self.notebook.pages)

    async def statuses(self) -> list[tuple[str, str]]:
        return [(one.kind, one.status) for one in await self.night.notifications()]

    async def log(self) -> list[str]:
        """What the timeline says of attempts."""
        [incident] = await self.night.incidents()
        entries = await self.night.told(incident)
        names = {self.night.team.ann.id: "Ann"}
        return [sentence(one, names) for one in entries if one.type == "notify_log_entry"]


@pytest.fixture
async def town(database: Database) -> Town:
    night = await Night.falls(database)
    await night.sql(sa.delete(tables.notification_rules))
    return Town(night, await night.give(night.team.ann, "sms", "5551111", minutes=0))


@pytest.mark.parametrize("failure", [NEVER, BROKE, MACHINE])
async def test_a_hand_off_goes_another_way(town: Town, failure: Delivery) -> None:
    await town.fails(failure)

    await town.plans("hand_off")

    assert (town.sent("One"), town.mails) == (1, 1)
    assert sorted(await town.statuses()) == [
        ("email", "success"),
        ("sms", "retrying" if failure is MACHINE else "failed"),
    ]


async def test_it_goes_another_way_if_nobody_carries_its_own(town: Town) -> None:
    method = await town.night.give(town.night.team.ann, "whatsapp", "5552222")
    await town.fails(NEVER)

    await town.plans("hand_off", method)

    assert (town.sent("One"), town.mails) == (1, 1)
    assert await town.night.work() == []


async def test_each_way_is_tried_once(town: Town) -> None:
    await town.fails(NEVER)
    town.notebook.answer = lambda _: NEVER

    await town.plans("hand_off")

    assert sorted(await town.statuses()) == [("email", "failed"), ("sms", "failed")]
    assert await town.night.work() == []


@pytest.mark.parametrize("kind", OTHERS)
@pytest.mark.parametrize("failure", [NEVER, MACHINE])
async def test_what_is_for_one_way_alone_stays_there(
    town: Town, kind: MessageKind, failure: Delivery
) -> None:
    await town.fails(failure)

    await town.plans(kind)

    assert await town.statuses() == [("sms", "failed")]
    assert await town.night.work() == []


@pytest.mark.parametrize("failure", [LATER, BROKE])
async def test_it_is_tried_again_until_it_is_too_late(town: Town, failure: Delivery) -> None:
    await town.fails(failure)

    await town.plans("code")
    for _ in range(20):
        await town.passes(minutes=1)

    assert town.sent("One") > 3
    assert (await town.statuses())[-1] == ("sms", "failed")
    assert (await town.night.work(), town.mails) == ([], 0)


async def test_a_hand_off_goes_another_way_when_it_lasts_too_long_and_only_once(
    town: Town,
) -> None:
    await town.fails(LATER)

    await town.plans("hand_off")
    at_first = town.mails
    for _ in range(20):
        await town.passes(minutes=1)

    assert (at_first, town.mails) == (0, 1)
    assert await town.night.work() == []


@pytest.mark.parametrize("kind", ["hand_off", "code"])
@pytest.mark.parametrize("failure", [LATER, NEVER, BROKE])
async def test_the_next_provider_is_asked_at_once(
    town: Town, kind: MessageKind, failure: Delivery
) -> None:
    await town.fails(failure)
    await town.board.add("fast", "Two")

    await town.plans(kind)

    assert (town.sent("One"), town.sent("Two"), town.mails) == (1, 1, 0)
    assert await town.statuses() == [("sms", "retrying"), ("sms", "success")]


async def test_a_provider_that_rests_is_not_asked_first(town: Town) -> None:
    await town.fails(LATER)
    await town.board.add("fast", "Two")
    for _ in range(3):
        await town.plans("code")
    asked = town.sent("One")

    await town.plans("hand_off")

    assert (asked, town.sent("One"), town.sent("Two")) == (3, 3, 4)


async def test_a_request_for_help_goes_another_way_and_the_timeline_tells(town: Town) -> None:
    await town.fails(NEVER)

    await town.asks()

    assert await town.log() == [
        "Could not notify Ann by SMS through One; another way is tried",
    ]
    assert town.notebook.pages == [("ann@example.com", ["Disk full"])]


@pytest.mark.parametrize(("kind", "mails"), [("hand_off", 1), ("code", 0)])
async def test_what_fails_after_all_goes_another_way_too(
    town: Town, kind: MessageKind, mails: int
) -> None:
    await town.fails(Delivery(ok=True, detail="queued"))
    await town.plans(kind)

    await town.hears(receipt("One-1", "failed", "Unknown number."))
    await town.hears(receipt("One-1", "failed", "Unknown number."))

    assert town.mails == mails


async def test_what_fails_very_late_goes_nowhere(town: Town) -> None:
    await town.fails(Delivery(ok=True, detail="queued"))
    await town.plans("hand_off")

    town.night.passes(hours=1, seconds=1)
    await town.hears(receipt("One-1", "failed"))

    assert town.mails == 0


async def test_what_failed_by_all_ways_is_not_sent_in_circles(town: Town) -> None:
    await town.fails(Delivery(ok=True, detail="queued"))
    await town.night.give(town.night.team.ann, "sms", "5552222")
    town.notebook.answer = lambda _: NEVER
    await town.plans("hand_off")

    for number in range(1, 5):
        await town.hears(receipt(f"One-{number}", "failed"))

    assert [address for _, address in town.board["One"].sent] == ["+15551111", "+15552222"]


@pytest.mark.parametrize("is_answered", [True, False])
async def test_a_request_that_fails_after_all_goes_another_way_unless_it_was_answered(
    town: Town, is_answered: bool
) -> None:
    await town.fails(Delivery(ok=True, detail="queued"))
    incident_id = await town.asks()
    told = town.mails
    if is_answered:
        by = by_hand(town.night.team.ann)
        await responder_requests.reply(
            town.board.house, incident_id, "declined", by, town.night.now
        )

    await town.hears(receipt("One-1", "failed", "Unknown number."))

    assert town.mails - told == (0 if is_answered else 1)
    lines = ["Could not notify Ann by SMS through One; another way is tried"]
    assert await town.log() == ([] if is_answered else lines)
