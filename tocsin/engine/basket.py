"""A basket for results: gathered for a moment, handed on, kept while nobody can take them."""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Sequence
from typing import Final

import structlog

from tocsin.domain.monitoring.monitor import Result
from tocsin.engine.round_meters import RoundMeters

log = structlog.get_logger(__name__)

GATHERED_FOR: Final = 0.1  # seconds
MOST_AT_A_TIME: Final = 500
MOST_KEPT: Final = 20_000  # beyond, the oldest are lost

HandOn = Callable[[Sequence[Result]], Awaitable[None]]


class Basket:
    """What ``hand_on`` does not take because of ``away`` is offered again, the oldest first."""

    def __init__(
        self,
        hand_on: HandOn,
        meters: RoundMeters,
        *,
        away: type[Exception],
        most: int = MOST_KEPT,
    ) -> None:
        self._hand_on = hand_on
        self._meters = meters
        self._away = away
        self._kept: deque[Result] = deque(maxlen=most)
        self._filled = asyncio.Event()
        self._emptying = asyncio.Lock()

    def put(self, result: Result) -> None:
        """Take a result."""
        if len(self._kept) == self._kept.maxlen:
            log.warning("round.lost", monitor=self._kept[0].monitor_id, why="Too much is kept.")
        self._kept.append(result)
        self._meters.found(result)
        self._filled.set()

    async def serve(self) -> None:
        """Hand on what is put in, until cancelled. Raises what ``hand_on`` does."""
        while True:
            await self._filled.wait()
            await asyncio.sleep(GATHERED_FOR)
            await self.empty()

    async def empty(self) -> None:
        """Hand on all that there is."""
        async with self._emptying:
            while self._kept:
                await self._hand_on_some()
            self._filled.clear()

    async def _hand_on_some(self) -> None:
        batch = [self._kept.popleft() for _ in range(min(len(self._kept), MOST_AT_A_TIME))]
        try:
            await self._hand_on(batch)
        except self._away:
            room = (self._kept.maxlen or 0) - len(self._kept)
            self._kept.extendleft(reversed(batch[max(len(batch) - room, 0) :]))
            raise
        finally:
            self._meters.keeps(len(self._kept))
