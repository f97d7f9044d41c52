"""User groups of chats: each holds whoever holds a schedule, from one hand-off to the next."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Final

import msgspec
from msgspec.structs import replace
from sqlalchemy.ext.asyncio import AsyncConnection

from tocsin.domain.duty.schedule import Range
from tocsin.domain.machines.delivery import Dispatch
from tocsin.domain.reaching.address import faults_of_value
from tocsin.domain.reaching.contact_kind import Field
from tocsin.domain.reaching.provider import Provider
from tocsin.domain.reaching.room import GROUP, UserGroup
from tocsin.kit.ids import new_id
from tocsin.store.duty.schedules import SCHEDULES
from tocsin.store.machines import deliveries
from tocsin.store.names import listed
from tocsin.store.people import contact_methods
from tocsin.store.reaching.providers import PROVIDERS
from tocsin.store.reaching.rooms import BY_ADDRESS, GROUPS
from tocsin.store.rows import Taken
from tocsin.store.tables import schedules
from tocsin.usecases.errors import Invalid, NotFound
from tocsin.usecases.house import House
from tocsin.usecases.reaching.providers import providers_that
from tocsin.usecases.wishes import refuse

MOST_SCHEDULES: Final = 1000

NO_PROVIDER: Final = "Chat must be a provider that keeps user groups."
NO_SCHEDULE: Final = "Schedule was not found."
TAKEN: Final = "Address is that of a group which follows a schedule already."
NOBODY: Final = "Nobody is on call, so the group stays as it is."
UNLINKED: Final = "Whoever is on call has no address in this chat, so the group stays as it is."
UNDER_WAY: Final = "The chat is being told."


class Wish(msgspec.Struct, frozen=True, kw_only=True):
    """A group that shall follow a schedule."""

    provider_id: str
    schedule_id: str
    address: str


class Known(msgspec.Struct, frozen=True, kw_only=True):
    """A group, its provider, and what its schedule is called."""

    group: UserGroup
    provider_name: str
    schedule_name: str


async def find(house: House, *, provider_id: str | None = None) -> list[Known]:
    """List the groups that follow schedules."""
    where = [GROUPS.c.provider_id == provider_id] if provider_id else []
    async with house.database.read() as tx:
        return await _know(tx, await GROUPS.select(tx, *where, order_by=BY_ADDRESS))


async def get(house: House, group_id: str) -> Known:
    """Read one. Raises NotFound."""
    async with house.database.read() as tx:
        [known] = await _know(tx, [_found(await GROUPS.get(tx, group_id), group_id)])
        return known


async def create(house: House, wish: Wish, now: datetime) -> UserGroup:
    """Let a group follow a schedule; it is set at the next turn of the clockwork."""
    keeper = next((one for one in keepers(house) if one.id == wish.provider_id), None)
    if keeper is None:
        raise Invalid(NO_PROVIDER)
    address = wish.address.strip()
    refuse(faults_of_value("Address", field_of(house, keeper), address))
    group = UserGroup(
        id=new_id(),
        provider_id=wish.provider_id,
        schedule_id=wish.schedule_id,
        address=address,
        created_at=now,
    )
    async with house.database.begin() as tx:
        if await SCHEDULES.get(tx, group.schedule_id) is None:
            raise Invalid(NO_SCHEDULE)
        try:
            return await GROUPS.insert(tx, group)
        except Taken:
            raise Invalid(TAKEN) from None


async def remove(house: House, group_id: str) -> None:
    """Let a group follow nothing any more; whoever is in it stays."""
    async with house.database.begin() as tx:
        _found(await GROUPS.get(tx, group_id, hold=True), group_id)
        await deliveries.forget_destination(tx, group_id)
        await GROUPS.delete(tx, group_id)


async def set_anew(house: House, group_id: str, now: datetime) -> None:
    """Tell the chat once more whom a group shall hold."""
    async with house.database.begin() as tx:
        group = _found(await GROUPS.get(tx, group_id, hold=True), group_id)
        await GROUPS.update(tx, replace(group, members=""))
    await keep_in_step(house, now)


async def keep_in_step(house: House, now: datetime) -> None:
    """Plan to tell chats of groups whose schedule somebody else holds now."""
    async with house.database.begin() as tx:
        groups = await GROUPS.select(tx, order_by=BY_ADDRESS)
        if not groups:
            return
        plan = await house.board.plan(tx, Range(now, now), now)
        kinds = await _kinds(tx, groups)
        holders = {group.id: plan.watch(group.schedule_id, now).user_id for group in groups}
        addresses = await _addresses(tx, filter(None, holders.values()))
        for group in groups:
            holder = holders[group.id]
            reached = addresses.get((holder or "", kinds[group.provider_id]), "")
            await _keep(tx, _planned(group, holder, reached), group, now)


async def schedule_choices(house: House) -> Sequence[tuple[str, str]]:
    """Name all schedules."""
    async with house.database.read() as tx:
        return await listed(tx, schedules, most=MOST_SCHEDULES)


def keepers(house: House) -> list[Provider]:
    """List the providers that keep user groups."""
    return providers_that(house, lambda one: one.group)


def field_of(house: House, provider: Provider) -> Field:
    """Return what the address of a provider's group looks like."""
    [field] = [one.group for one in house.declared if one.group and one.name == provider.type]
    return field


def _planned(group: UserGroup, holder: str | None, reached: str) -> UserGroup:
    """Return a group as it shall be; it is never left without anybody, nor with a stranger."""
    if holder is None:
        return replace(group, detail=NOBODY)
    if not reached:
        return replace(group, detail=UNLINKED)
    return group if reached == group.members else replace(group, members=reached, detail=UNDER_WAY)


async def _keep(tx: AsyncConnection, after: UserGroup, before: UserGroup, now: datetime) -> None:
    if after == before:
        return
    await GROUPS.update(tx, after)
    if after.members != before.members:
        await deliveries.plan(tx, [_dispatch(after, now)])


def _dispatch(group: UserGroup, now: datetime) -> Dispatch:
    return Dispatch(
        id=new_id("Q"),
        lane="room",
        destination_id=group.id,
        thread_id=group.id,
        kind=GROUP,
        subject={"members": [group.members]},
        due=now,
        created_at=now,
    )


async def _kinds(tx: AsyncConnection, groups: Sequence[UserGroup]) -> dict[str, str]:
    """Return what contact methods the providers of groups reach."""
    found = await PROVIDERS.get_many(tx, (group.provider_id for group in groups))
    return {id_: provider.kind for id_, provider in found.items()}


async def _addresses(tx: AsyncConnection, user_ids: Iterable[str]) -> dict[tuple[str, str], str]:
    """Return the first address of each kind that each of these people has."""
    found: dict[tuple[str, str], str] = {}
    for method in await contact_methods.of_users(tx, user_ids):
        found.setdefault((method.user_id, method.kind), method.address)
    return found


def _found(group: UserGroup | None, group_id: str) -> UserGroup:
    if group is None:
        raise NotFound("User group", group_id)
    return group


async def _know(tx: AsyncConnection, found: Sequence[UserGroup]) -> list[Known]:
    providers = await PROVIDERS.names(tx, (group.provider_id for group in found))
    called = await SCHEDULES.names(tx, (group.schedule_id for group in found))
    return [
        Known(
            group=group,
            provider_name=providers[group.provider_id],
            schedule_name=called[group.schedule_id],
        )
        for group in found
    ]
