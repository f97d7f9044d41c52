"""Rooms told: a dispatch becomes a post, or a group, as things stand now, and is judged."""

from datetime import datetime
from typing import Final

import msgspec
from sqlalchemy.ext.asyncio import AsyncConnection

from tocsin.domain.machines.delivery import Dispatch, after
from tocsin.domain.machines.webhook import Occurrence
from tocsin.domain.monitoring.notification_channel import Outcome
from tocsin.domain.reaching.provider import Provider
from tocsin.domain.reaching.room import GROUP, TRIAL, Post, Room, ids_of, post_of, trial_of
from tocsin.kit.ids import new_id
from tocsin.store.driver import driver
from tocsin.store.machines import deliveries
from tocsin.store.names import names
from tocsin.store.reaching import rooms as store
from tocsin.store.reaching.providers import PROVIDERS
from tocsin.store.reaching.rooms import GROUPS, ROOMS
from tocsin.store.response import incidents
from tocsin.store.writes import AlarmRow, Writes, flush
from tocsin.usecases.house import House
from tocsin.usecases.reaching.providers import opened


class Parcel(msgspec.Struct, frozen=True, kw_only=True):
    """What a provider is to post in a room, or whom its group is to hold.

    With a ``reference``, the post is there already and is changed.
    """

    provider: Provider
    address: str
    post: Post | None = None
    reference: str | None = None
    members: tuple[str, ...] = ()


class Posted(Outcome, frozen=True, kw_only=True):
    """What came of it; ``reference`` is by what name the post is found again."""

    reference: str = ""


class Unsent(Outcome, frozen=True, kw_only=True):
    """Nothing was sent, as somebody wanted it."""


GONE: Final = Unsent(ok=False, detail="The room was taken away.")
OFF: Final = Unsent(ok=False, detail="The provider is switched off.")
FORGOTTEN: Final = Unsent(ok=False, detail="The incident was deleted.")
OVER: Final = Unsent(ok=True, detail="It was over before the room heard of it.")


async def compose(house: House, dispatch: Dispatch, _now: datetime) -> Parcel | Outcome:
    """Return what is to be done in the chat, as things stand now."""
    async with house.database.read() as tx:
        if dispatch.kind == GROUP:
            return await _for_group(tx, house, dispatch)
        room = await ROOMS.get(tx, dispatch.destination_id)
        provider = await _provider(tx, house, room.provider_id) if room else None
        if room is None or provider is None:
            return GONE
        if provider.is_disabled:
            return OFF
        if dispatch.kind == TRIAL:
            post = trial_of(room, house.settings.public_url)
            return Parcel(provider=provider, address=room.address, post=post)
        return await _for_incident(tx, house, room, provider, dispatch)


async def record(house: House, dispatch: Dispatch, outcome: Outcome, now: datetime) -> None:
    """Write down what came of it; people must know when a room was not told."""
    told = after(dispatch, outcome, now)
    async with house.database.begin() as tx:
        await deliveries.settle(tx, told)
        if isinstance(outcome, Posted) and outcome.reference and dispatch.kind != TRIAL:
            await store.keep_reference(
                tx, dispatch.destination_id, dispatch.thread_id, outcome.reference
            )
        if dispatch.kind == GROUP:
            await store.keep_detail(tx, dispatch.destination_id, outcome.detail)
        if told.status in ("dropped", "expired") and not isinstance(outcome, Unsent):
            alarm = await _alarm(tx, told, now)
            await flush(await driver(tx), Writes(alarms=[alarm]))


async def _for_group(tx: AsyncConnection, house: House, dispatch: Dispatch) -> Parcel | Outcome:
    group = await GROUPS.get(tx, dispatch.destination_id)
    provider = await _provider(tx, house, group.provider_id) if group else None
    if group is None or provider is None:
        return GONE
    if provider.is_disabled:
        return OFF
    return Parcel(provider=provider, address=group.address, members=(group.members,))


async def _for_incident(
    tx: AsyncConnection, house: House, room: Room, provider: Provider, dispatch: Dispatch
) -> Parcel | Outcome:
    incident = (await incidents.get_many(tx, [dispatch.thread_id])).get(dispatch.thread_id)
    if incident is None:
        return FORGOTTEN
    told = msgspec.convert(dispatch.subject, Occurrence)
    reference = await store.reference(tx, room.id, incident.id)
    if reference is None and not incident.is_open and told.event != "incident.triggered":
        return OVER
    called = await names(tx, ids_of(incident, told))
    url = f"{house.settings.public_url}/incidents/{incident.id}"
    return Parcel(
        provider=provider,
        address=room.address,
        post=post_of(incident, told, called, url, room.language),
        reference=reference,
    )


async def _provider(tx: AsyncConnection, house: House, provider_id: str) -> Provider | None:
    sealed = await PROVIDERS.get(tx, provider_id)
    return opened(house, sealed) if sealed else None


async def _alarm(tx: AsyncConnection, told: Dispatch, now: datetime) -> AlarmRow:
    if told.kind == GROUP:
        group = await GROUPS.get(tx, told.destination_id)
        what = f"User group {group.address if group else told.destination_id} was not changed"
    else:
        room = await ROOMS.get(tx, told.destination_id)
        what = f"Room {room.name if room else told.destination_id} was not told"
    return AlarmRow(
        id=new_id("Q"),
        at=now,
        incident_id=told.thread_id if told.kind not in (GROUP, TRIAL) else None,
        sentence=f"{what}: {told.detail}",
    )
