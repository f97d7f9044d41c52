"""Connections: how channels are known at the servers that they tell, and what is left in the end.

Nothing is asked while a transaction is open: what comes of it is written down afterwards.
"""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import suppress
from datetime import datetime, timedelta
from typing import Final

import msgspec
import structlog
from msgspec.structs import replace
from sqlalchemy.ext.asyncio import AsyncConnection

from tocsin.domain.monitoring.channel_config import FarSide, PagerDuty
from tocsin.domain.monitoring.envoy import Envoy, FarFault
from tocsin.domain.monitoring.far_server import addresses_of, faults_of_far
from tocsin.domain.monitoring.notification_channel import NotificationChannel
from tocsin.kit.ids import new_id
from tocsin.store.driver import driver
from tocsin.store.monitoring import notification_channels as store
from tocsin.store.monitoring.notification_channels import CHANNELS
from tocsin.store.writes import AlarmRow, Writes, flush
from tocsin.usecases.errors import Conflict, Invalid
from tocsin.usecases.house import House
from tocsin.usecases.monitoring import notification_channels, signals
from tocsin.usecases.wishes import refuse

CALLBACKS: Final = "/callbacks/pagerduty"
BEFORE_ITS_END: Final = timedelta(minutes=1)  # a token is had anew
REFRESH_FOR: Final = timedelta(seconds=30)  # whoever has not done it by then has stumbled
PATIENCE: Final = timedelta(hours=1)  # with a server from which nothing can be cleaned away

NO_WAY_OUT: Final = "This node asks no other servers."
ALREADY: Final = "The channel is signed in already."
NOT_PAGERDUTY: Final = "Only PagerDuty channels are signed in to another server."
UNKNOWN_KEY: Final = (
    "API token is good, but sees no service that has this integration key: is it of the same"
    " account, and the key right?"
)
AT_IT: Final = "The access token is being renewed."

log = structlog.get_logger("tocsin.connections")


class Line(msgspec.Struct, frozen=True, kw_only=True):
    """A channel whose other side can be asked now."""

    channel: NotificationChannel
    key: str
    far: FarSide


class Standing(msgspec.Struct, frozen=True, kw_only=True):
    """What people may know of how a channel is signed in."""

    service_name: str
    user_email: str
    is_subscribed: bool
    heard_at: datetime | None
    fault: str


async def standing(house: House, channel_id: str) -> Standing | None:
    """Say how a channel is signed in at the other side; None if it is not."""
    async with house.database.read() as tx:
        channel = await CHANNELS.get(tx, channel_id)
    line = channel and _line(house, channel)
    if not line:
        return None
    return Standing(
        service_name=line.far.service_name,
        user_email=line.far.user_email,
        is_subscribed=line.far.subscription_id != "",
        heard_at=line.far.heard_at,
        fault=line.far.fault,
    )


async def open_line(house: House, channel_id: str, now: datetime) -> Line | None:
    """Return how to ask a channel's other side, with a token that is good; None if it cannot be.

    Raises FarFault.
    """
    async with house.database.begin() as tx:
        line = await _hold(tx, house, channel_id)
        if line is None or not _is_over(line.far, now):
            return line
        if line.far.refreshing_until and now < line.far.refreshing_until:
            raise FarFault(AT_IT, "passing")
        await _write(tx, house, line, replace(line.far, refreshing_until=now + REFRESH_FOR))
    try:
        tokens = await envoy_of(house).refresh(line.far)
    except FarFault as fault:
        await note_fault(house, channel_id, fault, now)
        raise
    return await _change(
        house,
        channel_id,
        lambda far: replace(
            far,
            token=tokens.token,
            refresh_token=tokens.refresh_token,
            expires_at=tokens.expires_at,
            refreshing_until=None,
            fault="",
        ),
    )


async def ask(
    house: House, channel_id: str, question: Callable[[Line], Awaitable[None]], now: datetime
) -> None:
    """Ask a channel's other side something, if it can be asked; note when it no longer can."""
    try:
        line = await open_line(house, channel_id, now)
        if line is not None:
            await question(line)
    except FarFault as fault:
        await note_fault(house, channel_id, fault, now)
        return
    if line is not None and line.far.fault:
        await _change(house, channel_id, lambda far: replace(far, fault=""))


