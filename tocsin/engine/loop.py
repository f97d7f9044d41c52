"""Lease, run, finish: a lane of due work. Here is survived what nobody foresaw."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from datetime import timedelta
from functools import partial
from typing import Final

import structlog

from tocsin.domain.work import TIMER, Work
from tocsin.engine.breath import Breath
from tocsin.engine.meters import Meters
from tocsin.engine.tasks import SEND_TIMEOUT, Task, UnwrittenError
from tocsin.kit.clock import Clock
from tocsin.usecases import work
from tocsin.usecases.errors import DatabaseAway
from tocsin.usecases.house import House

log = structlog.get_logger(__name__)

MOST_LEASED: Final = 300
AT_ONCE: Final = 16  # messages of one lane on their way, to different addresses
AFTER_A_FAULT: Final = 1.0  # seconds, as all of these
SPARE: Final = 30.0  # of a lease, for what comes before and after the message is under way
REST: Final = 0.02  # between leases: what becomes due meanwhile is leased, and written, together
STARTED_TOGETHER: Final = 8  # messages; while events wait at the door, they go first, for
PAUSE: Final = 0.003  # for each message, before it,
PAUSE_EACH: Final = 0.0005  # and for each page in it


async def forever(
    name: str, turn: Callable[[], Awaitable[None]], every: float = AFTER_A_FAULT
) -> None:
    """Take a turn again and again, whatever comes of it."""
    while True:
        try:
            await turn()
        except DatabaseAway as away:
            log.warning("engine.waits", part=name, why=str(away))
        except Exception:
            log.exception("engine.stumbled", part=name)
        await asyncio.sleep(every)


class Lane:
    """One kind of due work. What is due to one address is run together, and only once at a time.

    While an address is busy, or left alone for a breath, what becomes due for it gathers.
    ``timeout`` is for how many seconds a message may be under way, ``at_once`` how many messages.
    """

    def __init__(
        self,
        name: str,
        house: House,
        task: Task,
        meters: Meters,
        is_crowded: Callable[[], bool],
        *,
        timeout: float = SEND_TIMEOUT,
        at_once: int = AT_ONCE,
    ) -> None:
        self.name = name
        self._house = house
        self._task = task
        self._meters = meters
        self._is_crowded = is_crowded
        self._timeout = timedelta(seconds=timeout)
        self._lease_seconds = max(work.LEASE_SECONDS, round(timeout + SPARE))
        self._poked = asyncio.Event()
        self._leasing = asyncio.Lock()
        self._closing = False
        self._slots = asyncio.Semaphore(at_once)
        self._busy: dict[str, asyncio.Task[None]] = {}
        self._breath = Breath()

    def poke(self) -> None:
        """Say that something is due."""
        self._poked.set()

    async def serve(self) -> None:
        """Run what is due whenever poked, until cancelled."""
        while True:
            await self._poked.wait()
            self._poked.clear()
            async with self._leasing:
                if not self._closing:
                    await self._start_due()
            await asyncio.sleep(REST)

    async def finish(self) -> None:
        """Lease nothing more, and wait for what is on its way; cancelled, abandon it."""
        self._closing = True
        async with self._leasing:
            pass  # what was leased has been started
        await asyncio.gather(*self._busy.values(), return_exceptions=True)

    async def step(self, clock: Clock) -> int:
        """Run what is due, one after the other; return how much that was."""
        count = 0
        while bundles := await self._lease(clock):
            for bundle in bundles:
                await self._run(bundle, clock)
            count += sum(map(len, bundles))
        return count

    async def _start_due(self) -> None:
        bundles = await self._lease(self._house.clock)
        if sum(map(len, bundles)) >= MOST_LEASED:
            self.poke()  # there may be more
        for number in range(0, len(bundles), STARTED_TOGETHER):
            together = bundles[number : number + STARTED_TOGETHER]
            if self._is_crowded():
                await asyncio.sleep(sum(PAUSE + PAUSE_EACH * len(bundle) for bundle in together))
            for bundle in together:
                await self._start(bundle)

    async def _lease(self, clock: Clock) -> list[list[Work]]:
        bundles: dict[str, list[Work]] = {}
        for item in await work.lease(
            self._house,
            self.name,
            clock(),
            limit=MOST_LEASED,
            busy=tuple(self._busy),
            lease_seconds=self._lease_seconds,
        ):
            bundles.setdefault(item.address, []).append(item)
        return list(bundles.values())

    async def _start(self, bundle: Sequence[Work]) -> None:
        await self._slots.acquire()
        if self._house.clock() + self._timeout > bundle[0].due:
            self._slots.release()  # it waited too long here: it will be leased anew
            return
        running = asyncio.create_task(self._run(bundle, self._house.clock))
        self._busy[bundle[0].address] = running
        running.add_done_callback(partial(self._end, bundle[0].address))

    def _end(self, address: str, running: asyncio.Task[None]) -> None:
        if not running.cancelled() and (fault := running.exception()):
            log.error("lane.stumbled", lane=self.name, exc_info=fault)
        self._slots.release()
        loop = asyncio.get_running_loop()
        loop.call_later(self._rest(address, loop.time()), self._free, address)

    def _rest(self, address: str, now: float) -> float:
        return 0.0 if self.name == TIMER else self._breath.after(address, now)

    def _free(self, address: str) -> None:
        del self._busy[address]
        self.poke()

    async def _run(self, bundle: Sequence[Work], clock: Clock) -> None:
        try:
            await self._task(bundle, clock)
        except DatabaseAway:
            await self._run_later(bundle, clock)
        except Exception as fault:  # noqa: BLE001 - whatever it is, the rest goes on
            await self._survive(bundle, fault, clock)

    async def _run_later(self, bundle: Sequence[Work], clock: Clock) -> None:
        """Run it when the database is back, as long as the lease lasts."""
        await asyncio.sleep(AFTER_A_FAULT)
        if clock() < bundle[0].due:
            await self._run(bundle, clock)

    async def _survive(self, bundle: Sequence[Work], fault: Exception, clock: Clock) -> None:
        """Put off what failed, alone: the rest of its bundle must not suffer."""
        if len(bundle) > 1 and not isinstance(fault, UnwrittenError):
            for item in bundle:
                await self._run([item], clock)
            return
        log.error("work.failed", lane=self.name, work=bundle[0].id, exc_info=fault)
        self._meters.failed(self.name)
        with suppress(DatabaseAway):
            await work.put_off(self._house, bundle, repr(fault), clock())
