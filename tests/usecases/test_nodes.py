"""Nodes: who lives, and who has not been heard of."""

from datetime import timedelta

from msgspec.structs import replace

from tests.night import Night
from tests.team import NOON
from tocsin.store.database import Database
from tocsin.usecases import nodes
from tocsin.usecases.nodes import Node

ONE = Node(id="P1", name="one", role="all", started_at=NOON, beat_at=NOON)


async def test_only_a_node_with_an_engine_counts_as_beating(database: Database) -> None:
    house = (await Night.falls(database)).house
    await nodes.beat(house, replace(ONE, role="api"))
    assert not await nodes.is_beating(house, NOON)

    await nodes.beat(house, replace(ONE, id="P2", role="engine"))
    assert await nodes.is_beating(house, NOON + timedelta(seconds=30))
    assert not await nodes.is_beating(house, NOON + timedelta(seconds=31))


async def test_a_beat_renews_and_a_silent_node_is_forgotten_after_a_day(
    database: Database,
) -> None:
    house = (await Night.falls(database)).house
    later = NOON + timedelta(days=1, seconds=1)
    await nodes.beat(house, ONE)
    await nodes.beat(house, replace(ONE, id="P2", started_at=later, beat_at=NOON))
    await nodes.beat(house, replace(ONE, id="P2", started_at=later, beat_at=later))

    [left] = await nodes.find(house)
    assert (left.id, left.started_at, left.beat_at) == ("P2", later, later)

    await nodes.leave(house, "P2")
    assert await nodes.find(house) == []
