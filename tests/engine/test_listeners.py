"""Listeners: one node listens to each provider that is asked, as long as it is as it is."""

import asyncio
from collections.abc import AsyncIterator

import pytest
from prometheus_client import CollectorRegistry

from tests.engine.test_running import until
from tests.night import Night
from tests.talkers import Ear, Switchboard, Talker, acknowledging, receipt
from tocsin.channels.asking import Undelivered
from tocsin.domain.reaching.channel import Delivery
from tocsin.domain.reaching.provider import Health, Provider
from tocsin.engine import listeners as engine
from tocsin.engine.carrying import Carrying
from tocsin.engine.engine import Engine
from tocsin.engine.listeners import Listeners
from tocsin.engine.meters import Meters
from tocsin.store.database import Database
from tocsin.usecases.reaching import providers
from tocsin.usecases.reaching.providers import Wish

SOON = 0.01


class Office:
    """A house with ears, and what listens by them."""

    def __init__(self, board: Switchboard) -> None:
        self.board = board
        self.ears: list[Ear] = []
        board.carrying = Carrying((), self._make)
        self.registry = CollectorRegistry()
        meters = Meters(self.registry, ())
        self.listeners = Listeners(board.house, board.carrying, meters, look_again=SOON)

    def _make(self, provider: Provider) -> Talker:
        if provider.type != "fast":
            return Talker(provider)
        self.ears.append(Ear(provider))
        return self.ears[-1]


@pytest.fixture
async def office(database: Database, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Office]:
    monkeypatch.setattr(engine, "FIRST_PAUSE", SOON)
    office = Office(Switchboard(await Night.falls(database)))
    serving = asyncio.create_task(office.listeners.serve())
    yield office
    serving.cancel()
    await asyncio.gather(serving, return_exceptions=True)
    assert [ear.listeners for ear in office.ears] == [0] * len(office.ears)


async def test_what_is_heard_is_done(office: Office) -> None:
    board, night = office.board, office.board.night
    await board.add("fast", "One")
    await board.add("sure", "Deaf")
    await night.give(night.team.ann, "sms", "5551234", minutes=0)
    await night.trigger("Disk full")
    await Engine(board.house, board.carrying, CollectorRegistry()).run_due(night.now)
    [(message, _)] = office.ears[0].sent

    office.ears[0].queue.put_nowait(acknowledging(message.token))
    office.ears[0].queue.put_nowait(receipt("One-1", "read"))
    await until(lambda: office.ears[0].queue.empty() and bool(office.ears[0].told))

    assert [upshot.sentence for upshot in office.ears[0].told] == ["Acknowledged: #1 Disk full."]
    labels = {"provider": "fast", "outcome": "heard"}
    assert office.registry.get_sample_value("tocsin_heard_total", labels)


async def test_a_connection_that_breaks_is_made_again(office: Office) -> None:
    await office.board.add("fast", "One")
    await until(lambda: office.ears[0].listeners == 1)

    for _ in range(2):
        office.ears[0].queue.put_nowait(ConnectionError("gone"))
    await until(lambda: office.ears[0].times == 3)

    labels = {"provider": "fast", "outcome": "broken"}
    assert office.registry.get_sample_value("tocsin_heard_total", labels) == 2


@pytest.mark.parametrize(
    ("fault", "why"),
    [
        (ConnectionError("10.0.0.1"), "it cannot be reached"),
        (Undelivered(Delivery(ok=False, detail="503", retry=True)), "it cannot be reached"),
        (
            Undelivered(Delivery(ok=False, detail="401", is_our_fault=True)),
            "it refuses to be asked",
        ),
        (ValueError("token 123:secret is wrong"), "it refuses to be asked"),
    ],
)
async def test_who_cannot_be_asked_for_long_is_an_alarm_once(
    office: Office, monkeypatch: pytest.MonkeyPatch, fault: Exception, why: str
) -> None:
    monkeypatch.setattr(engine, "LONGEST_PAUSE", SOON)
    await office.board.add("fast", "One")
    await until(lambda: office.ears[0].listeners == 1)

    for _ in range(engine.TOLD_AFTER + 2):
        office.ears[0].queue.put_nowait(fault)
    await until(lambda: office.ears[0].times == engine.TOLD_AFTER + 3)

    told = f"Answers and receipts by One are not heard: {why}. See its settings."
    assert await office.board.night.alarms() == [told]


