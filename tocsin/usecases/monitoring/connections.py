"""Connections: how channels come to be known at the servers that they tell, and leave again."""

from collections.abc import AsyncIterator
from contextlib import suppress
from datetime import datetime, timedelta
from typing import Final

import msgspec
from msgspec.structs import replace

from tocsin.domain.monitoring.channel_config import FarSide, PagerDuty
from tocsin.domain.monitoring.envoy import FarFault
from tocsin.domain.monitoring.far_server import addresses_of, faults_of_far
from tocsin.domain.monitoring.notification_channel import NotificationChannel
from tocsin.store import alarms
from tocsin.store.monitoring import notification_channels as store
from tocsin.store.monitoring.notification_channels import CHANNELS
from tocsin.usecases.errors import Conflict, Invalid
from tocsin.usecases.house import House
from tocsin.usecases.monitoring import far_lines, notification_channels, signals
from tocsin.usecases.wishes import refuse

CALLBACKS: Final = "/callbacks/pagerduty"
PATIENCE: Final = timedelta(hours=1)  # with a server from which nothing can be cleaned away

ALREADY: Final = "The channel is signed in already."
NOT_PAGERDUTY: Final = "Only PagerDuty channels are signed in to another server."
UNKNOWN_KEY: Final = (
    "API token is good, but sees no service that has this integration key: is it of the same"
    " account, and the key right?"
)


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
    line = channel and far_lines.line_of(house, channel)
    if not line:
        return None
    return Standing(
        service_name=line.far.service_name,
        user_email=line.far.user_email,
        is_subscribed=line.far.subscription_id != "",
        heard_at=line.far.heard_at,
        fault=line.far.fault,
    )


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
    envoy = far_lines.envoy_of(house)
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
    line = await far_lines.open_line(house, channel_id, now)
    if line is None:
        return ""
    envoy, url = far_lines.envoy_of(house), f"{house.settings.public_url}{CALLBACKS}/{channel_id}"
    try:
        made = await envoy.subscribe(line.far, url, f"Tocsin: {line.channel.name}")
    except FarFault as fault:
        return f"It is asked once a minute, as it sends no webhooks: {fault.sentence}"
    line = await far_lines.change(
        house,
        channel_id,
        lambda far: replace(far, subscription_id=made.id, webhook_secret=made.secret),
    )
    if line is not None:
        await envoy.greet(line.far)
    return "What happens over there is heard from now on."


async def disconnect(house: House, channel_id: str, now: datetime) -> str:
    """Let a channel tell on, but hear nothing any more; say what could not be cleaned up."""
    await _pagerduty(house, channel_id)
    left: list[str] = []
    try:
        line = await far_lines.open_line(house, channel_id, now)
        if line is not None:
            left = [fault async for fault in _clean(house, line, is_all=False)]
    except FarFault as fault:
        left = [fault.sentence]
    await far_lines.change(house, channel_id, lambda _: None)
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
        line = await far_lines.open_line(house, channel_id, now)
        if line is not None:
            left = [fault async for fault in _clean(house, line, is_all=True)]
    except FarFault as fault:
        if fault.kind == "passing" and now < channel.removed_at + PATIENCE:
            return
        left = [fault.sentence]
    await far_lines.change(house, channel_id, lambda _: None)
    async with house.database.begin() as tx:
        if left:
            told = f"was removed. {_left_there(left)}"
            await alarms.ring(tx, f"Notification channel {channel.name} {told}", now)
        await signals.forget_removed(tx, channel_id)


async def _clean(house: House, line: far_lines.Line, *, is_all: bool) -> AsyncIterator[str]:
    """Take away what is ours over there; yield what stays, and why. Raises FarFault."""
    envoy, far = far_lines.envoy_of(house), line.far
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


async def _pagerduty(house: House, channel_id: str) -> tuple[NotificationChannel, PagerDuty]:
    """Read a channel that can be signed in. Raises NotFound, Invalid."""
    channel = (await notification_channels.get(house, channel_id)).channel
    config = notification_channels.config_of(house, channel)
    if not isinstance(config, PagerDuty):
        raise Invalid(NOT_PAGERDUTY)
    return channel, config


async def _join(house: House, channel_id: str, far: FarSide) -> None:
    async with house.database.begin() as tx:
        channel = await notification_channels.hold(tx, channel_id)
        config = replace(notification_channels.config_of(house, channel), far=far)
        await CHANNELS.update(tx, notification_channels.with_config(house, channel, config))
