"""Telling: a signal that is due is composed as things stand, and what came of it written down."""

from datetime import datetime
from typing import Final

import msgspec
import structlog
from msgspec.structs import replace
from sqlalchemy.ext.asyncio import AsyncConnection

from tocsin.domain.machines.delivery import Dispatch, after
from tocsin.domain.monitoring.alert_rule import Violation
from tocsin.domain.monitoring.channel_config import ApiAction, Config, read
from tocsin.domain.monitoring.notification_channel import (
    STATUS_AFTER,
    NotificationChannel,
    Outcome,
    Signal,
    SignalAction,
    Thread,
)
from tocsin.domain.monitoring.signal_making import (
    FIRST,
    TEST_MARK,
    signal_of,
    subject_of,
    trial_signal,
)
from tocsin.kit.sealing import SealingError
from tocsin.store import alarms
from tocsin.store.clashes import tried_again
from tocsin.store.machines import deliveries
from tocsin.store.monitoring import notification_channels as channels_store
from tocsin.store.monitoring import signals as store
from tocsin.store.monitoring import threads
from tocsin.store.monitoring.environments import ENVIRONMENTS
from tocsin.store.monitoring.notification_channels import CHANNELS
from tocsin.usecases.house import House
from tocsin.usecases.monitoring.signals import channels_of, dispatch_of, forget_removed

MOST_ATTEMPTS: Final = 55  # a day's, with pauses that grow to half an hour

GONE: Final = "the channel was removed"
OVER: Final = "it was over before"
DETACHED: Final = "its rule does not tell this channel any more"
ANSWERED: Final = "somebody has acknowledged it"
TOLD: Final = "it was told before, and another request would begin another incident"
NOT_OPEN: Final = "nothing is open there"
NO_REQUEST: Final = "the channel has no request for this"

log = structlog.get_logger("tocsin.signals")


class Parcel(msgspec.Struct, frozen=True, kw_only=True):
    """A signal on its way to a channel: ``sender`` is from whom mails come."""

    signal: Signal
    config: Config
    sender: str
    at: datetime


class Unwanted(Outcome, frozen=True, kw_only=True):
    """Nobody needs to be told any more; nothing was sent, and nothing is wrong."""


class Case(msgspec.Struct, frozen=True, kw_only=True):
    """All that is known about a dispatch. A trial is about no violation."""

    dispatch: Dispatch
    channel: NotificationChannel
    config: Config
    violation: Violation | None
    thread: Thread | None

    @property
    def action(self) -> SignalAction:
        """What is to be told."""
        return _action(self.dispatch)

    @property
    def is_open(self) -> bool:
        """Whether the channel knows of it."""
        return self.thread is not None and self.thread.closed_at is None


@tried_again
async def compose(house: House, dispatch: Dispatch, now: datetime) -> Parcel | Outcome:
    """Ask once more whether it is still wanted, and say then what is told."""
    async with house.database.begin() as tx:
        channel = await CHANNELS.get(tx, dispatch.destination_id)
        if channel is None:
            return _unwanted(GONE)
        try:
            config = read(house.sealer.open(channel.config_encrypted))
        except SealingError as error:
            return Outcome(ok=False, detail=str(error))
        case = await _case(tx, dispatch, channel, config)
        if why_not := await _why_not(tx, case):
            return _unwanted(why_not)
        if dispatch.kind == "trigger":
            await _open_thread(tx, case, now)
        signal = await _signal(tx, house, case, now)
    return Parcel(signal=signal, config=case.config, sender=house.account.mail_from, at=now)


@tried_again
async def record(house: House, dispatch: Dispatch, outcome: Outcome, now: datetime) -> None:
    """Write down what came of it: how the thread stands, and what is known of the channel."""
    if _is_trial(dispatch) or dispatch.attempts >= MOST_ATTEMPTS:
        outcome = replace(outcome, retry=False)
    settled = after(dispatch, outcome, now)
    is_over, is_wanted = settled.status != "waiting", not isinstance(outcome, Unwanted)
    async with house.database.begin() as tx:
        await deliveries.settle(tx, settled)
        if is_wanted:
            id_ = dispatch.destination_id
            await channels_store.note(tx, id_, outcome, is_over=is_over, now=now)
        if is_over:
            await deliveries.keep_body(tx, dispatch.id, outcome.request)
            await _follow(tx, dispatch, outcome, now)
            if outcome.confirmed and _is_trial(dispatch):
                id_, thread_id = dispatch.destination_id, dispatch.thread_id
                await deliveries.plan(tx, [dispatch_of(id_, thread_id, "resolve", now)])
            if is_wanted and not outcome.ok and not _is_trial(dispatch):
                await _alarm(tx, dispatch, outcome, now)
            await forget_removed(tx, dispatch.destination_id)
    log.info(
        "signal.told",
        channel=dispatch.destination_id,
        action=dispatch.kind,
        status=settled.status,
        detail=outcome.detail,
    )


async def _case(
    tx: AsyncConnection, dispatch: Dispatch, channel: NotificationChannel, config: Config
) -> Case:
    return Case(
        dispatch=dispatch,
        channel=channel,
        config=config,
        violation=await store.hold_violation(tx, dispatch.thread_id),
        thread=await _thread(tx, dispatch),
    )


