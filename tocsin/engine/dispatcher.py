"""The dispatcher: carries deliveries, whatever becomes of them, and lets none hold up the rest."""

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable
from contextlib import suppress
from datetime import datetime
from functools import partial
from typing import Final

import structlog

from tocsin.domain.machines.delivery import Dispatch
from tocsin.domain.monitoring.notification_channel import Outcome
from tocsin.engine.couriers import Couriers
from tocsin.engine.meters import Meters
from tocsin.engine.tasks import SEND_TIMEOUT, write_down
from tocsin.kit.clock import Clock
from tocsin.usecases.errors import DatabaseAway
from tocsin.usecases.house import House
from tocsin.usecases.machines import deliveries

log = structlog.get_logger(__name__)

PER_DESTINATION: Final = 32  # under way at a time
CROWD: Final = 128  # under way to whomever; beyond, a destination gets one place
PLACES: Final = 256
SHORTEST_REST: Final = 0.1  # seconds, as these; what becomes due meanwhile goes together
LONGEST_REST: Final = 5.0
PAUSE_EACH: Final = 0.002  # for each delivery while events wait at the door: they go first

Thread = tuple[str, str]  # destination and thread


class Dispatcher:
    """Carries what is due to all destinations side by side, and each thread in its order.

    A destination that is slow takes its own few places; half of all are for others only.
    """

    def __init__(
        self,
        house: House,
        couriers: Couriers,
        meters: Meters,
        is_crowded: Callable[[], bool] = lambda: False,
    ) -> None:
        self._house = house
        self._is_crowded = is_crowded
        self._couriers = couriers
        self._meters = meters
        self._poked = asyncio.Event()
        self._leasing = asyncio.Lock()
        self._closing = False
        self._under_way: dict[Thread, asyncio.Task[None]] = {}

    def poke(self) -> None:
        """Say that something is due, or that there is room again."""
        self._poked.set()

    async def serve(self) -> None:
        """Carry what is due until cancelled."""
        while True:
            self._poked.clear()
            begun = self._house.clock()
            async with self._leasing:
                if not self._closing:
                    await self._start_some()
            await asyncio.sleep(SHORTEST_REST)
            if not self._poked.is_set():
                await self._rest(begun)

    async def finish(self) -> None:
        """Lease nothing more, and wait for what is on its way; cancelled, abandon it."""
        self._closing = True
        async with self._leasing:
            pass  # what was leased has been started
        await asyncio.gather(*self._under_way.values(), return_exceptions=True)

    async def step(self, clock: Clock) -> int:
        """Carry what is due, one after the other; return how much that was."""
        count = 0
        while leased := await self._lease(clock):
            for dispatch in leased:
                await self._run(dispatch, clock)
            count += len(leased)
        return count

    async def _lease(self, clock: Clock) -> list[Dispatch]:
        taken = len(self._under_way)
        crowded = taken >= CROWD
        limit = (PLACES if crowded else CROWD) - taken
        if limit <= 0:
            return []
        busy = Counter(destination for destination, _ in self._under_way)
        each = 1 if crowded else PER_DESTINATION
        return await deliveries.lease(self._house, clock(), each=each, limit=limit, busy=busy)

    async def _start_some(self) -> None:
        leased = await self._lease(self._house.clock)
        if self._is_crowded():
            await asyncio.sleep(PAUSE_EACH * len(leased))
        for dispatch in leased:
            self._start(dispatch)
        if CROWD <= len(self._under_way) < PLACES:  # only now is there a place for newcomers alone
            for dispatch in await self._lease(self._house.clock):
                self._start(dispatch)

    async def _rest(self, since: datetime) -> None:
        """Wait until poked, or until something becomes due by itself that was not by then."""
        due = await deliveries.next_due(self._house, since)
        rest = (due - self._house.clock()).total_seconds() if due else LONGEST_REST
        with suppress(TimeoutError):
            async with asyncio.timeout(min(rest, LONGEST_REST)):
                await self._poked.wait()

    def _start(self, dispatch: Dispatch) -> None:
        thread = (dispatch.destination_id, dispatch.thread_id)
        if thread in self._under_way:
            return  # its lease ended before it did: the next lease comes
        running = asyncio.create_task(self._run(dispatch, self._house.clock))
        self._under_way[thread] = running
        running.add_done_callback(partial(self._end, thread))

    def _end(self, thread: Thread, running: asyncio.Task[None]) -> None:
        if not running.cancelled() and (fault := running.exception()):
            log.error("dispatcher.stumbled", exc_info=fault)
        del self._under_way[thread]
        self.poke()

    async def _run(self, dispatch: Dispatch, clock: Clock) -> None:
        try:
            await self._carry(dispatch, clock)
        except DatabaseAway as away:
            log.warning("delivery.waits", delivery=dispatch.id, why=str(away))
        except Exception as fault:
            log.exception("delivery.failed", lane=dispatch.lane, delivery=dispatch.id)
            self._meters.failed(dispatch.lane)
            with suppress(DatabaseAway):
                await deliveries.record(self._house, dispatch, _stumbled(fault), clock())

    async def _carry(self, dispatch: Dispatch, clock: Clock) -> None:
        courier = self._couriers[dispatch.lane]
        outcome = await courier.compose(self._house, dispatch, clock())
        if not isinstance(outcome, Outcome):
            outcome = await _attempt(courier.send(outcome))
        await write_down(lambda: courier.record(self._house, dispatch, outcome, clock()))
        self._meters.delivered(dispatch, outcome, clock())


async def _attempt(sending: Awaitable[Outcome]) -> Outcome:
    try:
        return await asyncio.wait_for(sending, SEND_TIMEOUT)
    except TimeoutError:
        return Outcome(ok=False, detail=f"Not sent in {SEND_TIMEOUT:g} seconds.", retry=True)


def _stumbled(fault: Exception) -> Outcome:
    """Name the fault by its kind alone: its text may hold secrets."""
    return Outcome(ok=False, detail=f"Tocsin stumbled: {type(fault).__name__}.", retry=True)
