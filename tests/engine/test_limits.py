"""Limits of providers: what they have no room for goes by others, or waits, and is never lost."""

import asyncio

import msgspec
import pytest
import sqlalchemy as sa
from prometheus_client import CollectorRegistry

from tests.night import Night
from tests.notebook import Notebook
from tests.talkers import Switchboard
from tests.team import METHODS
from tocsin.domain.reaching.channel import Delivery
from tocsin.domain.response.incident import Incident
from tocsin.domain.response.sentences import sentence
from tocsin.engine.engine import Engine
from tocsin.store import tables
from tocsin.store.database import Database
from tocsin.store.people.users import USERS
from tocsin.store.reaching.limits import Traffic
from tocsin.usecases import work
from tocsin.usecases.reaching import limits, proofs, providers
from tocsin.usecases.reaching.limits import Burden
from tocsin.usecases.reaching.paging import compose
from tocsin.usecases.reaching.providers import Wish

REASON = "One carries at most 2 messages a minute."


class Crowd:
    """Some people who are paged by SMS, and mailed at their login address if that fails."""

    def __init__(self, night: Night) -> None:
        self.night = night
        self.notebook = Notebook()
        self.board = Switchboard(night, self.notebook)
        self.engine = Engine(self.board.house, self.board.carrying, CollectorRegistry())
        self.keys: dict[str, str] = {}

    async def come(self, size: int) -> None:
        """Let so many people be on call, each for a service of their own."""
        self.keys = await self.night.crowd(size)
        await self.night.sql(sa.delete(tables.contact_methods))
        async with self.night.database.read() as tx:
            people = await USERS.select(tx, USERS.c.name.in_(self.keys))
        for person in people:
            number = person.name.removeprefix("P").zfill(4)
            await self.night.give(person, "sms", f"555{number}", minutes=0)

    async def add(self, name: str, most: int | None) -> None:
        """Set a provider up."""
        provider = await self.board.add("fast", name)
        await self.limit(provider.id, most)

    async def limit(self, provider_id: str, most: int | None) -> None:
        wish = Wish(most_per_minute=most)
        await providers.change(self.board.house, provider_id, wish, self.night.now)

    async def trigger(self, *names: str, title: str = "Down") -> None:
        """Let something be wrong at the services of these people, or of all."""
        for name in names or self.keys:
            await self.night.trigger(f"{title} {name}", key=self.keys[name])

    async def passes(self, **time: float) -> None:
        await self.engine.run_due(self.night.passes(**time))

    def told(self, name: str = "One") -> list[list[str]]:
        """The incidents of each message that a provider was given."""
        sent = self.board[name].sent
        return [[one.title for one in message.incidents] for message, _ in sent]

    async def burden(self) -> Burden:
        house, [known, *_] = self.board.house, await providers.find(self.board.house)
        found = await limits.burdens(house, [known.provider], self.night.now)
        return found[known.provider.id]

    async def said(self, incident: Incident) -> list[tuple[str, str]]:
        """What the timeline tells of pages, and why."""
        entries = await self.night.told(incident)
        names = {entry.details["user"]: "Ann" for entry in entries}
        return [(sentence(one, names), one.details.get("reason", "")) for one in entries]


@pytest.fixture
async def crowd(database: Database) -> Crowd:
    return Crowd(await Night.falls(database))


async def test_beyond_the_limit_the_next_provider_is_asked(crowd: Crowd) -> None:
    await crowd.come(5)
    await crowd.add("One", 2)
    await crowd.add("Two", None)

    await crowd.trigger()
    await crowd.passes()

    assert (len(crowd.told("One")), len(crowd.told("Two"))) == (2, 3)


async def test_without_another_the_rest_waits_for_its_turn_and_nobody_is_forgotten(
    crowd: Crowd,
) -> None:
    await crowd.come(5)
    await crowd.add("One", 2)
    await crowd.trigger()

    counts = []
    for seconds in (0, 59, 1, 59, 1):
        await crowd.passes(seconds=seconds)
        counts.append(len(crowd.told()))

    assert counts == [2, 2, 4, 4, 5]
    assert sorted(titles for [titles] in crowd.told()) == [f"Down P{n}" for n in range(5)]
    assert await crowd.night.work() == []


