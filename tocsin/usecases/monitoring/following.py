"""Following: what people do over there to an incident happens here to its violation."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Final

import msgspec
import structlog
from sqlalchemy.ext.asyncio import AsyncConnection

from tocsin.domain.monitoring import judging
from tocsin.domain.monitoring.alert_rule import Violation
from tocsin.domain.monitoring.channel_config import PagerDuty
from tocsin.domain.monitoring.envoy import FarIncident
from tocsin.domain.monitoring.following import Webhook, Word, is_news, is_old, word_of
from tocsin.domain.monitoring.judging import Change
from tocsin.domain.monitoring.notification_channel import NotificationChannel, Thread
from tocsin.domain.monitoring.signal_making import subject_of
from tocsin.kit.text import one_line
from tocsin.store.clashes import tried_again
from tocsin.store.monitoring import notification_channels as channels_store
from tocsin.store.monitoring import received, threads
from tocsin.store.monitoring import violations as violations_store
from tocsin.store.monitoring.alert_rules import RULES
from tocsin.store.monitoring.monitors import MONITORS
from tocsin.store.monitoring.notification_channels import CHANNELS
from tocsin.usecases.errors import NotFound
from tocsin.usecases.house import House
from tocsin.usecases.monitoring import far_lines, notification_channels, violations

Found = Mapping[str, FarIncident]

ASK_EVERY: Final = timedelta(minutes=1)

log = structlog.get_logger("tocsin.following")


class Follower(msgspec.Struct, frozen=True, kw_only=True):
    """A channel that hears of its incidents by webhooks, and what those are signed with."""

    channel_id: str
    secrets: tuple[str, ...]
    is_heard: bool


class _Case(msgspec.Struct, frozen=True, kw_only=True):
    """What a channel was told of, and the violation unless it was a trial."""

    thread: Thread
    violation: Violation | None


async def get(house: House, channel_id: str) -> Follower:
    """Find who follows. Raises NotFound."""
    async with house.database.read() as tx:
        channel = await CHANNELS.get(tx, channel_id)
    if channel is not None and channel.removed_at is None:
        config = notification_channels.config_of(house, channel)
        if isinstance(config, PagerDuty) and config.far and config.far.webhook_secret:
            return Follower(
                channel_id=channel_id,
                secrets=(config.far.webhook_secret,),
                is_heard=config.far.heard_at is not None,
            )
    raise NotFound("Notification channel", channel_id)


async def hear(house: House, follower: Follower, id_: str, webhook: Webhook, now: datetime) -> None:
    """Take a webhook, once."""
    if webhook.word is not None:
        await _take_once(house, follower.channel_id, id_, webhook.word, now)
    if not follower.is_heard:
        await far_lines.note_heard(house, follower.channel_id, now)


async def to_ask(house: House, now: datetime) -> list[NotificationChannel]:
    """Claim the channels whose other side was not asked for a while."""
    async with house.database.begin() as tx:
        return await channels_store.to_ask(tx, now, asked_before=now - ASK_EVERY)


async def open_threads(house: House, channel_id: str) -> Sequence[Thread]:
    """List what a channel was told of and is not over."""
    async with house.database.read() as tx:
        return await threads.open_of_channel(tx, channel_id)


@tried_again
async def compare(house: House, channel_id: str, found: Found, now: datetime) -> None:
    """Let follow what has changed over there since anything was heard of it."""
    for violation_id, incident in found.items():
        async with house.database.begin() as tx:
            case = await _hold(tx, channel_id, violation_id)
            if case and case.thread.closed_at is None and is_news(incident, case.thread):
                await _follow(tx, house, case, word_of(incident, case.thread), now)


@tried_again
async def _take_once(house: House, channel_id: str, id_: str, word: Word, now: datetime) -> None:
    async with house.database.begin() as tx:
        if not await received.take(tx, f"{channel_id} {id_}", now):
            return
        for violation_id in await _meant(tx, channel_id, word):
            if case := await _hold(tx, channel_id, violation_id):
                await _follow(tx, house, case, word, now)


async def _meant(tx: AsyncConnection, channel_id: str, word: Word) -> list[str]:
    """Find what an incident is about: by our name for it, and by theirs."""
    others = await threads.of_remote(tx, channel_id, word.incident_id)
    return sorted({subject_of(word.key), *(thread.violation_id for thread in others)})


async def _hold(tx: AsyncConnection, channel_id: str, violation_id: str) -> _Case | None:
    """Lock what a channel was told of, the violation first, as whoever tells does."""
    violation = await violations_store.hold(tx, [violation_id])
    thread = await threads.hold(tx, channel_id, violation_id)
    if thread is None:
        return None
    return _Case(thread=thread, violation=violation[0] if violation else None)


async def _follow(
    tx: AsyncConnection, house: House, case: _Case, word: Word, now: datetime
) -> None:
    """Do here what was done there; the channel that said so is not told of it again."""
    thread = case.thread
    if is_old(word, thread):
        return
    status, remote_id, change = word.status, word.incident_id, None
    if word.goes_on_as:
        status, remote_id = thread.remote_status or "triggered", word.goes_on_as
    elif case.violation is not None:
        change = await _change(tx, case.violation, word, now)
        await violations.carry_out(tx, house, change, now, thread.channel_id)
    if thread.closed_at and change is None:
        status = "resolved"  # what is over goes on only together with its violation
    await threads.hear(tx, thread, status=status, remote_id=remote_id, at=word.at, now=now)
    if thread.remote_id is None:
        await channels_store.confirm(tx, thread.channel_id)
    if change:
        log.info("violation.followed", violation=thread.violation_id, turn=word.turn)


async def _change(
    tx: AsyncConnection, violation: Violation, word: Word, now: datetime
) -> Change | None:
    by = one_line(word.by, violations.LONGEST_NAME)
    match word.turn:
        case "acknowledged":
            return judging.acknowledge(violation, by, now)
        case "unacknowledged":
            return judging.unacknowledge(violation, now)
        case "resolved":
            return judging.close(violation, by, "closed elsewhere", now)
        case "reopened":
            return await _reopened(tx, violation, now)
        case _:
            return None


async def _reopened(tx: AsyncConnection, violation: Violation, now: datetime) -> Change | None:
    """Let a violation go on, if somebody still judges it and none came after it."""
    pair = (violation.rule_id, violation.monitor_id)
    newest = (await violations_store.newest(tx, [pair])).get(pair)
    monitor = await MONITORS.get(tx, violation.monitor_id)
    rule = await RULES.get(tx, violation.rule_id)
    is_last = newest is not None and newest.id == violation.id
    if not is_last or judging.end_of(rule, monitor) is not None:
        return None
    return judging.reopen(violation, now)
