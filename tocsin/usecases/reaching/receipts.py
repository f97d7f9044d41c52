"""Receipts: what came of a message is written down, and what follows from it is planned."""

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta

import msgspec
import structlog
from sqlalchemy.ext.asyncio import AsyncConnection

from tocsin.domain.reaching.channel import Delivery
from tocsin.domain.reaching.failover import trail_of
from tocsin.domain.reaching.hearing import ReceiptState
from tocsin.domain.reaching.notification import Notification, Outcome
from tocsin.domain.work import TIMER, Work
from tocsin.kit.ids import new_id
from tocsin.store import work as work_store
from tocsin.store.driver import driver
from tocsin.store.people import contact_methods
from tocsin.store.writes import Settled, Writes, flush
from tocsin.usecases.house import House
from tocsin.usecases.reaching.addressing import judge
from tocsin.usecases.reaching.failover import Fate, fates, plan
from tocsin.usecases.reaching.paging import Bundle
from tocsin.usecases.reaching.shadows import plan_copies
from tocsin.usecases.reaching.timeline import log_entry

log = structlog.get_logger(__name__)


class Handed(msgspec.Struct, frozen=True):
    """A message that its channel took, and when."""

    bundle: Bundle
    delivery: Delivery
    now: datetime


async def record(
    house: House, bundle: Bundle, delivery: Delivery, now: datetime
) -> Sequence[Notification]:
    """Write down what came of a message. A failure goes to another provider, or another way."""
    if delivery.ok:
        [told] = await record_all(house, [Handed(bundle, delivery, now)])
        return told
    async with house.database.begin() as tx:
        await work_store.finish(tx, _done(bundle))
        followed = fates(bundle, delivery, now)
        writes = await plan(tx, bundle, followed, delivery.detail, now)
        failed = failures(writes.work, bundle, delivery, followed, now)
        writes.notifications, writes.log = failed.notifications, failed.log
        writes.settled += _settled(bundle, delivery, now)
        await _judge(tx, bundle, delivery, now)
        await flush(await driver(tx), writes)
    complain(writes)
    return writes.notifications


async def record_all(house: House, handed: Sequence[Handed]) -> list[Sequence[Notification]]:
    """Write down in one go what some channels took."""
    writes = Writes()
    told: list[Sequence[Notification]] = []
    async with house.database.begin() as tx:
        await work_store.finish(tx, [id_ for one in handed for id_ in _done(one.bundle)])
        for one in handed:
            bundle, delivery, now = one.bundle, one.delivery, one.now
            works = {work.incident_id: work for work in bundle.works}.values()
            told.append([_told(bundle, work, delivery, "success", now) for work in works])
            writes.notifications += told[-1]
            writes.log += map(log_entry, told[-1])
            writes.work += _wait_for_receipt(house, bundle, delivery, now)
            writes.settled += _settled(bundle, delivery, now)
            await _judge(tx, bundle, delivery, now)
        await plan_copies(tx, house, [one.bundle for one in handed], handed[-1].now)
        await flush(await driver(tx), writes)
    return told


async def strike(house: House, bundle: Bundle) -> None:
    """Let pages go that nobody wants any more."""
    async with house.database.begin() as tx:
        await work_store.finish(tx, [work.id for work in bundle.stale])


def complain(writes: Writes) -> None:
    """Tell the log what administrators are told."""
    for alarm in writes.alarms:
        log.warning("page.undelivered", incident=alarm.incident_id, sentence=alarm.sentence)


async def judge_address(
    tx: AsyncConnection, bundle: Bundle, method_id: str | None, delivery: Delivery, now: datetime
) -> None:
    """Remember that an address reaches nobody, whoever is asked, until it does.

    From what a provider itself calls an address, it is known again when its owner answers.
    """
    methods = bundle.person.methods if bundle.person else {}
    method = methods.get(method_id or "")
    if method is None:
        return
    if delivery.address:
        await contact_methods.keep_address(tx, method, delivery.address)
    if delivery.ok and method.fault:
        await contact_methods.keep_fault(tx, method.id, None, now)
    is_its_fault = not (delivery.ok or delivery.retry or delivery.is_our_fault)
    if is_its_fault and bundle.message and method.fault != delivery.detail:
        await contact_methods.keep_fault(tx, method.id, delivery.detail, now)


def _done(bundle: Bundle) -> list[int]:
    return [work.id for work in (*bundle.works, *bundle.stale)]


async def _judge(tx: AsyncConnection, bundle: Bundle, delivery: Delivery, now: datetime) -> None:
    await judge(tx, bundle.choice, delivery, now)
    await judge_address(tx, bundle, bundle.works[0].contact_method_id, delivery, now)


def _settled(bundle: Bundle, delivery: Delivery, now: datetime) -> Iterator[Settled]:
    if bundle.message:
        yield Settled(
            message_id=bundle.message.id, delivery=delivery, receipt=_state(delivery), at=now
        )


def _state(delivery: Delivery) -> ReceiptState:
    if delivery.ok:
        return "delivered" if delivery.is_received else "accepted"
    return "failed"


def failures(
    planned: Sequence[Work],
    bundle: Bundle,
    delivery: Delivery,
    followed: Sequence[Fate],
    now: datetime,
) -> Writes:
    """Write down each failure. The timeline tells of those after which something else is tried."""
    writes = Writes()
    instead = {work.incident_id: _instead_of(bundle, work) for work in planned}
    for work, after in followed:
        status: Outcome = "retrying" if after.again else "failed"
        told = _told(bundle, work, delivery, status, now)
        writes.notifications.append(told)
        then = instead.get(work.incident_id, "")
        if then or after.again is None:
            writes.log.append(log_entry(told, then))
    return writes


def _instead_of(bundle: Bundle, planned: Work) -> str:
    """Say what is tried instead of what failed."""
    if planned.kind == "escalate":
        return "level"
    if planned.contact_method_id != bundle.works[0].contact_method_id:
        return "way"
    return "provider" if trail_of(planned.payload).providers else ""


def _told(
    bundle: Bundle, work: Work, delivery: Delivery, status: Outcome, now: datetime
) -> Notification:
    return Notification(
        id=new_id("Q"),
        incident_id=work.incident_id,
        user_id=work.user_id or "",
        contact_method_id=work.contact_method_id,
        kind=bundle.kind,
        address=bundle.shown,
        status=status,
        detail=delivery.detail,
        provider_id=delivery.provider_id,
        at=now,
        message_id=bundle.message.id if bundle.message else None,
        carrier=bundle.provider.name if bundle.provider else "",
        receipt="delivered" if delivery.is_received else None,
        receipt_at=now if delivery.is_received else None,
    )


def _wait_for_receipt(
    house: House, bundle: Bundle, delivery: Delivery, now: datetime
) -> Iterator[Work]:
    """Look after a message that should have arrived by then."""
    if bundle.provider is None or bundle.message is None or delivery.is_received:
        return
    declared = {one.name: one for one in house.declared}
    seconds = declared[bundle.provider.type].receipt_within
    if seconds:
        yield Work(
            lane=TIMER,
            kind="receipt",
            due=now + timedelta(seconds=seconds),
            user_id=bundle.works[0].user_id,
            contact_method_id=bundle.works[0].contact_method_id,
            payload={"message": bundle.message.id, "seconds": seconds},
        )
