"""Signals: what notification channels are to be told of violations."""

from datetime import datetime, timedelta

from sqlalchemy.ext.asyncio import AsyncConnection

from tocsin.domain.alert_rule import Violation
from tocsin.domain.delivery import Dispatch
from tocsin.domain.notification_channel import STATUS_AFTER, SignalAction
from tocsin.domain.signal_making import subject_of, thread_of
from tocsin.kit.ids import new_id
from tocsin.store import deliveries, threads
from tocsin.store import notification_channels as channels_store
from tocsin.store import signals as store
from tocsin.usecases.house import House


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
    told = [thread.channel_id for thread in await threads.open_of_violation(tx, violation.id)]
    due = dict.fromkeys(told, now)
    if action == "trigger":
        due = await _attached(tx, violation, now) | due
        for channel_id in await store.not_yet_told(tx, violation.id):
            due.pop(channel_id, None)
    if but:
        due.pop(but, None)
        await _note_said(tx, but, violation.id, action, now)
    await deliveries.plan(
        tx, [dispatch_of(id_, violation.id, action, now, due=at) for id_, at in due.items()]
    )


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


async def channels_of(tx: AsyncConnection, violation: Violation) -> dict[str, int]:
    """Return the channels that hear of a violation, and after how many seconds."""
    return await store.attached(
        tx, environment_id=violation.environment_id, rule_id=violation.rule_id
    )


async def forget_removed(tx: AsyncConnection, channel_id: str) -> None:
    """Forget a channel that was removed, once nothing waits to be told."""
    if await channels_store.forget_removed(tx, channel_id):
        await threads.forget(tx, channel_id)


async def _attached(
    tx: AsyncConnection, violation: Violation, now: datetime
) -> dict[str, datetime]:
    """Return who hears of a violation, and when: schemes count from when it became active."""
    attached = await channels_of(tx, violation)
    began = violation.active_at or now
    return {id_: max(now, began + timedelta(seconds=wait)) for id_, wait in attached.items()}


async def _note_said(
    tx: AsyncConnection, channel_id: str, violation_id: str, action: SignalAction, now: datetime
) -> None:
    """Keep that the other side did it itself."""
    thread = await threads.get(tx, channel_id, violation_id)
    if thread is not None:
        await threads.note(tx, thread, status=STATUS_AFTER[action], now=now)
