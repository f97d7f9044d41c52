"""Notices: messages to one contact method that are no pages: tests, codes, hand-offs, requests."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final

import msgspec
import structlog
from sqlalchemy.ext.asyncio import AsyncConnection

from tocsin.domain.channel import Delivery
from tocsin.domain.failover import BACK_OFF
from tocsin.domain.hearing import ReceiptState
from tocsin.domain.message import Purpose
from tocsin.domain.notification import Notification, Outcome
from tocsin.domain.user import ContactMethod
from tocsin.domain.work import Work
from tocsin.kit.ids import new_id
from tocsin.store import incidents, messages
from tocsin.store import work as work_store
from tocsin.store.driver import driver
from tocsin.store.writes import Writes, flush
from tocsin.usecases.house import House
from tocsin.usecases.paging import Bundle, compose_in

GOOD_FOR: Final = timedelta(minutes=10)  # nobody wants to hear it later, if nothing else is said
SEALED: Final = "sealed"  # a notice may hold a code, so nobody reads it in the table

log = structlog.get_logger(__name__)


class Order(msgspec.Struct, frozen=True, kw_only=True):
    """A notice that is planned. Whoever it has not reached by ``until`` need not hear of it."""

    purpose: Purpose
    incident_ids: tuple[str, ...] = ()
    until: datetime


async def plan(
    tx: AsyncConnection,
    house: House,
    method: ContactMethod,
    purpose: Purpose,
    now: datetime,
    *,
    incident_ids: Sequence[str] = (),
    good_for: timedelta = GOOD_FOR,
) -> None:
    """Plan a notice to a contact method; it leaves when the transaction is committed."""
    order = Order(purpose=purpose, incident_ids=tuple(incident_ids), until=now + good_for)
    sealed = house.sealer.seal(msgspec.json.encode(order).decode()).decode()
    work = Work(
        lane=method.kind,
        kind="notice",
        due=now,
        user_id=method.user_id,
        contact_method_id=method.id,
        payload={SEALED: sealed},
    )
    await flush(await driver(tx), Writes(work=[work]))


async def compose(house: House, work: Work, now: datetime) -> Bundle:
    """Make the message of a notice, unless it is too late for it."""
    order = _opened(house, work)
    if now > order.until:
        return Bundle(stale=(work,))
    async with house.database.begin() as tx:
        found = await incidents.get_many(tx, order.incident_ids)
        bundle = Bundle(works=(work,), incidents=found, kind=work.lane)
        return await compose_in(tx, house, bundle, order.purpose, now)


async def record(
    house: House, bundle: Bundle, delivery: Delivery, now: datetime
) -> Sequence[Notification]:
    """Write down what came of a notice; where that may help, it is tried again."""
    [work] = bundle.works
    again = _next_try(house, work, delivery, now)
    status: Outcome = "success" if delivery.ok else "retrying" if again else "failed"
    attempt = _attempt(bundle, delivery, status, now)
    async with house.database.begin() as tx:
        if again is None:
            await work_store.finish(tx, [work.id])
        else:
            await work_store.postpone(tx, [work.id], again)
        if bundle.message:
            state: ReceiptState = "accepted" if delivery.ok else "failed"
            await messages.settle(tx, bundle.message.id, delivery, state, now)
        await flush(await driver(tx), Writes(notifications=[attempt]))
    if not delivery.ok:
        log.warning("notice.unsent", user=work.user_id, detail=delivery.detail, again=again)
    return [attempt]


def _opened(house: House, work: Work) -> Order:
    sealed = (work.payload or {})[SEALED]
    return msgspec.json.decode(house.sealer.open(sealed.encode()), type=Order)


def _next_try(house: House, work: Work, delivery: Delivery, now: datetime) -> datetime | None:
    if delivery.ok or not (delivery.retry or delivery.is_our_fault):
        return None
    pause = BACK_OFF[min(work.attempts, len(BACK_OFF)) - 1]
    at = now + timedelta(seconds=max(pause, delivery.wait_seconds))
    return at if at <= _opened(house, work).until else None


def _attempt(bundle: Bundle, delivery: Delivery, status: Outcome, now: datetime) -> Notification:
    [work] = bundle.works
    return Notification(
        id=new_id("Q"),
        incident_id=None,
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
    )