async def test_what_is_not_heard_is_seen_on_all_nodes_until_something_is_heard(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(engine, "LONGEST_PAUSE", SOON)
    provider = await office.board.add("fast", "One")
    began = office.board.house.clock()
    await until(lambda: office.ears[0].listeners == 1)

    await broken_off(office, ValueError("token 123:secret is wrong"))
    health = await health_of(office, provider)
    assert (health.unheard_since, health.unheard_why) == (began, "it refuses to be asked")

    office.board.night.passes(minutes=5)
    office.ears[0].queue.put_nowait(ConnectionError("gone"))
    await until(lambda: office.ears[0].times == engine.TOLD_AFTER + 2)
    health = await health_of(office, provider)
    assert (health.unheard_since, health.unheard_why) == (began, "it cannot be reached")

    office.ears[0].queue.put_nowait(receipt("One-1", "read"))
    await until_heard(office, provider)


async def test_a_connection_that_lasts_is_heard_again(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(engine, "LONGEST_PAUSE", SOON)
    provider = await office.board.add("fast", "One")
    await until(lambda: office.ears[0].listeners == 1)
    await broken_off(office, ConnectionError("gone"))
    assert (await health_of(office, provider)).unheard_since

    monkeypatch.setattr(engine, "STEADY", SOON)
    office.ears[0].queue.put_nowait(ConnectionError("gone"))

    await until_heard(office, provider)


async def broken_off(office: Office, fault: Exception) -> None:
    """Let a connection break until administrators are told."""
    before = office.ears[0].times
    for _ in range(engine.TOLD_AFTER):
        office.ears[0].queue.put_nowait(fault)
    await until(lambda: office.ears[0].times == before + engine.TOLD_AFTER)


async def health_of(office: Office, provider: Provider) -> Health:
    return (await providers.get(office.board.house, provider.id)).health


async def until_heard(office: Office, provider: Provider) -> None:
    async with asyncio.timeout(5):
        while (await health_of(office, provider)).unheard_since:  # noqa: ASYNC110 - only looked at
            await asyncio.sleep(SOON)


async def test_a_changed_provider_is_listened_to_as_it_is_now(office: Office) -> None:
    provider = await office.board.add("fast", "One")
    await until(lambda: office.ears[0].listeners == 1)

    wish, house = Wish(settings={"secret": "another"}), office.board.house
    await providers.change(house, provider.id, wish, house.clock())
    await until(lambda: len(office.ears) == 2 and office.ears[1].listeners == 1)

    assert office.ears[0].listeners == 0


@pytest.mark.parametrize("ends", ["removed", "disabled"])
async def test_who_is_gone_is_not_listened_to(office: Office, ends: str) -> None:
    provider = await office.board.add("fast", "One")
    await until(lambda: office.ears[0].listeners == 1)

    house = office.board.house
    if ends == "removed":
        await providers.remove(house, provider.id)
    else:
        await providers.change(house, provider.id, Wish(is_disabled=True), house.clock())
    await until(lambda: office.ears[0].listeners == 0)


async def test_only_one_node_listens(office: Office) -> None:
    await office.board.add("fast", "One")
    await until(lambda: office.ears[0].listeners == 1)
    other = Office(office.board)

    await other.listeners.serve()

    assert other.ears == []


@pytest.mark.parametrize("ends", ["removed", "disabled"])
async def test_who_is_gone_is_not_believed_before_that_is_noticed(
    office: Office, ends: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    provider = await office.board.add("fast", "One")
    await until(lambda: office.ears[0].listeners == 1)
    monkeypatch.setattr(office.listeners, "_look_again", 60.0)
    await asyncio.sleep(3 * SOON)

    house = office.board.house
    if ends == "removed":
        await providers.remove(house, provider.id)
    else:
        await providers.change(house, provider.id, Wish(is_disabled=True), house.clock())
    office.ears[0].queue.put_nowait(acknowledging("foreign"))
    await until(lambda: office.ears[0].times == 2)

    assert office.ears[0].told == []