async def test_what_gathers_for_an_address_meanwhile_is_told_together(crowd: Crowd) -> None:
    await crowd.come(3)
    await crowd.add("One", 2)
    await crowd.trigger("P0", "P1")
    await crowd.passes()
    await crowd.trigger("P2")
    await crowd.passes(seconds=10)
    await crowd.trigger("P2", title="Slow")
    await crowd.passes(seconds=10)
    await crowd.trigger("P2", title="Full")
    await crowd.passes(seconds=10)
    assert len(crowd.told()) == 2

    await crowd.passes(seconds=30)

    assert crowd.told()[2:] == [["Down P2", "Slow P2", "Full P2"]]
    assert await crowd.night.work() == []


async def test_the_timeline_tells_of_the_wait_once_and_of_the_other_way(crowd: Crowd) -> None:
    await crowd.come(5)
    await crowd.add("One", 2)
    await crowd.trigger()

    for seconds in (0, *[10] * 12):
        await crowd.passes(seconds=seconds)

    said = [await crowd.said(incident) for incident in await crowd.night.incidents()]
    assert sorted(said, key=len) == [
        [("Notified Ann by SMS through One", "")],
        [("Notified Ann by SMS through One", "")],
        [("Could not yet notify Ann by SMS", REASON), ("Notified Ann by SMS through One", "")],
        [("Could not yet notify Ann by SMS", REASON), ("Notified Ann by SMS through One", "")],
        [
            ("Could not yet notify Ann by SMS", REASON),
            ("Could not yet notify Ann by SMS; another way is tried", REASON),
            ("Notified Ann by e-mail", ""),
            ("Notified Ann by SMS through One", ""),
        ],
    ]


async def test_a_page_that_waits_for_five_minutes_is_an_alarm_once(crowd: Crowd) -> None:
    await crowd.come(15)
    await crowd.add("One", 1)
    await crowd.trigger()

    for _ in range(9):
        await crowd.passes(minutes=1)

    alarms = [one for one in await crowd.night.alarms() if "wait" in one]
    assert alarms == [
        "Pages by SMS wait for more than five minutes: One carries at most one message a minute."
    ]
    assert len(crowd.notebook.pages) == 14


async def test_who_was_told_lately_lets_others_go_first(crowd: Crowd) -> None:
    await crowd.come(4)
    await crowd.add("One", 2)
    await crowd.trigger("P0", "P1")
    await crowd.passes()
    await crowd.trigger("P0", "P1", title="Slow")
    await crowd.passes(seconds=5)
    await crowd.trigger("P2", "P3")

    await crowd.passes(seconds=10)
    await crowd.passes(seconds=45)

    assert sorted(crowd.told()[2:]) == [["Down P2"], ["Down P3"]]
    await crowd.passes(seconds=60)
    assert sorted(crowd.told()[4:]) == [["Slow P0"], ["Slow P1"]]


async def test_whoever_has_waited_longest_goes_first(crowd: Crowd) -> None:
    await crowd.come(9)
    await crowd.add("One", 1)
    for name in crowd.keys:
        await crowd.trigger(name)
        await crowd.passes(seconds=1)

    for _ in range(9 * 12):
        await crowd.passes(seconds=5)

    assert crowd.told() == [[f"Down {name}"] for name in crowd.keys]


async def test_nodes_that_choose_at_the_same_time_do_not_exceed_it_together(crowd: Crowd) -> None:
    await crowd.come(8)
    await crowd.add("One", 3)
    await crowd.trigger()
    house, now = crowd.board.house, crowd.night.now
    leased = [await work.lease(house, "sms", now, limit=1) for _ in crowd.keys]

    bundles = await asyncio.gather(*(compose(house, one, now) for one in leased))

    assert sorted(bundle.choice.waits for bundle in bundles) == [False] * 3 + [True] * 5


