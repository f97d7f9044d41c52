"""The engine of a node: all lanes, the pace that pokes them, and what is done in between."""

import asyncio
import socket
from collections.abc import Callable, Coroutine, Iterable, Iterator, Sequence
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any, Final

import msgspec
from prometheus_client import CollectorRegistry

from tocsin.domain.machines.delivery import LANES
from tocsin.domain.reaching.channel import Channel
from tocsin.domain.work import LETTER, TIMER
from tocsin.engine.carrying import Carrying
from tocsin.engine.clockworks import CLOCKWORKS, Clockwork
from tocsin.engine.couriers import NO_COURIERS, Couriers
from tocsin.engine.dispatcher import Dispatcher
from tocsin.engine.listeners import Listeners
from tocsin.engine.lookout import Look, look_away
from tocsin.engine.loop import AT_ONCE, Lane, forever
from tocsin.engine.meters import Meters
from tocsin.engine.prober import Prober
from tocsin.engine.round_meters import RoundMeters
from tocsin.engine.tasks import SEND_TIMEOUT, tasks
from tocsin.kit.ids import new_id
from tocsin.usecases import nodes, work
from tocsin.usecases.errors import DatabaseAway
from tocsin.usecases.house import House
from tocsin.usecases.nodes import Node
from tocsin.usecases.reaching import providers

LONGEST_REST: Final = 5.0  # seconds, as all of these; a wake that got lost costs no more
SHORTEST_REST: Final = 0.02  # the database is asked no more often, however much arrives,
CROWDED_REST: Final = 0.1  # and less often while events wait at the door
DRAIN: Final = 7.0
LISTEN_AGAIN: Final = 5.0
TIDY_EVERY: Final = 150.0  # longer than any message is under way
BEAT_EVERY: Final = timedelta(seconds=5)


