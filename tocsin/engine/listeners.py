"""Listeners: providers that must be asked for what people answer are asked, by one node."""

import asyncio
from collections.abc import Mapping, Sequence
from contextlib import suppress
from datetime import datetime
from functools import partial
from typing import Final

import httpx
import structlog

from tocsin.channels.asking import Undelivered
from tocsin.domain.reaching.answer import Upshot
from tocsin.domain.reaching.hearing import Heard, Listener
from tocsin.domain.reaching.provider import Provider
from tocsin.engine.carrying import Carrying
from tocsin.engine.meters import Meters
from tocsin.usecases.errors import DatabaseAway
from tocsin.usecases.house import House
from tocsin.usecases.reaching import hearing, providers

LOOK_AGAIN: Final = 5.0  # seconds, as all of these
FIRST_PAUSE: Final = 1.0  # twice as long after each connection that broke soon
LONGEST_PAUSE: Final = 60.0
STEADY: Final = 60.0  # what lasted for so long was no failure
TOLD_AFTER: Final = 8  # breaks in a row, which take two minutes: administrators must know

log = structlog.get_logger(__name__)


class SwitchedOff(Exception):  # noqa: N818 - an end, not a fault
    """The provider is not believed any more, and its channel will soon stop listening."""


class Listeners:
    """Listens to each provider that is asked, as long as it is set up as it is."""

    def __init__(
        self, house: House, carrying: Carrying, meters: Meters, *, look_again: float = LOOK_AGAIN
    ) -> None:
        self._house = house
        self._carrying = carrying
        self._meters = meters
        self._look_again = look_again
        self._running: dict[str, tuple[Provider, asyncio.Task[None]]] = {}

    async def serve(self) -> None:
        """Listen while no other node does, until cancelled or until the turn is lost."""
        await hearing.do_alone_here(self._house, self._follow)

    async def _follow(self) -> None:
        try:
            while True:
                known = await providers.find(self._house)
                await self._adapt({one.provider.id: one.provider for one in known})
                await asyncio.sleep(self._look_again)
        finally:
            await self._adapt({})

    async def _adapt(self, known: Mapping[str, Provider]) -> None:
        """End what is set up otherwise by now, and begin what is new."""
        ended = [id_ for id_, (one, _) in self._running.items() if known.get(id_) != one]
        tasks = [self._running.pop(id_)[1] for id_ in ended]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        for provider in known.values():
            if provider.id not in self._running and not provider.is_disabled:
                channel = self._carrying.of(provider.kind, provider)
                if isinstance(channel, Listener):
                    listening = asyncio.create_task(self._listen(provider, channel))
                    self._running[provider.id] = (provider, listening)

    async def _listen(self, provider: Provider, channel: Listener) -> None:
        pause, breaks, loop = FIRST_PAUSE, 0, asyncio.get_running_loop()
        since = self._house.clock()
        while True:
            began = loop.time()
            listening = self._attend(provider, channel)
            (fault,) = await asyncio.gather(listening, return_exceptions=True)
            # Only its kind is told: what it says may hold the address, and that a secret.
            log.warning("listener.broke", provider=provider.id, fault=type(fault).__name__)
            self._meters.heard(provider.type, "broken")
            was_steady = loop.time() - began >= STEADY
            pause, breaks = (FIRST_PAUSE, 1) if was_steady else (pause, breaks + 1)
            since = self._house.clock() if breaks == 1 else since
            if breaks >= TOLD_AFTER:
                await self._complain(provider, _why(fault), since, is_new=breaks == TOLD_AFTER)
            await asyncio.sleep(pause)
            pause = min(pause * 2, LONGEST_PAUSE)

    async def _attend(self, provider: Provider, channel: Listener) -> None:
        """Listen until the connection breaks."""
        lasting = asyncio.create_task(self._last(provider))
        try:
            await channel.listen(partial(self._tell, provider))
        finally:
            lasting.cancel()

    async def _last(self, provider: Provider) -> None:
        """Say that all is well again once a connection has lasted."""
        while True:
            await asyncio.sleep(STEADY)
            with suppress(DatabaseAway):
                await providers.note_heard(self._house, provider)

    async def _complain(
        self, provider: Provider, why: str, since: datetime, *, is_new: bool
    ) -> None:
        with suppress(DatabaseAway):
            await providers.note_unheard(self._house, provider, why, since)
            if is_new:
                await providers.complain(self._house, provider, why, self._house.clock())

    async def _tell(self, provider: Provider, heard: Heard) -> Sequence[Upshot]:
        """Do what was heard. Raises SwitchedOff and NotFound, which break the connection."""
        known = await providers.get(self._house, provider.id)
        if known.provider.is_disabled:
            raise SwitchedOff(provider.id)
        upshots, _ = await hearing.take(self._house, provider, heard, self._house.clock())
        self._meters.heard(provider.type, "heard")
        if known.health.unheard_since:
            await providers.note_heard(self._house, provider)
        return upshots


def _why(fault: object) -> str:
    """Say what breaks a connection, in words that hold no secret."""
    return "it cannot be reached" if _is_away(fault) else "it refuses to be asked"


def _is_away(fault: object) -> bool:
    """Say whether a provider was not even there to refuse."""
    if isinstance(fault, Undelivered):
        return not fault.delivery.is_our_fault
    return isinstance(fault, OSError | httpx.TransportError)
