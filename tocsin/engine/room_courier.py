"""The courier of rooms: from what was planned to the chat, by the channel of its provider."""

from typing import Final

from tocsin.domain.monitoring.notification_channel import Outcome
from tocsin.domain.reaching.channel import Channel, Delivery, recordable
from tocsin.domain.reaching.room import GroupKeeper, RoomKeeper
from tocsin.engine.carrying import Carrying
from tocsin.engine.couriers import Courier
from tocsin.usecases.reaching import room_telling
from tocsin.usecases.reaching.room_telling import Parcel, Posted

UNABLE: Final = Delivery(ok=False, detail="The provider knows no rooms.")


def room_courier(carrying: Carrying) -> Courier[Parcel]:
    """Carry what rooms and groups are told by these channels."""

    async def send(parcel: Parcel) -> Outcome:
        channel = carrying.of(parcel.provider.kind, parcel.provider)
        delivery = recordable(await _send(channel, parcel))
        return Posted(
            ok=delivery.ok,
            detail=delivery.detail,
            # What an administrator must put right waits until it is.
            retry=delivery.retry or delivery.is_our_fault,
            wait_seconds=delivery.wait_seconds,
            reference=delivery.provider_id or "",
        )

    return Courier(room_telling.compose, send, room_telling.record)


async def _send(channel: Channel | None, parcel: Parcel) -> Delivery:
    if parcel.post is None and isinstance(channel, GroupKeeper):
        return await channel.set_group(parcel.address, parcel.members)
    if parcel.post is None or not isinstance(channel, RoomKeeper):
        return UNABLE
    if parcel.reference is None:
        return await channel.post_room(parcel.post, parcel.address)
    return await channel.change_room(parcel.post, parcel.address, parcel.reference)
