"""Notification channels: found, made, changed, tried out and taken away."""

from collections.abc import Iterator
from datetime import datetime
from typing import Final

import msgspec
from msgspec import UNSET, UnsetType
from msgspec.structs import replace
from sqlalchemy.ext.asyncio import AsyncConnection

from tocsin.domain.faults import faults_of_line
from tocsin.domain.machines.delivery import Dispatch
from tocsin.domain.monitoring.channel_config import (
    Config,
    is_connected,
    kind_of,
    masked,
    merged,
    read,
    shown,
    tidied,
    write,
)
from tocsin.domain.monitoring.channel_faults import faults_of_change, faults_of_config
from tocsin.domain.monitoring.notification_channel import NotificationChannel, Signal, SignalAction
from tocsin.domain.monitoring.signal_making import FIRST, TEST_MARK, TRIAL, subject_of, thread_of
from tocsin.kit.ids import new_id
from tocsin.store.clashes import tried_again
from tocsin.store.machines import deliveries
from tocsin.store.machines.deliveries import DELIVERIES
from tocsin.store.monitoring import notification_channels as store
from tocsin.store.monitoring import signals as signals_store
from tocsin.store.monitoring import threads
from tocsin.store.monitoring.notification_channels import CHANNELS
from tocsin.store.monitoring.notification_schemes import SCHEMES, naming
from tocsin.store.rows import Taken
from tocsin.usecases.errors import Conflict, Invalid, NotFound
from tocsin.usecases.house import House
from tocsin.usecases.monitoring import environments, signals
from tocsin.usecases.wishes import refuse

LONGEST_NAME: Final = 100

NAME_TAKEN: Final = "Name has already been taken in this environment."
NO_CONFIG: Final = "Config cannot be empty."
KIND_FOR_LIFE: Final = "Kind cannot be changed."
NO_TRIAL: Final = "There is no open test: send a test trigger first."
CONNECTED: Final = (
    "Integration key and server cannot be changed while the channel is signed in there:"
    " disconnect it first."
)
REMOVED: Final = "The channel was removed."


class Wish(msgspec.Struct, frozen=True, kw_only=True):
    """What a channel shall be; UNSET leaves it as it is.

    Secrets of ``config`` that are blank, or masked as ``get`` shows them, stay as they are too.
    """

    name: str | UnsetType = UNSET
    config: Config | UnsetType = UNSET


class Known(msgspec.Struct, frozen=True, kw_only=True):
    """A channel, and its settings as a form may show them: secrets are masked."""

    channel: NotificationChannel
    config: Config


async def find(house: House, environment_id: str) -> list[NotificationChannel]:
    """List the channels of an environment by name."""
    async with house.database.read() as tx:
        return await CHANNELS.select(
            tx, store.of_environment(environment_id), order_by=store.BY_NAME
        )


async def get(house: House, channel_id: str) -> Known:
    """Read one channel. Raises NotFound."""
    async with house.database.read() as tx:
        channel = await CHANNELS.get(tx, channel_id)
    if channel is None or channel.removed_at is not None:
        raise NotFound("Notification channel", channel_id)
    return Known(channel=channel, config=masked(config_of(house, channel)))


async def create(
    house: House, environment_id: str | None, wish: Wish, now: datetime
) -> NotificationChannel:
    """Make a channel, without an environment in the first.

    It hears of nothing until an environment, a rule or a scheme names it.
    """
    if wish.config is UNSET:
        raise Invalid(NO_CONFIG)
    async with house.database.begin() as tx:
        environment = await environments.hold_or_make(tx, environment_id, now)
        blank = NotificationChannel(
            id=new_id(),
            environment_id=environment.id,
            name="",
            kind=kind_of(wish.config),
            shown="",
            config_encrypted=b"",
            created_at=now,
        )
        config = tidied(wish.config)
        channel = _apply(wish, blank)
        refuse((*_faults(channel), *faults_of_config(config)))
        try:
            return await CHANNELS.insert(tx, with_config(house, channel, config))
        except Taken:
            raise Invalid(NAME_TAKEN) from None


async def change(house: House, channel_id: str, wish: Wish) -> NotificationChannel:
    """Change a channel. With other settings it must prove anew that it works."""
    async with house.database.begin() as tx:
        before = await hold(tx, channel_id)
        channel = _apply(wish, before)
        refuse(_faults(channel))
        if wish.config is not UNSET:
            channel = _with_wished(house, channel, tidied(wish.config))
        try:
            return await CHANNELS.update(tx, channel)
        except Taken:
            raise Invalid(NAME_TAKEN) from None


@tried_again
async def remove(house: House, channel_id: str, now: datetime) -> None:
    """Take a channel away: at once for people, and for good when what it has open was resolved."""
    async with house.database.begin() as tx:
        channel = await hold(tx, channel_id)
        await _detach(tx, channel_id)
        await deliveries.drop_waiting(tx, channel_id, REMOVED, now)
        await CHANNELS.update(tx, replace(channel, removed_at=now))
        await signals.plan_end(tx, channel_id, now)
        await signals.forget_removed(tx, channel_id)


