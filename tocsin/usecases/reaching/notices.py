"""Notices: messages to one contact method that are no pages: tests, codes, hand-offs, requests."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Final

import msgspec
import structlog
from sqlalchemy.ext.asyncio import AsyncConnection

from tocsin.domain.incident import Incident
from tocsin.domain.reaching.channel import Delivery
from tocsin.domain.reaching.failover import BACK_OFF
from tocsin.domain.reaching.hearing import ReceiptState
from tocsin.domain.reaching.message import Purpose
from tocsin.domain.reaching.notification import Notification, Outcome
from tocsin.domain.reaching.paging import Planned, by_method
from tocsin.domain.responder_request import is_pending
from tocsin.domain.user import ContactMethod
from tocsin.domain.work import Work
from tocsin.kit.ids import new_id
from tocsin.store import incidents, responder_requests
from tocsin.store import work as work_store
from tocsin.store.driver import driver
from tocsin.store.reaching import messages
from tocsin.store.writes import Writes, flush
from tocsin.usecases.house import House
from tocsin.usecases.reaching.addressing import judge
from tocsin.usecases.reaching.paging import Bundle, compose_in

GOOD_FOR: Final = timedelta(minutes=10)  # nobody wants to hear it later, if nothing else is said
SEALED: Final = "sealed"  # a notice may hold a code, so nobody reads it in the table

log = structlog.get_logger(__name__)


class Order(msgspec.Struct, frozen=True, kw_only=True):
    """A notice that is planned. Whoever it has not reached by ``until`` need not hear of it.

    ``request_id`` is the responder request that it is for: once answered, it is not sent.
    """

    purpose: Purpose
    incident_ids: tuple[str, ...] = ()
    request_id: str | None = None
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
    await plan_all(tx, house, [by_method(method, now)], order)


async def plan_all(
    tx: AsyncConnection, house: House, ways: Iterable[Planned], order: Order
) -> None:
    """Plan a notice by many ways, to one person or to several."""
    sealed = house.sealer.seal(msgspec.json.encode(order).decode()).decode()
    work = [
        Work(
            lane=way.kind,
            kind="notice",
            due=way.at,
            user_id=way.user_id,
            contact_method_id=way.contact_method_id,
            payload={SEALED: sealed},
        )
        for way in ways
    ]
    await flush(await driver(tx), Writes(work=work))


async def compose(house: House, work: Work, now: datetime) -> Bundle:
    """Make the message of a notice, unless it is too late for it, or it was answered."""
    order = _opened(house, work)
    async with house.database.begin() as tx:
        found = await incidents.get_many(tx, order.incident_ids)
        if now > order.until or not await _is_unanswered(tx, order, work, found):
            return Bundle(stale=(work,))
        bundle = Bundle(works=(work,), incidents=found, kind=work.lane)
        return await compose_in(tx, house, bundle, order.purpose, now)


async def record(
    house: House, bundle: Bundle, delivery: Delivery, now: datetime
) -> Sequence[Notification]:
    """Write down what came of a notice; where that may help, it is tried again."""
    [work] = bundle.works
    again = _next_try(house, work, delivery, now)
    status: Outcome = "success" if delivery.ok else "retrying" if again else "failed"
    order = _opened(house, work)
    attempt = _attempt(bundle, delivery, status, now, order)
    async with house.database.begin() as tx:
        if again is None:
            await work_store.finish(tx, [work.id])
        else:
            await work_store.postpone(tx, [work.id], again)
        if bundle.message:
            state: ReceiptState = "accepted" if delivery.ok else "failed"
            await messages.settle(tx, bundle.message.id, delivery, state, now)
        await judge(tx, bundle.choice, delivery, now)
        await flush(await driver(tx), Writes(notifications=[attempt]))
    if not delivery.ok:
        log.warning("notice.unsent", user=work.user_id, detail=delivery.detail, again=again)
    return [attempt]


def _opened(house: House, work: Work) -> Order:
    sealed = (work.payload or {})[SEALED]
    return msgspec.json.decode(house.sealer.open(sealed.encode()), type=Order)


async def _is_unanswered(
    tx: AsyncConnection, order: Order, work: Work, found: Mapping[str, Incident]
) -> bool:
    """Say whether somebody is still to answer; what asks for no help is answered by nobody."""
    if order.request_id is None:
        return True
    asked = await responder_requests.of_incidents(tx, order.incident_ids)
    return any(
        incident.is_open and is_pending(asked.get(id_, ()), order.request_id, work.user_id or "")
        for id_, incident in found.items()
    )


def _next_try(house: House, work: Work, delivery: Delivery, now: datetime) -> datetime | None:
    if delivery.ok or not (delivery.retry or delivery.is_our_fault):
        return None
    pause = BACK_OFF[min(work.attempts, len(BACK_OFF)) - 1]
    at = now + timedelta(seconds=max(pause, delivery.wait_seconds))
    return at if at <= _opened(house, work).until else None


def _attempt(
    bundle: Bundle, delivery: Delivery, status: Outcome, now: datetime, order: Order
) -> Notification:
    """Note the attempt; one that asks for help belongs to the incident that needs it."""
    [work] = bundle.works
    return Notification(
        id=new_id("Q"),
        incident_id=order.incident_ids[0] if order.request_id else None,
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
