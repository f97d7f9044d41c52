"""What is done with due work: a short function for each kind, made for the lane that runs it."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime
from functools import partial
from typing import Final, TypeVar

import structlog

from tocsin.domain.reaching.answer import Answer
from tocsin.domain.reaching.channel import Delivery, Postman, recordable
from tocsin.domain.reaching.failover import trail_of
from tocsin.domain.reaching.hearing import Heard
from tocsin.domain.reaching.notification import Notification
from tocsin.domain.work import LETTER, TIMER, Work
from tocsin.engine.carrying import Carrying
from tocsin.engine.meters import Meters
from tocsin.engine.posting import Posting
from tocsin.engine.together import Together
from tocsin.kit.clock import Clock
from tocsin.usecases.errors import DatabaseAway
from tocsin.usecases.house import House
from tocsin.usecases.reaching import (
    answers,
    awake,
    late_receipts,
    letters,
    notices,
    paging,
    receipts,
    waiting,
)
from tocsin.usecases.reaching.paging import Bundle, Due
from tocsin.usecases.reaching.receipts import Handed
from tocsin.usecases.reaching.waiting import Full
from tocsin.usecases.response import incidents

log = structlog.get_logger(__name__)

SEND_TIMEOUT: Final = 30.0  # seconds, of what declares nothing else
TRIES_OF_A_BROKEN_CHANNEL: Final = 3
WAIT_FOR_DATABASE: Final = 1.0
PATIENCE: Final = 0.02  # seconds until what left is written down, with what leaves meanwhile

Task = Callable[[Sequence[Work], Clock], Awaitable[None]]
Result = TypeVar("Result")
Record = Callable[[House, Bundle, Delivery, datetime], Awaitable[Sequence[Notification]]]


class UnwrittenError(Exception):
    """The message went out, and that could not be written down."""


def tasks(house: House, carrying: Carrying, meters: Meters) -> dict[str, Task]:
    """Return what each lane does. Lanes without a channel say so, page by page."""
    pages = {kind: page_by(house, kind, carrying, meters) for kind in house.kinds}
    return {TIMER: ring(house), LETTER: post_by(house, Posting(house, carrying)), **pages}


def ring(house: House) -> Task:
    """Let timers ring."""

    async def run(works: Sequence[Work], clock: Clock) -> None:
        missing = [work for work in works if work.kind == "receipt"]
        await late_receipts.ring(house, missing, clock())
        checks = [work for work in works if work.kind in {"awake", "asleep"}]
        await awake.ring(house, checks, clock())
        others = [work for work in works if work not in missing and work not in checks]
        await incidents.ring(house, others, clock())

    return run


def page_by(house: House, kind: str, carrying: Carrying, meters: Meters) -> Task:
    """Send what is due to one address as one message."""

    composing = Together(partial(paging.compose_all, house))
    holding = Together(partial(waiting.hold, house))
    recording = Together(partial(receipts.record_all, house), patience=PATIENCE)

    async def run(works: Sequence[Work], clock: Clock) -> None:
        pages = [work for work in works if work.kind != "notice"]
        if pages:
            bundle = await composing.ask(Due(pages, clock()))
            if bundle.choice.waits:
                await holding.ask(Full(bundle, clock()))
            else:
                await carry(bundle, record_page, clock)
        for notice in (work for work in works if work.kind == "notice"):
            await carry(await notices.compose(house, notice, clock()), notices.record, clock)

    async def record_page(
        house: House, bundle: Bundle, delivery: Delivery, now: datetime
    ) -> Sequence[Notification]:
        if delivery.ok:
            return await recording.ask(Handed(bundle, delivery, now))
        return await receipts.record(house, bundle, delivery, now)

    async def carry(bundle: Bundle, record: Record, clock: Clock) -> None:
        if not bundle.works:
            await receipts.strike(house, bundle)
            return
        delivery = await _deliver(bundle, kind, carrying)
        now = clock()
        if delivery.ok:
            meters.handed_over(bundle.works, now)
        meters.told(await write_down(lambda: record(house, bundle, delivery, clock())))
        if delivery.answer and bundle.message:
            answer = Answer(deed=delivery.answer, token=bundle.message.token)
            heard = Heard(answers=(answer,))
            await write_down(lambda: answers.take(house, bundle.provider, heard, clock()))

    return run


def post_by(house: House, postman: Postman) -> Task:
    """Send letters, each for itself."""

    async def run(works: Sequence[Work], clock: Clock) -> None:
        for work in works:
            await _post(house, postman, work, clock)

    return run


async def _post(house: House, postman: Postman, work: Work, clock: Clock) -> None:
    letter = letters.open_letter(house, work)
    delivery = await _attempt("letter", postman.post(letter), work.attempts, SEND_TIMEOUT)
    await write_down(lambda: letters.record(house, work, letter, delivery, clock()))


async def _deliver(bundle: Bundle, kind: str, carrying: Carrying) -> Delivery:
    if bundle.message is None:
        return bundle.refusal
    channel = carrying.of(kind, bundle.provider)
    if channel is None:
        return Delivery(ok=False, detail=f"No provider for {kind} is configured.")
    sending = channel.send(bundle.message, bundle.address)
    work = bundle.works[0]
    attempts = work.attempts + trail_of(work.payload).tries
    return await _attempt(kind, sending, attempts, channel.declaration.timeout)


async def _attempt(
    kind: str, sending: Awaitable[Delivery], attempts: int, seconds: float
) -> Delivery:
    """Wait for a channel's answer; where it has none, answer in its place."""
    (answer,) = await asyncio.gather(_timely(sending, seconds), return_exceptions=True)
    match answer:
        case Delivery():
            return recordable(answer)
        case TimeoutError():
            return Delivery(ok=False, detail=f"Not sent in {seconds:g} seconds.", retry=True)
        case fault:
            log.error("channel.broken", channel=kind, exc_info=fault)
            again = attempts < TRIES_OF_A_BROKEN_CHANNEL
            return Delivery(
                ok=False, detail=f"The channel broke: {type(fault).__name__}", retry=again
            )


async def _timely(sending: Awaitable[Delivery], seconds: float) -> Delivery:
    async with asyncio.timeout(seconds):
        return await sending


async def write_down(record: Callable[[], Awaitable[Result]]) -> Result:
    """Wait for the database if need be: what was sent and not written down is sent again."""
    while True:
        (answer,) = await asyncio.gather(record(), return_exceptions=True)
        match answer:
            case DatabaseAway():
                await asyncio.sleep(WAIT_FOR_DATABASE)
            case BaseException() as fault:
                raise UnwrittenError from fault
            case result:
                return result
