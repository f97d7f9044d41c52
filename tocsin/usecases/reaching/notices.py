"""Notices: messages to one contact method that are no pages: tests, codes, hand-offs, requests."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, Final

import msgspec
import structlog
from msgspec.structs import replace
from sqlalchemy.ext.asyncio import AsyncConnection

from tocsin.domain.people.user import ContactMethod
from tocsin.domain.reaching.channel import Delivery
from tocsin.domain.reaching.failover import LOGIN, Trail, Turn, trail_of, turn
from tocsin.domain.reaching.hearing import ReceiptState
from tocsin.domain.reaching.message import Purpose
from tocsin.domain.reaching.notification import Notification, Outcome
from tocsin.domain.reaching.paging import Planned, by_method
from tocsin.domain.reaching.sent import Sent
from tocsin.domain.response.incident import Incident
from tocsin.domain.response.log_entry import LogEntry
from tocsin.domain.response.responder_request import is_pending
from tocsin.domain.work import Work
from tocsin.kit.ids import new_id
from tocsin.store import work as work_store
from tocsin.store.driver import driver
from tocsin.store.reaching import messages
from tocsin.store.reaching.messages import MESSAGES
from tocsin.store.response import incidents, responder_requests
from tocsin.store.writes import Writes, flush
from tocsin.usecases.house import House
from tocsin.usecases.reaching.addressing import judge
from tocsin.usecases.reaching.failover import by_another_way
from tocsin.usecases.reaching.paging import Bundle, compose_in
from tocsin.usecases.reaching.timeline import log_entry

GOOD_FOR: Final = timedelta(minutes=10)  # nobody wants to hear it later, if nothing else is said
FOLLOWED_FOR: Final = timedelta(hours=1)  # by then, people have seen it elsewhere
FOLLOWED: Final = frozenset({"hand_off", "responder_request"})  # these go another way, as pages do
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
    sealed = _seal(house, order)
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
    """Write down what came of a notice; where that may help, it is tried again or another way."""
    [work] = bundle.works
    order = _opened(house, work)
    after = _turn(bundle, order, delivery, now)
    instead = _by_another_way(bundle, work, now) if after.another_way else None
    attempt = _attempt(bundle, work, order, delivery, now)
    status: Outcome = "success" if delivery.ok else "retrying" if after.again else "failed"
    writes = Writes(notifications=[replace(attempt, status=status)])
    writes.work = [one for one in (_again(work, after), instead) if one]
    writes.log = [*_told(attempt, instead)]
    async with house.database.begin() as tx:
        await work_store.finish(tx, [work.id])
        if bundle.message:
            state: ReceiptState = "accepted" if delivery.ok else "failed"
            await messages.settle(tx, bundle.message.id, delivery, state, now)
        await judge(tx, bundle.choice, delivery, now)
        await flush(await driver(tx), writes)
    if not delivery.ok:
        log.warning("notice.unsent", user=work.user_id, detail=delivery.detail, again=after.at)
    return writes.notifications


async def follow(
    tx: AsyncConnection,
    house: House,
    bundle: Bundle,
    sent: Sent,
    delivery: Delivery,
    *,
    now: datetime,
) -> Writes:
    """Plan another way for a notice that matters, and has not arrived after all."""
    request_id = await _request_of(tx, sent)
    is_answered = sent.kind == "responder_request" and request_id is None
    if sent.kind not in FOLLOWED or is_answered or now - sent.at > FOLLOWED_FOR:
        return Writes()
    order = Order(
        purpose=Purpose(kind=sent.kind, notice=sent.body.notice, deeds=sent.body.deeds),
        incident_ids=sent.incident_ids,
        request_id=request_id,
        until=now + GOOD_FOR,
    )
    failed = Work(
        lane=sent.channel,
        kind="notice",
        due=now,
        user_id=sent.user_id,
        contact_method_id=sent.contact_method_id,
        payload=_payload(_seal(house, order), Trail(tried=await _tried(tx, sent))),
    )
    instead = _by_another_way(bundle, failed, now)
    attempt = _attempt(replace(bundle, kind=sent.channel), failed, order, delivery, now)
    return Writes(work=[instead] if instead else [], log=[*_told(attempt, instead)])


async def _tried(tx: AsyncConnection, sent: Sent) -> tuple[str, ...]:
    """Return by which ways somebody was told of the same."""
    c = MESSAGES.c
    where = (c.user_id == sent.user_id, c.kind == sent.kind, c.at > sent.at - FOLLOWED_FOR)
    return tuple(
        one.contact_method_id or LOGIN
        for one in await MESSAGES.select(tx, *where)
        if (one.body.notice, one.incident_ids) == (sent.body.notice, sent.incident_ids)
    )


async def _request_of(tx: AsyncConnection, sent: Sent) -> str | None:
    """Return the request that somebody was asked by and has not answered."""
    if sent.kind != "responder_request":
        return None
    asked = await responder_requests.of_incidents(tx, sent.incident_ids)
    return next(
        (
            request.id
            for requests in asked.values()
            for request in requests
            if is_pending(requests, request.id, sent.user_id)
        ),
        None,
    )


def _turn(bundle: Bundle, order: Order, delivery: Delivery, now: datetime) -> Turn:
    """Say what follows: what matters goes on as pages do, all else stays at its own way."""
    [work] = bundle.works
    matters = order.purpose.kind in FOLLOWED
    if delivery.ok or (delivery.is_unproven and not matters):
        return Turn()
    trail = trail_of(work.payload)
    after = turn(
        trail,
        delivery if matters else replace(delivery, retry=delivery.retry or delivery.is_our_fault),
        provider_id=bundle.provider.id if bundle.provider else "",
        has_others=bool(bundle.provider and bundle.choice.others),
        since=trail.since or work.planned_for or work.due,
        now=now,
    )
    if after.at and after.at > order.until:
        after = Turn(another_way=not trail.is_widened)
    return replace(after, another_way=after.another_way and matters)


def _again(work: Work, after: Turn) -> Work | None:
    if after.again is None or after.at is None:
        return None
    sealed = (work.payload or {})[SEALED]
    return replace(work, due=after.at, payload=_payload(sealed, after.again))


def _by_another_way(bundle: Bundle, work: Work, now: datetime) -> Work | None:
    instead = by_another_way(bundle, work, now)
    if instead is None:
        return None
    sealed = (work.payload or {})[SEALED]
    return replace(instead, kind="notice", payload=_payload(sealed, trail_of(instead.payload)))


def _payload(sealed: str, trail: Trail) -> dict[str, Any]:
    return {**msgspec.to_builtins(trail), SEALED: sealed}


def _seal(house: House, order: Order) -> str:
    return house.sealer.seal(msgspec.json.encode(order).decode()).decode()


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


def _attempt(
    bundle: Bundle, work: Work, order: Order, delivery: Delivery, now: datetime
) -> Notification:
    """Note the attempt; one that asks for help belongs to the incident that needs it."""
    return Notification(
        id=new_id("Q"),
        incident_id=order.incident_ids[0] if order.request_id else None,
        user_id=work.user_id or "",
        contact_method_id=work.contact_method_id,
        kind=bundle.kind,
        address=bundle.shown,
        status="success" if delivery.ok else "failed",
        detail=delivery.detail,
        provider_id=delivery.provider_id,
        at=now,
        message_id=bundle.message.id if bundle.message else None,
        carrier=bundle.provider.name if bundle.provider else "",
    )


def _told(attempt: Notification, instead: Work | None) -> Iterator[LogEntry]:
    """Tell the timeline of the incident what is tried instead."""
    if instead is not None and attempt.incident_id:
        yield log_entry(attempt, "way")
