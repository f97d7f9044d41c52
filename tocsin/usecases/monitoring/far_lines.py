"""Far lines: channels whose other side can be asked, with what, and why not.

Nothing is asked while a transaction is open: what comes of it is written down afterwards.
"""

from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from typing import Final

import msgspec
import structlog
from msgspec.structs import replace
from sqlalchemy.ext.asyncio import AsyncConnection

from tocsin.domain.monitoring.channel_config import FarSide, PagerDuty
from tocsin.domain.monitoring.envoy import Envoy, FarFault, with_tokens
from tocsin.domain.monitoring.notification_channel import NotificationChannel
from tocsin.store import alarms
from tocsin.store.monitoring.notification_channels import CHANNELS
from tocsin.usecases.errors import Conflict
from tocsin.usecases.house import House
from tocsin.usecases.monitoring import notification_channels

BEFORE_ITS_END: Final = timedelta(minutes=1)  # a token is had anew
REFRESH_FOR: Final = timedelta(seconds=30)  # whoever has not done it by then has stumbled

NO_WAY_OUT: Final = "This node asks no other servers."
AT_IT: Final = "The access token is being renewed."

log = structlog.get_logger("tocsin.connections")


class Line(msgspec.Struct, frozen=True, kw_only=True):
    """A channel whose other side can be asked now."""

    channel: NotificationChannel
    key: str
    far: FarSide


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
    return await change(house, channel_id, lambda far: with_tokens(far, tokens))


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
        await change(house, channel_id, lambda far: replace(far, fault=""))


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
                await alarms.ring(tx, f"Notification channel {line.channel.name} {told}", now)
        await _write(tx, house, line, far)
    log.info("connection.fault", channel=channel_id, kind=fault.kind, fault=fault.sentence)


async def note_heard(house: House, channel_id: str, now: datetime) -> None:
    """Keep that the webhooks of a channel arrive."""
    await change(house, channel_id, lambda far: replace(far, heard_at=far.heard_at or now))


async def change(
    house: House, channel_id: str, change: Callable[[FarSide], FarSide | None]
) -> Line | None:
    """Change what is known of a channel's other side, if it can be asked; None forgets it."""
    async with house.database.begin() as tx:
        line = await _hold(tx, house, channel_id)
        return line and await _write(tx, house, line, change(line.far))


def line_of(house: House, channel: NotificationChannel) -> Line | None:
    """Return how a channel's other side is asked, None if it cannot be."""
    if not channel.is_connected:
        return None
    config = notification_channels.config_of(house, channel)
    if not isinstance(config, PagerDuty) or config.far is None:
        return None
    return Line(channel=channel, key=config.integration_key, far=config.far)


def envoy_of(house: House) -> Envoy:
    """Return who asks other servers. Raises Conflict."""
    if house.envoy is None:
        raise Conflict(NO_WAY_OUT)
    return house.envoy


async def _hold(tx: AsyncConnection, house: House, channel_id: str) -> Line | None:
    """Lock a channel that is connected."""
    channel = await CHANNELS.get(tx, channel_id, hold=True)
    return line_of(house, channel) if channel else None


async def _write(tx: AsyncConnection, house: House, line: Line, far: FarSide | None) -> Line:
    config = notification_channels.config_of(house, line.channel)
    channel = notification_channels.with_config(house, line.channel, replace(config, far=far))
    await CHANNELS.update(tx, channel)
    return replace(line, channel=channel, far=far or line.far)


def _is_over(far: FarSide, now: datetime) -> bool:
    is_ending = far.expires_at is not None and far.expires_at <= now + BEFORE_ITS_END
    return is_ending and far.refresh_token != ""