async def test_a_higher_limit_lets_those_go_at_once_who_wait(crowd: Crowd) -> None:
    await crowd.come(5)
    await crowd.add("One", 1)
    await crowd.trigger()
    await crowd.passes()
    assert await crowd.burden() == Burden(Traffic(1, 1), 4)

    crowd.night.passes(seconds=10)
    await crowd.limit(crowd.board["One"].provider.id, 3)
    await crowd.passes()
    assert await crowd.burden() == Burden(Traffic(3, 3), 2)

    await crowd.limit(crowd.board["One"].provider.id, None)
    await crowd.passes(seconds=1)
    assert await crowd.burden() == Burden(Traffic(5, 5), 0)


async def test_a_lower_limit_counts_what_has_left_already(crowd: Crowd) -> None:
    await crowd.come(6)
    await crowd.add("One", 4)
    await crowd.trigger("P0", "P1", "P2", "P3")
    await crowd.passes()

    await crowd.limit(crowd.board["One"].provider.id, 1)
    await crowd.trigger("P4", "P5")
    counts = []
    for seconds in (1, 58, 1, 59, 1):
        await crowd.passes(seconds=seconds)
        counts.append((await crowd.burden()).given.hour)

    assert counts == [4, 4, 5, 5, 6]


async def test_another_provider_lets_those_go_who_wait(crowd: Crowd) -> None:
    await crowd.come(3)
    await crowd.add("One", 1)
    await crowd.trigger()
    await crowd.passes()

    await crowd.add("Two", None)
    await crowd.passes(seconds=1)

    assert (len(crowd.told("One")), len(crowd.told("Two"))) == (1, 2)


async def test_what_is_acknowledged_while_it_waits_is_not_told(crowd: Crowd) -> None:
    await crowd.come(3)
    await crowd.add("One", 1)
    await crowd.trigger()
    await crowd.passes()

    await crowd.night.acknowledge(*await crowd.night.incidents())
    await crowd.passes(minutes=1)

    assert len(crowd.told()) == 1
    assert (await crowd.burden()).waiting == 0
    assert await crowd.night.work() == []


async def test_no_other_kind_waits(crowd: Crowd) -> None:
    await crowd.come(3)
    await crowd.add("One", 1)
    await crowd.board.add("call", "Two")
    ann = crowd.night.team.ann
    await crowd.night.give(ann, "phone", "5550000", minutes=0)
    await crowd.trigger()
    await crowd.night.trigger("Disk full")

    await crowd.passes()

    assert (len(crowd.told("One")), crowd.told("Two")) == (1, [["Disk full"]])


async def test_after_a_failure_what_is_full_is_waited_for(crowd: Crowd) -> None:
    await crowd.come(2)
    await crowd.add("One", 1)
    await crowd.add("Two", None)
    crowd.board["Two"].answers = [Delivery(ok=False, detail="503", retry=True)]
    await crowd.trigger()
    await crowd.passes()
    assert (len(crowd.told("One")), len(crowd.told("Two"))) == (1, 1)

    await crowd.passes(seconds=60)

    assert (len(crowd.told("One")), len(crowd.told("Two"))) == (2, 1)


async def test_a_notice_waits_too(crowd: Crowd) -> None:
    await crowd.come(2)
    await crowd.add("One", 1)
    await crowd.trigger("P0")
    await crowd.passes()
    async with crowd.night.database.read() as tx:
        [method] = await METHODS.select(tx, METHODS.c.address == "5550001")

    house = msgspec.structs.replace(crowd.board.house, channels=frozenset({"sms"}))
    await proofs.send_trial(house, method.user_id, method.id, crowd.night.now)
    for seconds in (0, 59, 20):
        await crowd.passes(seconds=seconds)

    assert len(crowd.told()) == 2
    [_, first, *_] = await crowd.night.notifications()
    assert (first.status, first.detail) == (
        "retrying",
        "One carries at most one message a minute.",
    )
