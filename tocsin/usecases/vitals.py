"""Vital signs of the installation, for people: what there is, and what is wrong with it."""

import asyncio
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from typing import Final

import msgspec

from tocsin import __version__
from tocsin.domain.reaching.paging import EMAIL
from tocsin.store import nodes as node_store
from tocsin.store import vitals as store
from tocsin.store.nodes import Node
from tocsin.store.vitals import Counts, Lane, Shape, Way
from tocsin.usecases.house import House
from tocsin.usecases.nodes import SILENT_AFTER, WITH_ENGINE

__all__ = ["Lane", "Vitals", "Way", "count", "examine", "troubles"]

DAY: Final = timedelta(days=1)
HOUR: Final = timedelta(hours=1)
LATE: Final = timedelta(minutes=1)  # by which work may be late before somebody should look
FAILING: Final = 3  # failures in an hour that are more than bad luck
CROWDED: Final = 1000  # events that wait

NO_MAIL: Final = (
    "E-mail is not set up: nobody can be told by e-mail. Add a mail server at Settings, Providers,"
    " or set TOCSIN_SMTP_URL."
)


class Member(msgspec.Struct, frozen=True, kw_only=True):
    """A node, and whether it has been silent for too long."""

    node: Node
    is_silent: bool


class Channel(msgspec.Struct, frozen=True, kw_only=True):
    """A way to reach people: whether this node can use it, and how it did in the last day."""

    way: Way
    is_set_up: bool


class Vitals(msgspec.Struct, frozen=True, kw_only=True):
    """The figures of one moment. ``waiting`` events have arrived at this node and are not stored.

    ``latency`` is how many milliseconds the database took to answer.
    """

    version: str
    now: datetime
    database: Shape
    latency: float
    is_embedded: bool
    members: Sequence[Member]
    lanes: Sequence[Lane]
    channels: Sequence[Channel]
    counts: Counts
    waiting: int


async def examine(house: House, now: datetime) -> Vitals:
    """Read the figures."""
    async with house.database.read() as tx:
        asked = asyncio.get_running_loop().time()
        database = await store.shape(tx)
        latency = (asyncio.get_running_loop().time() - asked) * 1000
        nodes = await node_store.select(tx)
        lanes = await store.lanes(tx, now)
        ways = await store.ways(tx, since=now - DAY, lately=now - HOUR)
        counts = await store.counts(tx, now - DAY)
    return Vitals(
        version=__version__,
        now=now,
        database=database,
        latency=latency,
        is_embedded=house.settings.given("database_url") is None,
        members=[Member(node=n, is_silent=now - n.beat_at > SILENT_AFTER) for n in nodes],
        lanes=lanes,
        channels=[
            Channel(way=ways.get(kind) or Way(kind=kind), is_set_up=kind in house.ways)
            for kind in dict.fromkeys((*house.kinds, *ways))
            if kind in house.ways or kind in ways
        ],
        counts=counts,
        waiting=house.waiting(),
    )


async def count(house: House, now: datetime) -> Counts:
    """Count what arrived for administrators in the last day."""
    async with house.database.read() as tx:
        return await store.counts(tx, now - DAY)


def troubles(vitals: Vitals) -> Iterator[str]:
    """Say in sentences what somebody should see to, the worst first."""
    beating = [member.node.role for member in vitals.members if not member.is_silent]
    if not WITH_ENGINE & set(beating):
        yield "No node does due work: nobody is paged. Start a node with TOCSIN_ROLE engine or all."
    yield from _late(vitals)
    yield from (
        f"Node {member.node.name} has been silent for more than {SILENT_AFTER.seconds} seconds."
        for member in vitals.members
        if member.is_silent
    )
    yield from _failing(vitals)
    if vitals.waiting >= CROWDED:
        yield f"{vitals.waiting} events wait to be stored: the database is too slow for them."


def _late(vitals: Vitals) -> Iterator[str]:
    for lane in vitals.lanes:
        if lane.oldest and vitals.now - lane.oldest > LATE:
            minutes = (vitals.now - lane.oldest) // timedelta(minutes=1)
            yield f"Work in the lane {lane.name} is late: the oldest was due {minutes} min ago."


def _failing(vitals: Vitals) -> Iterator[str]:
    kinds = {channel.way.kind for channel in vitals.channels if channel.is_set_up}
    if EMAIL not in kinds:
        yield NO_MAIL
    for channel in vitals.channels:
        way = channel.way
        if way.failed_lately >= FAILING:
            times = f"{way.failed_lately} times in the last hour"
            yield f"The channel {way.kind} failed {times}: {way.detail}"
