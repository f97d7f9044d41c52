"""Late receipts: what providers say of a message afterwards, and what they do not say in time."""

import asyncio
from collections.abc import Sequence
from datetime import datetime
from typing import Final

import structlog
from msgspec import to_builtins
from msgspec.structs import replace
from sqlalchemy.ext.asyncio import AsyncConnection

from tocsin.domain.reaching.believing import believes_receipt
from tocsin.domain.reaching.channel import Delivery
from tocsin.domain.reaching.failover import Trail, Turn, is_news, trail_of
from tocsin.domain.reaching.hearing import Receipt
from tocsin.domain.reaching.paging import EMAIL
from tocsin.domain.reaching.provider import Provider
from tocsin.domain.reaching.sent import About, Sent
from tocsin.domain.work import Work
from tocsin.store import work as work_store
from tocsin.store.driver import driver
from tocsin.store.reaching import messages, notifications
from tocsin.store.reaching.messages import MESSAGES
from tocsin.store.response import incidents
from tocsin.store.writes import Writes, flush
from tocsin.usecases.house import House
from tocsin.usecases.reaching import notices
from tocsin.usecases.reaching.addressing import carrier_of
from tocsin.usecases.reaching.failover import by_another_way, fates, plan
from tocsin.usecases.reaching.paging import Bundle, sorted_out, view_of
from tocsin.usecases.reaching.receipts import complain, failures, judge_address

log = structlog.get_logger(__name__)

# A provider may be faster than the transaction that writes down how it calls a message (seconds).
PAUSES: Final = (0.1, 0.4, 1.5)
ARRIVED: Final = ("delivered", "read")


async def note(
    house: House, provider: Provider, receipts: Sequence[Receipt], now: datetime
) -> None:
    """Write down what is news. What has failed after all goes another way at once, and once."""
    for receipt in receipts:
        message_id = await _message_of(house, provider, receipt, now)
        if message_id is None:
            log.info("receipt.stray", provider=provider.id, state=receipt.state)
        else:
            await note_message(house, message_id, receipt, now)


async def note_message(house: House, message_id: str, receipt: Receipt, now: datetime) -> None:
    """Write down what was said of a message, if it is news."""
    writes = Writes()
    async with house.database.begin() as tx:
        sent = await MESSAGES.get(tx, message_id, hold=True)
        if sent is None or not is_news(sent.receipt, receipt.state):
            return
        has_failed = receipt.state == "failed"
        delivery = Delivery(
            ok=not has_failed,
            detail=receipt.detail or receipt.state,
            retry=receipt.retry,
            is_unproven=receipt.is_unproven,
        )
        await messages.settle(tx, sent.id, delivery, receipt.state, now)
        await notifications.receive(tx, sent.id, receipt.state, now)
        bundle = _as_told(await _reopen(tx, house, sent, now), delivery)
        if has_failed and bundle.works:
            followed = fates(bundle, delivery, now)
            writes = await plan(tx, bundle, followed, delivery.detail, now)
            writes.log = failures(writes.work, bundle, delivery, followed, now).log
        elif has_failed:
            writes = await notices.follow(tx, house, bundle, sent, delivery, now=now)
        if has_failed or receipt.state in ARRIVED:
            await judge_address(tx, bundle, sent.contact_method_id, delivery, now)
        await flush(await driver(tx), writes)
    complain(writes)


async def ring(house: House, works: Sequence[Work], now: datetime) -> None:
    """Receipts should be there by now: of what is missing, page once more, by another way."""
    for work in works:
        writes = Writes()
        async with house.database.begin() as tx:
            payload = work.payload or {}
            sent = await MESSAGES.get(tx, payload["message"], hold=True)
            if sent and sent.answered_at is None and sent.receipt not in {"failed", *ARRIVED}:
                why = f"No receipt came within {payload['seconds']} seconds."
                writes = await _miss(tx, house, sent, why, now)
            await work_store.finish(tx, [work.id])
            await flush(await driver(tx), writes)


async def _message_of(
    house: House, provider: Provider, receipt: Receipt, now: datetime
) -> str | None:
    for pause in (0.0, *PAUSES):
        await asyncio.sleep(pause)
        async with house.database.read() as tx:
            sent = await messages.of_reference(tx, provider.id, receipt.provider_id)
        if sent is not None:
            return sent.id if believes_receipt(provider, sent.at, now) else None
    return None


async def _miss(tx: AsyncConnection, house: House, sent: Sent, why: str, now: datetime) -> Writes:
    """Page once more, by another way to the person, or else by another provider."""
    bundle = await _reopen(tx, house, sent, now)
    planned = [
        by_another_way(bundle, work, now) or _by_another_provider(bundle, work, now)
        for work in bundle.works
    ]
    writes = Writes(work=[work for work in planned if work])
    followed = [(work, Turn(again=Trail())) for work in bundle.works]
    delivery = Delivery(ok=False, detail=why, retry=True)
    writes.log = failures(writes.work, bundle, delivery, followed, now).log
    pages = [replace(page, trail=replace(page.trail, is_widened=True)) for page in sent.pages]
    await messages.keep_pages(tx, sent.id, pages)
    return writes


def _as_told(bundle: Bundle, delivery: Delivery) -> Bundle:
    """Let nobody else mail to an address of which its own mail server says that there is none."""
    if bundle.kind != EMAIL or delivery.ok or delivery.retry:
        return bundle
    return replace(bundle, choice=replace(bundle.choice, others=()))


def _by_another_provider(bundle: Bundle, work: Work, now: datetime) -> Work | None:
    if not (bundle.choice.others and bundle.provider):
        return None
    trail = trail_of(work.payload)
    trail = replace(trail, providers=(*trail.providers, bundle.provider.id), is_widened=True)
    return replace(work, due=now, payload=to_builtins(trail))


async def _reopen(tx: AsyncConnection, house: House, sent: Sent, now: datetime) -> Bundle:
    """Return what a message was about, as far as it is still wanted."""
    found = await incidents.get_many(tx, {page.incident_id for page in sent.pages})
    bundle = sorted_out([_work(sent, page) for page in sent.pages], found, sent.channel)
    view = await view_of(tx, house, bundle.incidents.values(), [sent.user_id], now)
    return replace(
        bundle,
        person=view.person(sent.user_id),
        shown=sent.address,
        message=sent.body,
        choice=await carrier_of(tx, house, view, sent),
    )


def _work(sent: Sent, page: About) -> Work:
    return Work(
        lane=sent.channel,
        kind="notify",
        due=sent.at,
        incident_id=page.incident_id,
        generation=page.generation,
        user_id=sent.user_id,
        contact_method_id=sent.contact_method_id,
        payload=to_builtins(page.trail),
    )