class Engine:
    """Does what is due. ``run`` serves until ``stop``.

    ``is_crowded`` says whether events wait to be stored; what goes out then goes more slowly.
    Tests call ``step`` or ``run_due`` instead, with an instant of their own.
    """

    def __init__(
        self,
        house: House,
        channels: Carrying | Iterable[Channel],
        registry: CollectorRegistry,
        is_crowded: Callable[[], bool] = lambda: False,
        *,
        couriers: Couriers = NO_COURIERS,
        look: Look = look_away,
    ) -> None:
        self._house = house
        self._is_crowded = is_crowded
        self._meters = Meters(registry, (TIMER, LETTER, *house.kinds, *LANES))
        self._dispatcher = Dispatcher(house, couriers, self._meters, is_crowded)
        self._prober = Prober(house, look, RoundMeters(registry))
        carrying = channels if isinstance(channels, Carrying) else Carrying(channels)
        self._lanes = {
            name: Lane(
                name,
                house,
                task,
                self._meters,
                is_crowded,
                timeout=_timeout(house, name),
                at_once=_at_once(house, name),
            )
            for name, task in tasks(house, carrying, self._meters).items()
        }
        self._carrying = carrying
        self._listeners = Listeners(house, carrying, self._meters)
        self._node = _node(house)
        self._woken = asyncio.Event()
        self._stopping = asyncio.Event()
        self._stopped = asyncio.Event()
        self._stopped.set()

    @property
    def count_heard(self) -> Callable[[str, str], None]:
        """Count what the provider of a type told, by what came of it."""
        return self._meters.heard

    def wake(self) -> None:
        """Look at once: something may have become due."""
        self._woken.set()

    async def run(self) -> None:
        """Serve until stopped or cancelled; what is on its way by then may still arrive."""
        self._stopped.clear()
        parts = [asyncio.create_task(part) for part in self._parts()]
        try:
            await self._stopping.wait()
        finally:
            await self._end(parts)
            self._stopped.set()

    def close(self) -> None:
        """Begin to stop: lease nothing more."""
        self._stopping.set()

    async def stop(self) -> None:
        """Let ``run`` end, and wait until it has."""
        self.close()
        await self._stopped.wait()

    async def step(self, now: datetime) -> int:
        """Run once all that is due at ``now``; return how much that was."""
        seen = await work.look(self._house, tuple(self._lanes), now)
        due = [self._lanes[lane.lane] for lane in seen if lane.now]
        done = sum([await lane.step(lambda: now) for lane in due])
        done += await self._prober.step(now)
        return done + await self._dispatcher.step(lambda: now)

    async def run_due(self, now: datetime) -> None:
        """Run what is due at ``now``, and what that makes due at ``now``, to the end."""
        while await self.step(now):
            pass

    def _parts(self) -> Iterator[Coroutine[Any, Any, None]]:
        wakes = (self.wake, self._dispatcher.poke, self._prober.poke)
        yield forever("listen", partial(work.listen, self._house, *wakes))
        yield forever("pace", self._pace)
        for lane in self._lanes.values():
            yield forever(lane.name, lane.serve)
        yield forever("dispatcher", self._dispatcher.serve)
        yield forever("prober", self._prober.serve)
        yield forever("basket", self._prober.hand_on)
        yield forever("listeners", self._listeners.serve, LISTEN_AGAIN)
        yield forever("carrying", self._tidy, TIDY_EVERY)
        for clockwork in CLOCKWORKS:
            yield forever(clockwork.name, partial(self._turn, clockwork), clockwork.every)

    async def _tidy(self) -> None:
        """Let the channels go of providers that were changed or removed."""
        known = await providers.find(self._house)
        await self._carrying.tidy({one.provider.id for one in known})

    async def _pace(self) -> None:
        while True:
            self._woken.clear()
            rest = await self._look(self._house.clock())
            await asyncio.sleep(CROWDED_REST if self._is_crowded() else SHORTEST_REST)
            with suppress(TimeoutError):
                async with asyncio.timeout(rest):
                    await self._woken.wait()

    async def _look(self, now: datetime) -> float:
        """Poke the lanes that have something to do; return how long to rest."""
        seen = await work.look(self._house, tuple(self._lanes), now)
        for lane in seen:
            if lane.now:
                self._lanes[lane.lane].poke()
        await self._beat(now)
        waits = [(lane.later - now).total_seconds() for lane in seen if lane.later]
        return min([LONGEST_REST, *waits])

    async def _beat(self, now: datetime) -> None:
        """Say that this node lives, as long as it looks for work."""
        self._meters.beat(now)
        if now - self._node.beat_at >= BEAT_EVERY:
            self._node = msgspec.structs.replace(self._node, beat_at=now)
            await nodes.beat(self._house, self._node)

    async def _turn(self, clockwork: Clockwork) -> None:
        await clockwork.turn(self._house, self._meters, self._house.clock())

    async def _end(self, parts: Sequence[asyncio.Task[None]]) -> None:
        with suppress(TimeoutError):
            async with asyncio.timeout(DRAIN):
                ending = [part.finish() for part in (self._dispatcher, self._prober)]
                ending += [lane.finish() for lane in self._lanes.values()]
                await asyncio.gather(*ending)
        for part in parts:
            part.cancel()
        await asyncio.gather(*parts, return_exceptions=True)
        with suppress(DatabaseAway):
            await nodes.leave(self._house, self._node.id)


def _node(house: House) -> Node:
    return Node(
        id=new_id(),
        name=socket.gethostname(),
        role=house.settings.role,
        started_at=house.clock(),
        beat_at=datetime.min.replace(tzinfo=UTC),
    )


def _at_once(house: House, lane: str) -> int:
    kind = house.kinds.get(lane)
    return AT_ONCE if kind is None else kind.at_once


def _timeout(house: House, lane: str) -> float:
    """Return for how long a message of a lane may be under way."""
    return max(
        (one.timeout for one in house.declared if one.kind.name == lane), default=SEND_TIMEOUT
    )
