"""Signals: what notification channels are told of violations, planned here and sent later."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy.ext.asyncio import AsyncConnection

from tocsin.domain.alert_rule import Violation
from tocsin.domain.delivery import Dispatch
from tocsin.domain.notification_channel import RemoteStatus, SignalAction
from tocsin.kit.ids import new_id
from tocsin.store import deliveries, threads
from tocsin.store import signals as store
from tocsin.usecases.house import House

STATUS_AFTER: Final[Mapping[SignalAction, RemoteStatus]] = {
    "trigger": "triggered",
    "acknowledge": "acknowledged",
    "resolve": "resolved",
}


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
    told = {thread.channel_id for thread in await threads.open_of_violation(tx, violation.id)}
    if action == "trigger":
        due = await _triggers(tx, violation, now) | dict.fromkeys(told, now)
        for channel_id in await store.not_yet_told(tx, violation.id):
            due.pop(channel_id, None)
    else:
        due = dict.fromkeys(told, now)
    due.pop(but or "", None)
    await deliveries.plan(tx, _dispatches(violation, action, due, now))
    if but and action != "trigger":
        await _note_said(tx, but, violation.id, action, now)


async def _triggers(
    tx: AsyncConnection, violation: Violation, now: datetime
) -> dict[str, datetime]:
    """Return who hears of a violation, and when: schemes count from when it became active."""
    attached = await store.attached(
        tx, environment_id=violation.environment_id, rule_id=violation.rule_id
    )
    began = violation.active_at or now
    return {id_: max(now, began + timedelta(seconds=after)) for id_, after in attached.items()}


async def _note_said(
    tx: AsyncConnection, channel_id: str, violation_id: str, action: SignalAction, now: datetime
) -> None:
    """Keep that the other side did it itself."""
    thread = await threads.get(tx, channel_id, violation_id)
    if thread is not None:
        await threads.note(tx, thread, status=STATUS_AFTER[action], now=now)


def _dispatches(
    violation: Violation, action: SignalAction, due: Mapping[str, datetime], now: datetime
) -> list[Dispatch]:
    return [
        Dispatch(
            id=new_id("Q"),
            lane="signal",
            destination_id=channel_id,
            thread_id=violation.id,
            kind=action,
            subject={"violation_id": violation.id},
            due=at,
            created_at=now,
        )
        for channel_id, at in due.items()
    ]