async def _why_not(tx: AsyncConnection, case: Case) -> str:
    """Say why nobody wants to be told any more; nothing if they do."""
    if case.action == "trigger":
        return await _why_no_trigger(tx, case)
    if not case.is_open:
        return NOT_OPEN
    is_possible = not isinstance(case.config, ApiAction) or case.config.request(case.action)
    return "" if is_possible else NO_REQUEST


async def _why_no_trigger(tx: AsyncConnection, case: Case) -> str:
    if case.channel.removed_at is not None:
        return GONE
    if _is_trial(case.dispatch):
        return ""
    if case.violation is None or case.violation.state != "active":
        return OVER
    if case.is_open:
        return TOLD if _begins_anew(case) else ""
    wait = (await channels_of(tx, case.violation)).get(case.channel.id)
    if wait is None:
        return DETACHED
    return ANSWERED if wait > 0 and case.violation.acknowledged_at else ""


def _begins_anew(case: Case) -> bool:
    """Say whether a further trigger would be taken for another incident."""
    is_there = case.thread is not None and case.thread.remote_status is not None
    return is_there and isinstance(case.config, ApiAction)


async def _open_thread(tx: AsyncConnection, case: Case, now: datetime) -> None:
    """Open the thread before anything is sent: from now on its end is told too."""
    channel_id, thread_id = case.channel.id, case.dispatch.thread_id
    is_new = await threads.begin(tx, channel_id, subject_of(thread_id), now)
    if is_new and case.violation and case.violation.acknowledged_at:
        await deliveries.plan(tx, [dispatch_of(channel_id, thread_id, "acknowledge", now)])


async def _signal(tx: AsyncConnection, house: House, case: Case, now: datetime) -> Signal:
    """Return what is told: what was composed before, or how things stand now."""
    if case.dispatch.body is not None:
        return msgspec.json.decode(case.dispatch.body, type=Signal)
    signal = await _newly(tx, house, case, now)
    if case.is_open and case.thread:
        signal = replace(signal, remote_id=case.thread.remote_id)
    await deliveries.keep_body(tx, case.dispatch.id, msgspec.json.encode(signal).decode())
    return signal


async def _newly(tx: AsyncConnection, house: House, case: Case, now: datetime) -> Signal:
    url = house.settings.public_url
    if case.violation:
        known = await store.about(tx, case.violation.id)
        link = f"{url}/violations/{case.violation.id}"
        return signal_of(case.violation, case.action, known, link=link, at=now)
    environment = await ENVIRONMENTS.get(tx, case.channel.environment_id)
    return trial_signal(
        case.action,
        thread_id=case.dispatch.thread_id,
        channel=case.channel.name,
        environment=environment.name if environment else "",
        link=f"{url}/notification_channels/{case.channel.id}",
        at=now,
        is_first=FIRST in case.dispatch.subject,
    )


async def _follow(tx: AsyncConnection, dispatch: Dispatch, outcome: Outcome, now: datetime) -> None:
    """Let the thread stand as the other side was told, or be over if it cannot be told."""
    thread = await _thread(tx, dispatch)
    if thread is None:
        return
    if outcome.ok:
        status = STATUS_AFTER[_action(dispatch)]
        if dispatch.kind == "trigger":
            status = thread.remote_status or status  # somebody there may have been faster
        await threads.note(tx, thread, status=status, remote_id=outcome.remote_id, now=now)
    elif _ends(dispatch, outcome, thread):
        await threads.close(tx, thread.channel_id, thread.violation_id, now)


def _ends(dispatch: Dispatch, outcome: Outcome, thread: Thread) -> bool:
    """Say whether nothing more can be told after this: it never began, or its end was refused."""
    if dispatch.kind == "trigger":
        return thread.remote_status is None and not isinstance(outcome, Unwanted)
    return dispatch.kind == "resolve"


async def _alarm(tx: AsyncConnection, dispatch: Dispatch, outcome: Outcome, now: datetime) -> None:
    """Tell administrators of a channel that was not told."""
    channel = await CHANNELS.get(tx, dispatch.destination_id)
    violation = await store.hold_violation(tx, dispatch.thread_id)
    name = channel.name if channel else dispatch.destination_id
    what = f" of “{violation.summary}”" if violation else ""
    told = f"did not take the {dispatch.kind}{what}: {outcome.detail}"
    await alarms.ring(tx, f"Notification channel {name} {told}", now)


async def _thread(tx: AsyncConnection, dispatch: Dispatch) -> Thread | None:
    return await threads.get(tx, dispatch.destination_id, subject_of(dispatch.thread_id))


def _action(dispatch: Dispatch) -> SignalAction:
    action: SignalAction = msgspec.convert(dispatch.kind, SignalAction)
    return action


def _is_trial(dispatch: Dispatch) -> bool:
    return dispatch.thread_id.startswith(TEST_MARK)


def _unwanted(why: str) -> Unwanted:
    return Unwanted(ok=False, detail=f"Not sent: {why}.")
