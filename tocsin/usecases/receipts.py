"""Receipts: what came of a message is written down, and what follows from it is planned."""

from collections.abc import Iterator, Sequence
from datetime import datetime

import msgspec
import structlog

from tocsin.domain.channel import Delivery
from tocsin.domain.failover import LOGIN, next_try, next_way
from tocsin.domain.log_entry import LogEntry
from tocsin.domain.notification import Notification, Outcome
from tocsin.domain.work import Work
from tocsin.kit.ids import new_id
from tocsin.store import messages
from tocsin.store import work as work_store
from tocsin.store.driver import driver
from tocsin.store.writes import AlarmRow, Writes, flush
from tocsin.usecases.house import House
from tocsin.usecases.paging import Bundle

log = structlog.get_logger(__name__)


class Course(msgspec.Struct, frozen=True, kw_only=True):
    """How it goes on: what is ``over``, and what is tried ``again`` together, and when."""

    over: Sequence[Work]
    again: Sequence[Work] = ()
    until: datetime | None = None


async def record(
    house: House, bundle: Bundle, delivery: Delivery, now: datetime
) -> Sequence[Notification]:
    """Write down what came of a message. A failure is tried again, then by another way."""
    course = _course(bundle, delivery, now)
    over: Outcome = "success" if delivery.ok else "failed"
    writes = Writes()
    writes.notifications += _notifications(bundle, course.over, delivery, over, now)
    writes.log += [_log_entry(notification) for notification in writes.notifications]
    writes.notifications += _notifications(bundle, course.again, delivery, "retrying", now)
    if not delivery.ok:
        _fail_over(writes, bundle, course.over, delivery, now)
    await _write(house, bundle, course, delivery.provider_id, writes)
    for alarm in writes.alarms:
        log.warning("page.undelivered", incident=alarm.incident_id, sentence=alarm.sentence)
    return writes.notifications


async def strike(house: House, bundle: Bundle) -> None:
    """Let pages go that nobody wants any more."""
    async with house.database.begin() as tx:
        await work_store.finish(tx, [work.id for work in bundle.stale])


async def _write(
    house: House, bundle: Bundle, course: Course, reference: str | None, writes: Writes
) -> None:
    async with house.database.begin() as tx:
        await work_store.finish(tx, [work.id for work in (*course.over, *bundle.stale)])
        if course.until is not None:
            await work_store.postpone(tx, [work.id for work in course.again], course.until)
        if bundle.message and reference:
            await messages.name(tx, bundle.message.id, reference)
        await flush(await driver(tx), writes)


def _course(bundle: Bundle, delivery: Delivery, now: datetime) -> Course:
    if not delivery.retry:
        return Course(over=bundle.works)
    tries = [
        next_try(
            attempts=work.attempts,
            planned_for=work.planned_for or work.due,
            now=now,
            wait_seconds=delivery.wait_seconds,
        )
        for work in bundle.works
    ]
    return Course(
        over=[work for work, at in zip(bundle.works, tries, strict=True) if at is None],
        again=[work for work, at in zip(bundle.works, tries, strict=True) if at is not None],
        until=min((at for at in tries if at is not None), default=None),
    )


def _notifications(
    bundle: Bundle, works: Sequence[Work], delivery: Delivery, status: Outcome, now: datetime
) -> Iterator[Notification]:
    """Make one of each incident, though two pages may have met in the bundle."""
    for work in {work.incident_id: work for work in works}.values():
        yield Notification(
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
        )


def _log_entry(notification: Notification) -> LogEntry:
    told = {
        "type": notification.kind,
        "address": notification.address,
        "status": notification.status,
    }
    failed = notification.status == "failed"
    return LogEntry(
        id=new_id("Q"),
        type="notify_log_entry",
        at=notification.at,
        channel={"type": "auto", "notification": told},
        details={"user": notification.user_id}
        | ({"reason": notification.detail} if failed else {}),
        incident_id=notification.incident_id or "",
    )


def _fail_over(
    writes: Writes, bundle: Bundle, works: Sequence[Work], delivery: Delivery, now: datetime
) -> None:
    """Page by another way at once; where none is left, tell the administrators."""
    for work in {work.incident_id: work for work in works}.values():
        instead = _by_another_way(bundle, work, now)
        if instead is not None:
            writes.work.append(instead)
        else:
            writes.alarms.append(
                AlarmRow(
                    id=new_id("Q"),
                    at=now,
                    incident_id=work.incident_id,
                    sentence=_complaint(bundle, work, delivery),
                )
            )


def _by_another_way(bundle: Bundle, work: Work, now: datetime) -> Work | None:
    person = bundle.person
    tried = [*(work.payload or {}).get("tried", ()), work.contact_method_id or LOGIN]
    way = next_way(person.rules, person.methods, tried) if person else None
    if way is None:
        return None
    return Work(
        lane=way.kind,
        kind="notify",
        due=now,
        incident_id=work.incident_id,
        generation=work.generation,
        user_id=work.user_id,
        contact_method_id=way.contact_method_id,
        payload={"tried": tried},
    )


def _complaint(bundle: Bundle, work: Work, delivery: Delivery) -> str:
    number = bundle.incidents[work.incident_id or ""].number
    name = bundle.person.user.name if bundle.person else f"User {work.user_id}"
    return (
        f"{name} was not told of incident #{number}: {bundle.kind} failed and no other way is"
        f" left. {delivery.detail}"
    )
