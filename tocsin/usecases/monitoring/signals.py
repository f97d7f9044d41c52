"""Signals: what notification channels are to be told of violations."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from sqlalchemy.ext.asyncio import AsyncConnection

from tocsin.domain.machines.delivery import Dispatch
from tocsin.domain.monitoring.alert_rule import Violation
from tocsin.domain.monitoring.notification_channel import STATUS_AFTER, SignalAction
from tocsin.domain.monitoring.signal_making import subject_of, thread_of
from tocsin.kit.ids import new_id
from tocsin.store.machines import deliveries
from tocsin.store.monitoring import notification_channels as channels_store
from tocsin.store.monitoring import signals as store
from tocsin.store.monitoring import threads
from tocsin.usecases.house import House

Telling = tuple[Violation, SignalAction]
Due = dict[str, datetime]  # by the ids of channels


async def plan(
    tx: AsyncConnection,
    house: House,
    violation: Violation,
    action: SignalAction,
    now: datetime,
    *,
    but: str | None = None,
) -> None:
    """Plan to tell all whom it concerns, except the channel ``but``, which said it itself.

    The violation must have been written before, in the same transaction: who is told a moment
    later looks at it, and waits for it.
    """
    await plan_many(tx, house, [(violation, action)], now, but=but)


async def plan_many(
    tx: AsyncConnection,
    _house: House,
    tellings: Sequence[Telling],
    now: datetime,
    *,
    but: str | None = None,
) -> None:
    """Do the same for different violations, in so many queries however many there are."""
    if not tellings:
        return
    due = await _due(tx, tellings, now)
    if but:
        for violation, action in tellings:
            due[violation.id].pop(but, None)
            await _note_said(tx, but, violation.id, action, now)
    planned = [
        dispatch_of(channel_id, violation.id, action, now, due=at)
        for violation, action in tellings
        for channel_id, at in due[violation.id].items()
    ]
    await deliveries.plan(tx, planned)


async def plan_end(tx: AsyncConnection, channel_id: str, now: datetime) -> None:
    """Plan to resolve, at a channel that is removed, all that is open there."""
    opened = await threads.open_of_channel(tx, channel_id)
    ids = [thread_of(thread.violation_id) for thread in opened]
    await deliveries.plan(tx, [dispatch_of(channel_id, id_, "resolve", now) for id_ in ids])


def dispatch_of(
    channel_id: str,
    thread_id: str,
    action: SignalAction,
    now: datetime,
    *,
    due: datetime | None = None,
) -> Dispatch:
    """Return what is to be told to a channel: at once, if nothing else is said."""
    return Dispatch(
        id=new_id("Q"),
        lane="signal",
        destination_id=channel_id,
        thread_id=thread_id,
        kind=action,
        subject={"id": subject_of(thread_id)},
        due=due or now,
        created_at=now,
    )


async def channels_of(tx: AsyncConnection, violation: Violation) -> Mapping[str, int]:
    """Return the channels that hear of a violation, and after how many seconds."""
    return (await _waits(tx, [violation]))[violation.id]


async def forget_removed(tx: AsyncConnection, channel_id: str) -> None:
    """Forget a channel that was removed, once nothing waits to be told."""
    if await channels_store.forget_removed(tx, channel_id):
        await threads.forget(tx, channel_id)


async def _due(tx: AsyncConnection, tellings: Sequence[Telling], now: datetime) -> dict[str, Due]:
    """Return, for each violation, who is told of it, and when."""
    begun = [violation for violation, action in tellings if action == "trigger"]
    due = await _attached(tx, begun, now) if begun else {}
    for violation, _ in tellings:
        due.setdefault(violation.id, {})
    for thread in await threads.open_of_violations(tx, due):
        due[thread.violation_id][thread.channel_id] = now
    for violation_id, channel_id in await store.not_yet_told(tx, [one.id for one in begun]):
        due[violation_id].pop(channel_id, None)
    return due


async def _attached(
    tx: AsyncConnection, violations: Sequence[Violation], now: datetime
) -> dict[str, Due]:
    """Return who hears of violations, and when: schemes count from when they became active."""
    waits = await _waits(tx, violations)
    return {
        one.id: {
            channel_id: max(now, (one.active_at or now) + timedelta(seconds=wait))
            for channel_id, wait in waits[one.id].items()
        }
        for one in violations
    }


async def _waits(
    tx: AsyncConnection, violations: Sequence[Violation]
) -> dict[str, Mapping[str, int]]:
    attached = await store.attached(tx, {(one.environment_id, one.rule_id) for one in violations})
    return {one.id: attached.get((one.environment_id, one.rule_id), {}) for one in violations}


async def _note_said(
    tx: AsyncConnection, channel_id: str, violation_id: str, action: SignalAction, now: datetime
) -> None:
    """Keep that the other side did it itself."""
    thread = await threads.get(tx, channel_id, violation_id)
    if thread is not None:
        await threads.note(tx, thread, status=STATUS_AFTER[action], now=now)
