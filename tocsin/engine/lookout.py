"""A lookout: looks at many things side by side, each at its instant."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import Final

import structlog

from tocsin.domain.monitoring.errand import Errand
from tocsin.domain.monitoring.monitor import Measurement, Result
from tocsin.engine.round_meters import RoundMeters
from tocsin.kit.clock import Clock
from tocsin.probes import looking
from tocsin.probes.look import Tools

log = structlog.get_logger(__name__)

PLACES: Final = 200  # looks at a time
PATIENCE: Final = 4.0  # seconds for what is under way when it ends

Look = Callable[[Errand], Awaitable[Measurement]]


def looking_with(tools: Tools) -> Look:
    """Return what looks at whatever an errand names."""

    async def look(errand: Errand) -> Measurement:
        timeout, retries = errand.timeout, errand.retries
        return await looking.look(errand.target, timeout=timeout, retries=retries, tools=tools)

    return look


async def look_away(_errand: Errand) -> Measurement:
    """Look at nothing, where an engine is not to measure."""
    return Measurement(ok=False, fault_kind="refused", fault="This engine measures nothing")


class Lookout:
    """Puts what it found as ``agent_id`` into a basket. It is at each monitor once at a time."""

    def __init__(
        self,
        look: Look,
        put: Callable[[Result], None],
        meters: RoundMeters,
        *,
        agent_id: str,
        clock: Clock,
    ) -> None:
        self._look = look
        self._put = put
        self._meters = meters
        self._agent_id = agent_id
        self._clock = clock
        self._under_way: dict[str, asyncio.Task[None]] = {}

    @property
    def room(self) -> int:
        """How many more looks may begin."""
        return max(PLACES - len(self._under_way), 0)

    def start(self, errand: Errand, planned: datetime) -> None:
        """Look at the planned instant, unless the round before has not ended."""
        if errand.monitor_id in self._under_way:
            self._meters.skipped()
            return
        running = asyncio.create_task(self._run(errand, planned))
        self._under_way[errand.monitor_id] = running
        running.add_done_callback(lambda _: self._under_way.pop(errand.monitor_id))

    async def measure(self, errand: Errand, planned: datetime, now: datetime) -> Result:
        """Look at once, and return what was found as of ``now``."""
        (answer,) = await asyncio.gather(self._look(errand), return_exceptions=True)
        if isinstance(answer, BaseException):
            log.error("look.broken", monitor=errand.monitor_id, exc_info=answer)
            told = f"The look broke: {type(answer).__name__}"  # its text may hold secrets
            answer = Measurement(ok=False, fault_kind="refused", fault=told)
        return Result(
            monitor_id=errand.monitor_id,
            agent_id=self._agent_id,
            round=planned,
            at=now,
            measurement=answer,
        )

    async def wait_for_room(self) -> None:
        """Wait until a look has ended, if all places are taken."""
        if not self.room:
            await asyncio.wait(self._under_way.values(), return_when=asyncio.FIRST_COMPLETED)

    async def finish(self) -> None:
        """Wait a little for what is under way, and abandon the rest."""
        running = list(self._under_way.values())
        if running:
            _, slow = await asyncio.wait(running, timeout=PATIENCE)
            for look in slow:
                look.cancel()
            await asyncio.gather(*running, return_exceptions=True)

    async def _run(self, errand: Errand, planned: datetime) -> None:
        await asyncio.sleep((planned - self._clock()).total_seconds())
        now = self._clock()
        self._meters.began(planned, now)
        self._put(await self.measure(errand, planned, now))
