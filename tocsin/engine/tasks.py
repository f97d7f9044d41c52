"""What is done with due work: a short function for each kind, made for the lane that runs it."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Final

import structlog

from tocsin.domain.address import KINDS
from tocsin.domain.channel import Channel, Delivery
from tocsin.domain.notification import Notification
from tocsin.domain.work import TIMER, Work
from tocsin.engine.meters import Meters
from tocsin.kit.clock import Clock
from tocsin.usecases import incidents, paging, receipts
from tocsin.usecases.errors import DatabaseAway
from tocsin.usecases.house import House
from tocsin.usecases.paging import Bundle

log = structlog.get_logger(__name__)

SEND_TIMEOUT: Final = 30.0  # seconds; well within the lease of a minute
TRIES_OF_A_BROKEN_CHANNEL: Final = 3
WAIT_FOR_DATABASE: Final = 1.0

Task = Callable[[Sequence[Work], Clock], Awaitable[None]]


class UnwrittenError(Exception):
    """The message went out, and that could not be written down."""


def tasks(house: House, channels: Mapping[str, Channel], meters: Meters) -> dict[str, Task]:
    """Return what each lane does. Lanes without a channel say so, page by page."""
    pages = {kind: page_by(house, kind, channels.get(kind), meters) for kind in KINDS}
    return {TIMER: ring(house), **pages}


def ring(house: House) -> Task:
    """Let timers ring."""

    async def run(works: Sequence[Work], clock: Clock) -> None:
        await incidents.ring(house, works, clock())

    return run


def page_by(house: House, kind: str, channel: Channel | None, meters: Meters) -> Task:
    """Send what is due to one address as one message."""

    async def run(works: Sequence[Work], clock: Clock) -> None:
        bundle = await paging.compose(house, works, clock())
        if not bundle.works:
            await receipts.strike(house, bundle)
            return
        delivery = await _deliver(bundle, kind, channel)
        now = clock()
        if delivery.ok:
            meters.handed_over(bundle.works, now)
        meters.told(await _write_down(house, bundle, delivery, clock))

    return run


async def _deliver(bundle: Bundle, kind: str, channel: Channel | None) -> Delivery:
    if channel is None:
        return Delivery(ok=False, detail=f"No provider for {kind} is configured.")
    if bundle.message is None:
        return bundle.refusal
    sending = asyncio.wait_for(channel.send(bundle.message, bundle.address), SEND_TIMEOUT)
    (answer,) = await asyncio.gather(sending, return_exceptions=True)
    match answer:
        case Delivery():
            return answer
        case TimeoutError():
            return Delivery(ok=False, detail=f"Not sent in {SEND_TIMEOUT:g} seconds.", retry=True)
        case fault:
            log.error("channel.broken", channel=kind, exc_info=fault)
            again = bundle.works[0].attempts < TRIES_OF_A_BROKEN_CHANNEL
            return Delivery(ok=False, detail=f"The channel broke: {fault!r}", retry=again)


async def _write_down(
    house: House, bundle: Bundle, delivery: Delivery, clock: Clock
) -> Sequence[Notification]:
    """Wait for the database if need be: what was sent and not written down is sent again."""
    while True:
        recording = receipts.record(house, bundle, delivery, clock())
        (answer,) = await asyncio.gather(recording, return_exceptions=True)
        match answer:
            case DatabaseAway():
                await asyncio.sleep(WAIT_FOR_DATABASE)
            case BaseException() as fault:
                raise UnwrittenError from fault
            case notifications:
                return notifications