@tried_again
async def try_out(house: House, channel_id: str, action: SignalAction, now: datetime) -> str:
    """Plan a test, and return the id of its delivery. What ends it needs one that is open."""
    async with house.database.begin() as tx:
        await hold(tx, channel_id)
        thread_id = thread_of(new_id(TRIAL))
        if action != "trigger":
            thread_id = await _open_trial(tx, channel_id)
        dispatch = signals.dispatch_of(channel_id, thread_id, action, now)
        await deliveries.plan(tx, [dispatch])
    return dispatch.id


async def greet(house: House, channel_id: str, now: datetime) -> str:
    """Plan a first alert, so that people see that alerts arrive; return its delivery's id."""
    async with house.database.begin() as tx:
        await hold(tx, channel_id)
        dispatch = signals.dispatch_of(channel_id, thread_of(new_id(TRIAL)), "trigger", now)
        subject = dispatch.subject | {FIRST: True}
        await deliveries.plan(tx, [replace(dispatch, subject=subject)])
    return dispatch.id


async def trial(house: House, delivery_id: str) -> Dispatch:
    """Say what became of a test: its body is the request once it is over. Raises NotFound."""
    async with house.database.read() as tx:
        found = await DELIVERIES.get(tx, delivery_id)
    if found is None or found.lane != "signal" or not found.thread_id.startswith(TEST_MARK):
        raise NotFound("Test", delivery_id)
    return replace(found, body=None) if found.status == "waiting" else found


async def trial_told(house: House, dispatch: Dispatch) -> Signal | None:
    """Return what PagerDuty was told by a test trigger; None if it is anything else."""
    if dispatch.kind != "trigger" or not dispatch.thread_id.startswith(TEST_MARK):
        return None
    async with house.database.read() as tx:
        channel = await CHANNELS.get(tx, dispatch.destination_id)
        told = await DELIVERIES.get(tx, dispatch.id)
    if channel is None or channel.kind != "pagerduty" or told is None or told.body is None:
        return None
    return msgspec.json.decode(told.body, type=Signal)


async def hold(tx: AsyncConnection, channel_id: str) -> NotificationChannel:
    """Lock a channel that must exist. Raises NotFound."""
    channel = await CHANNELS.get(tx, channel_id, hold=True)
    if channel is None or channel.removed_at is not None:
        raise NotFound("Notification channel", channel_id)
    return channel


def config_of(house: House, channel: NotificationChannel) -> Config:
    """Open the settings of a channel, with all secrets."""
    return read(house.sealer.open(channel.config_encrypted))


def with_config(house: House, channel: NotificationChannel, config: Config) -> NotificationChannel:
    """Return a channel with these settings, sealed."""
    sealed = house.sealer.seal(write(config))
    return replace(
        channel,
        shown=shown(config),
        config_encrypted=sealed,
        is_connected=is_connected(config),
    )


def _with_wished(house: House, channel: NotificationChannel, wished: Config) -> NotificationChannel:
    before = config_of(house, channel)
    if kind_of(wished) != channel.kind:
        raise Invalid(KIND_FOR_LIFE)
    config = merged(wished, before)
    refuse((*faults_of_change(wished, before), *faults_of_config(config)))
    if config == before:
        return channel
    if channel.is_connected and shown(config) != channel.shown:
        raise Invalid(CONNECTED)
    return replace(with_config(house, channel, config), proof="untried")


async def _detach(tx: AsyncConnection, channel_id: str) -> None:
    """Let nothing name a channel any more; a step that is left without one goes."""
    await store.detach(tx, channel_id)
    for scheme in await SCHEMES.select(tx, naming(channel_id)):
        steps = (
            replace(step, channel_ids=tuple(id_ for id_ in step.channel_ids if id_ != channel_id))
            for step in scheme.steps
        )
        kept = tuple(step for step in steps if step.channel_ids)
        await SCHEMES.update(tx, replace(scheme, steps=kept))


async def _open_trial(tx: AsyncConnection, channel_id: str) -> str:
    thread_id = await signals_store.newest_trial(tx, channel_id)
    thread = thread_id and await threads.get(tx, channel_id, subject_of(thread_id))
    if not thread_id or (thread and thread.closed_at):
        raise Conflict(NO_TRIAL)
    return thread_id


def _apply(wish: Wish, before: NotificationChannel) -> NotificationChannel:
    name = before.name if wish.name is UNSET else " ".join(wish.name.split())
    return replace(before, name=name)


def _faults(channel: NotificationChannel) -> Iterator[str]:
    yield from faults_of_line("Name", channel.name, LONGEST_NAME)
