"""Who was told of what, and with what result: deliveries as people look them up."""

from collections.abc import Sequence

import msgspec

from tocsin.domain.machines.delivery import Dispatch
from tocsin.store.machines.deliveries import DELIVERIES
from tocsin.store.monitoring.notification_channels import CHANNELS
from tocsin.usecases.house import House
from tocsin.usecases.parts import Part, read_part


class Told(msgspec.Struct, frozen=True, kw_only=True):
    """One thing that was told, or will be; the channel may be gone."""

    dispatch: Dispatch
    channel_name: str | None
    is_there: bool


async def find(house: House, destination_id: str, part: Part) -> Sequence[Dispatch]:
    """List what a destination was told, the newest first."""
    where = DELIVERIES.c.destination_id == destination_id
    async with house.database.read() as tx:
        found, _ = await read_part(
            tx, DELIVERIES, part, where, order_by=(DELIVERIES.c.sequence.desc(),)
        )
    return found


async def of_violation(house: House, violation_id: str, most: int) -> Sequence[Told]:
    """List who was told of a violation and who will be, the newest first."""
    where = (DELIVERIES.c.thread_id == violation_id, DELIVERIES.c.lane == "signal")
    async with house.database.read() as tx:
        found = await DELIVERIES.select(
            tx, *where, order_by=(DELIVERIES.c.sequence.desc(),), limit=most
        )
        channels = await CHANNELS.get_many(tx, (one.destination_id for one in found))
    known = ((one, channels.get(one.destination_id)) for one in found)
    return [
        Told(
            dispatch=one,
            channel_name=channel.name if channel else None,
            is_there=channel is not None and channel.removed_at is None,
        )
        for one, channel in known
    ]