async def note_fault(house: House, channel_id: str, fault: FarFault, now: datetime) -> None:
    """Keep why a channel's other side cannot be asked, and tell administrators the first time."""
    async with house.database.begin() as tx:
        line = await _hold(tx, house, channel_id)
        if line is None:
            return
        far = replace(line.far, refreshing_until=None)
        if fault.kind != "passing":
            far = replace(far, fault=fault.sentence)
            if not line.far.fault and line.channel.removed_at is None:
                told = f"cannot ask the other side any more: {fault.sentence} Sign in again."
                await _alarm(tx, line.channel, told, now)
        await _write(tx, house, line, far)
    log.info("connection.fault", channel=channel_id, kind=fault.kind, fault=fault.sentence)


async def connect(
    house: House, channel_id: str, far: FarSide, now: datetime, *, is_ours: bool = False
) -> str:
    """Let a channel follow its service's incidents over there; say in a sentence how.

    ``is_ours``: its integration was made for it, and goes with it. Raises Invalid, Conflict.
    """
    channel, config = await _pagerduty(house, channel_id)
    before = config.far or FarSide()
    if channel.is_connected and not before.fault:
        raise Conflict(ALREADY)
    envoy = envoy_of(house)
    try:
        far = replace(far, user_email=far.user_email or await envoy.who(far))
        found = await envoy.find_key(far, config.integration_key)
    except FarFault as fault:
        raise Invalid(f"API token opens nothing: {fault.sentence}") from None
    if found is None:
        raise Invalid(UNKNOWN_KEY)
    far = replace(
        far,
        service_id=found.service_id,
        service_name=found.service_name,
        integration_id=found.integration_id if is_ours else before.integration_id,
        follows=True,
    )
    if before.subscription_id:
        with suppress(FarFault):
            await envoy.unsubscribe(replace(far, subscription_id=before.subscription_id))
    await _join(house, channel_id, far)
    return await subscribe(house, channel_id, now)


async def give_token(
    house: House, channel_id: str, token: str, user_email: str, now: datetime
) -> str:
    """Let a channel ask with a key of somebody's own; say in a sentence how it follows.

    Raises NotFound, Invalid, Conflict.
    """
    _, config = await _pagerduty(house, channel_id)
    if not token.strip():
        raise Invalid("API token cannot be blank.")
    far = FarSide(
        rest_base_url=addresses_of(config.base_url).rest,
        token=token.strip(),
        user_email=user_email.strip(),
    )
    refuse(faults_of_far(far))
    return await connect(house, channel_id, far, now)


async def subscribe(house: House, channel_id: str, now: datetime) -> str:
    """Let the other side tell a connected channel what happens; if it will not, it is asked."""
    line = await open_line(house, channel_id, now)
    if line is None:
        return ""
    url = f"{house.settings.public_url}{CALLBACKS}/{channel_id}"
    try:
        made = await envoy_of(house).subscribe(line.far, url, f"Tocsin: {line.channel.name}")
    except FarFault as fault:
        return f"It is asked once a minute, as it sends no webhooks: {fault.sentence}"
    line = await _change(
        house,
        channel_id,
        lambda far: replace(far, subscription_id=made.id, webhook_secret=made.secret),
    )
    if line is not None:
        await envoy_of(house).greet(line.far)
    return "What happens over there is heard from now on."


async def disconnect(house: House, channel_id: str, now: datetime) -> str:
    """Let a channel tell on, but hear nothing any more; say what could not be cleaned up."""
    await _pagerduty(house, channel_id)
    left: list[str] = []
    try:
        line = await open_line(house, channel_id, now)
        if line is not None:
            left = [fault async for fault in _clean(house, line, is_all=False)]
    except FarFault as fault:
        left = [fault.sentence]
    await _part(house, channel_id)
    return _left_there(left)


async def to_leave(house: House) -> list[str]:
    """Find the channels that were removed and have something to clean up over there."""
    async with house.database.read() as tx:
        return await store.to_leave(tx)


