"""The built-in agent: leases the rounds that are due, measures, and hands on what it found."""

import asyncio
from collections.abc import Sequence
from contextlib import suppress
from datetime import datetime, timedelta
from typing import Final

from tocsin.domain.monitoring.environment import BUILT_IN_AGENT
from tocsin.domain.monitoring.heartbeat import judge
from tocsin.domain.monitoring.monitor import Heartbeat, Result
from tocsin.engine.basket import Basket
from tocsin.engine.lookout import PLACES, Look, Lookout
from tocsin.engine.round_meters import RoundMeters
from tocsin.usecases.errors import DatabaseAway
from tocsin.usecases.house import House
from tocsin.usecases.monitoring import errands, rounds
from tocsin.usecases.monitoring.errands import Due

AHEAD: Final = timedelta(seconds=0.5)  # leased so long before, and begun at the instant
EARLY: Final = 0.05  # seconds, as these
SHORTEST_REST: Final = 0.05
LONGEST_REST: Final = 5.0


class Prober:
    """Measures what is due. Rounds that would come while all places are taken wait, and are late.

    Tests call ``step`` instead of ``serve``, with an instant of their own.
    """

    def __init__(self, house: House, look: Look, meters: RoundMeters) -> None:
        self._house = house
        self._basket = Basket(self._record, meters, away=DatabaseAway)
        self._lookout = Lookout(
            look, self._basket.put, meters, agent_id=BUILT_IN_AGENT, clock=house.clock
        )
        self._woken = asyncio.Event()
        self._leasing = asyncio.Lock()
        self._closing = False

    def poke(self) -> None:
        """Look at once: a round may have become due."""
        self._woken.set()

    async def serve(self) -> None:
        """Begin what is due until cancelled."""
        while True:
            self._woken.clear()
            await self._lookout.wait_for_room()
            async with self._leasing:
                if not self._closing:
                    await self._begin(self._house.clock())
            await self._rest()

    async def hand_on(self) -> None:
        """Let what was found be written, until cancelled."""
        await self._basket.serve()

    async def finish(self) -> None:
        """Lease nothing more, and hand on what was found."""
        self._closing = True
        async with self._leasing:
            await self._lookout.finish()
        with suppress(DatabaseAway):
            await self._basket.empty()

    async def step(self, now: datetime) -> int:
        """Measure once all that is due at ``now``; return how many rounds that was."""
        due = await errands.lease(self._house, now, now, limit=PLACES)
        results = await asyncio.gather(*(self._measure(one, now) for one in due))
        if results:
            await rounds.record(self._house, results, now)
        return len(due)

    async def _begin(self, now: datetime) -> None:
        for due in await errands.lease(self._house, now, now + AHEAD, limit=self._lookout.room):
            if isinstance(due.errand.target, Heartbeat):
                self._basket.put(_listen(due, due.errand.target, now))
            else:
                self._lookout.start(due.errand, due.round)

    async def _rest(self) -> None:
        """Wait until shortly before the next round, or until poked."""
        due = await errands.next_due(self._house)
        rest = (due - self._house.clock()).total_seconds() - EARLY if due else LONGEST_REST
        await asyncio.sleep(SHORTEST_REST)
        with suppress(TimeoutError):
            async with asyncio.timeout(min(rest, LONGEST_REST) - SHORTEST_REST):
                await self._woken.wait()

    async def _measure(self, due: Due, now: datetime) -> Result:
        if isinstance(due.errand.target, Heartbeat):
            return _listen(due, due.errand.target, now)
        return await self._lookout.measure(due.errand, due.round, now)

    async def _record(self, results: Sequence[Result]) -> None:
        await rounds.record(self._house, results, self._house.clock())


def _listen(due: Due, target: Heartbeat, now: datetime) -> Result:
    return due.result(judge(target, due.monitor, now), now)
