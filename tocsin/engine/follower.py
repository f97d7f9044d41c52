"""The follower: asks other servers how incidents stand there, and says farewell to them."""

import asyncio
from collections.abc import Sequence
from datetime import datetime

from tocsin.domain.monitoring.notification_channel import NotificationChannel, Thread
from tocsin.domain.monitoring.signal_making import thread_of
from tocsin.usecases.house import House
from tocsin.usecases.monitoring import connections, far_lines, following
from tocsin.usecases.monitoring.far_lines import Line


async def look_around(house: House, now: datetime) -> None:
    """Ask the other sides of channels that have something open, each for itself."""
    if house.envoy is not None:
        channels = await following.to_ask(house, now)
        await asyncio.gather(*(_ask(house, channel, now) for channel in channels))


async def say_farewell(house: House, now: datetime) -> None:
    """Clean up at the other sides of channels that were removed."""
    if house.envoy is not None:
        for channel_id in await connections.to_leave(house):
            await connections.leave(house, channel_id, now)


async def _ask(house: House, channel: NotificationChannel, now: datetime) -> None:
    threads = await following.open_threads(house, channel.id)

    async def compare(line: Line) -> None:
        await following.compare(house, channel.id, await _find(house, line, threads), now)

    await far_lines.ask(house, channel.id, compare, now)


async def _find(house: House, line: Line, threads: Sequence[Thread]) -> following.Found:
    keys = {thread_of(thread.violation_id): thread.violation_id for thread in threads}
    found = await far_lines.envoy_of(house).incidents(line.far, list(keys))
    return {keys[key]: incident for key, incident in found.items()}
