"""Rooms of chats: found, added, tried and taken away by those who manage services."""

from collections.abc import Iterator
from datetime import datetime
from typing import Final

import msgspec
from sqlalchemy.ext.asyncio import AsyncConnection

from tocsin.domain.faults import faults_of_choice, faults_of_line
from tocsin.domain.machines.delivery import Dispatch
from tocsin.domain.reaching.address import faults_of_value
from tocsin.domain.reaching.contact_kind import Field
from tocsin.domain.reaching.phrases import LANGUAGES
from tocsin.domain.reaching.provider import Provider
from tocsin.domain.reaching.room import TRIAL, Room
from tocsin.kit.ids import new_id
from tocsin.store.intake.services import SERVICES
from tocsin.store.machines import deliveries
from tocsin.store.names import names
from tocsin.store.reaching.providers import PROVIDERS
from tocsin.store.reaching.rooms import BY_NAME, ROOMS
from tocsin.store.rows import Taken, Where
from tocsin.usecases.errors import Invalid, NotFound
from tocsin.usecases.house import House
from tocsin.usecases.machines.deliveries import log_of
from tocsin.usecases.parts import Part
from tocsin.usecases.reaching.providers import providers_that
from tocsin.usecases.wishes import refuse

LONGEST_NAME: Final = 100

NO_PROVIDER: Final = "Chat must be a provider that posts in rooms."
NO_SERVICE: Final = "Service was not found."
TAKEN: Final = "Address is that of a room which hears of this already."


class Wish(msgspec.Struct, frozen=True, kw_only=True):
    """A room that shall be told. Without a service it is told of all.

    Without a language, it is told in that of the account.
    """

    provider_id: str
    address: str
    name: str = ""
    service_id: str | None = None
    language: str = ""


class Known(msgspec.Struct, frozen=True, kw_only=True):
    """A room, its provider, and what its service is called."""

    room: Room
    provider_name: str
    service_name: str | None = None


async def find(
    house: House, *, service_id: str | None = None, provider_id: str | None = None
) -> list[Known]:
    """List rooms by name: all, those that hear of a service, or those of a provider."""
    where: list[Where] = []
    if service_id:
        where.append((ROOMS.c.service_id == service_id) | ROOMS.c.service_id.is_(None))
    if provider_id:
        where.append(ROOMS.c.provider_id == provider_id)
    async with house.database.read() as tx:
        return await _know(tx, await ROOMS.select(tx, *where, order_by=BY_NAME))


async def get(house: House, room_id: str) -> Known:
    """Read one room. Raises NotFound."""
    async with house.database.read() as tx:
        [known] = await _know(tx, [_found(await ROOMS.get(tx, room_id), room_id)])
        return known


async def create(house: House, wish: Wish, now: datetime) -> Room:
    """Add a room: it is told of incidents from now on."""
    keeper = next((one for one in keepers(house) if one.id == wish.provider_id), None)
    if keeper is None:
        raise Invalid(NO_PROVIDER)
    room = _room(house, wish, now)
    refuse(_faults(room, field_of(house, keeper)))
    async with house.database.begin() as tx:
        if room.service_id and await SERVICES.get(tx, room.service_id) is None:
            raise Invalid(NO_SERVICE)
        try:
            return await ROOMS.insert(tx, room)
        except Taken:
            raise Invalid(TAKEN) from None


async def remove(house: House, room_id: str) -> None:
    """Take a room away, with all that it was, or was to be, told."""
    async with house.database.begin() as tx:
        _found(await ROOMS.get(tx, room_id, hold=True), room_id)
        await deliveries.forget_destination(tx, room_id)
        await ROOMS.delete(tx, room_id)


async def try_out(house: House, room_id: str, now: datetime) -> str:
    """Plan a post that shows whether the room is reached; return the id of its delivery."""
    async with house.database.begin() as tx:
        _found(await ROOMS.get(tx, room_id, hold=True), room_id)
        id_ = new_id("Q")
        planned = Dispatch(
            id=id_,
            lane="room",
            destination_id=room_id,
            thread_id=f"test-{id_}",
            kind=TRIAL,
            subject={},
            due=now,
            created_at=now,
        )
        await deliveries.plan(tx, [planned])
    return id_


async def deliveries_of(
    house: House, destination_id: str, part: Part
) -> tuple[list[Dispatch], int | None]:
    """List what a room, or a group, was or is to be told, the newest first."""
    async with house.database.read() as tx:
        return await log_of(tx, destination_id, part)


def keepers(house: House) -> list[Provider]:
    """List the providers that post in rooms."""
    return providers_that(house, lambda one: one.room)


def field_of(house: House, provider: Provider) -> Field:
    """Return what the address of a provider's room looks like."""
    [field] = [one.room for one in house.declared if one.room and one.name == provider.type]
    return field


def _room(house: House, wish: Wish, now: datetime) -> Room:
    address = wish.address.strip()
    return Room(
        id=new_id(),
        provider_id=wish.provider_id,
        service_id=wish.service_id or None,
        address=address,
        name=wish.name.strip() or address,
        language=wish.language or house.account.language,
        created_at=now,
    )


def _faults(room: Room, field: Field) -> Iterator[str]:
    yield from faults_of_value("Address", field, room.address)
    yield from faults_of_line("Name", room.name, LONGEST_NAME)
    yield from faults_of_choice("Language", room.language, LANGUAGES)


def _found(room: Room | None, room_id: str) -> Room:
    if room is None:
        raise NotFound("Room", room_id)
    return room


async def _know(tx: AsyncConnection, found: list[Room]) -> list[Known]:
    providers = await PROVIDERS.names(tx, (room.provider_id for room in found))
    services = await names(tx, (room.service_id for room in found if room.service_id))
    return [
        Known(
            room=room,
            provider_name=providers[room.provider_id],
            service_name=services.get(room.service_id or ""),
        )
        for room in found
    ]