async def leave(house: House, channel_id: str, now: datetime) -> None:
    """Clean up at the other side of a channel that was removed, and forget it for good.

    Where the server is away for long, or refuses, administrators are told what is left.
    """
    left: list[str] = []
    async with house.database.read() as tx:
        channel = await CHANNELS.get(tx, channel_id)
    if channel is None or channel.removed_at is None:
        return
    try:
        line = await open_line(house, channel_id, now)
        if line is not None:
            left = [fault async for fault in _clean(house, line, is_all=True)]
    except FarFault as fault:
        if fault.kind == "passing" and now < channel.removed_at + PATIENCE:
            return
        left = [fault.sentence]
    await _part(house, channel_id)
    async with house.database.begin() as tx:
        if left:
            await _alarm(tx, channel, f"was removed. {_left_there(left)}", now)
        await signals.forget_removed(tx, channel_id)


def envoy_of(house: House) -> Envoy:
    """Return who asks other servers. Raises Conflict."""
    if house.envoy is None:
        raise Conflict(NO_WAY_OUT)
    return house.envoy


async def note_heard(house: House, channel_id: str, now: datetime) -> None:
    """Keep that the webhooks of a channel arrive."""
    await _change(house, channel_id, lambda far: replace(far, heard_at=far.heard_at or now))


async def _clean(house: House, line: Line, *, is_all: bool) -> AsyncIterator[str]:
    """Take away what is ours over there; yield what stays, and why. Raises FarFault."""
    envoy, far = envoy_of(house), line.far
    steps = [("the webhook subscription", envoy.unsubscribe)] if far.subscription_id else []
    if is_all and far.integration_id:
        steps.append(("the integration", envoy.delete_integration))
    if far.oauth_url:
        steps.append(("our access", envoy.revoke))
    for what, step in steps:
        try:
            await step(far)
        except FarFault as fault:
            if fault.kind == "passing":
                raise
            yield f"{what} ({fault.sentence})"


def _left_there(left: list[str]) -> str:
    if not left:
        return ""
    return f"Over there something stays that could not be taken away: {', '.join(left)}"


def _is_over(far: FarSide, now: datetime) -> bool:
    is_ending = far.expires_at is not None and far.expires_at <= now + BEFORE_ITS_END
    return is_ending and far.refresh_token != ""


async def _pagerduty(house: House, channel_id: str) -> tuple[NotificationChannel, PagerDuty]:
    """Read a channel that can be signed in. Raises NotFound, Invalid."""
    channel = (await notification_channels.get(house, channel_id)).channel
    config = notification_channels.config_of(house, channel)
    if not isinstance(config, PagerDuty):
        raise Invalid(NOT_PAGERDUTY)
    return channel, config


async def _hold(tx: AsyncConnection, house: House, channel_id: str) -> Line | None:
    """Lock a channel that is connected."""
    channel = await CHANNELS.get(tx, channel_id, hold=True)
    return _line(house, channel) if channel else None


def _line(house: House, channel: NotificationChannel) -> Line | None:
    if not channel.is_connected:
        return None
    config = notification_channels.config_of(house, channel)
    if not isinstance(config, PagerDuty) or config.far is None:
        return None
    return Line(channel=channel, key=config.integration_key, far=config.far)


async def _change(
    house: House, channel_id: str, change: Callable[[FarSide], FarSide]
) -> Line | None:
    """Change what is known of a channel's other side."""
    async with house.database.begin() as tx:
        line = await _hold(tx, house, channel_id)
        return line and await _write(tx, house, line, change(line.far))


async def _write(tx: AsyncConnection, house: House, line: Line, far: FarSide | None) -> Line:
    config = notification_channels.config_of(house, line.channel)
    channel = notification_channels.with_config(house, line.channel, replace(config, far=far))
    await CHANNELS.update(tx, channel)
    return replace(line, channel=channel, far=far or line.far)


async def _join(house: House, channel_id: str, far: FarSide) -> None:
    async with house.database.begin() as tx:
        channel = await notification_channels.hold(tx, channel_id)
        config = replace(notification_channels.config_of(house, channel), far=far)
        await CHANNELS.update(tx, notification_channels.with_config(house, channel, config))


async def _part(house: House, channel_id: str) -> None:
    async with house.database.begin() as tx:
        line = await _hold(tx, house, channel_id)
        if line is not None:
            await _write(tx, house, line, None)


async def _alarm(
    tx: AsyncConnection, channel: NotificationChannel, told: str, now: datetime
) -> None:
    sentence = f"Notification channel {channel.name} {told}"
    row = AlarmRow(id=new_id("Q"), at=now, incident_id=None, sentence=sentence)
    await flush(await driver(tx), Writes(alarms=[row]))
