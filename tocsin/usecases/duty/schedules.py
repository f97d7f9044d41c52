"""Schedules: found, made, changed and taken away."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Final

import msgspec
from msgspec import UNSET, UnsetType
from msgspec.structs import replace
from sqlalchemy.ext.asyncio import AsyncConnection

from tocsin.domain.duty.editing import faults_of_layers, revise
from tocsin.domain.duty.schedule import Layer, Range, Schedule
from tocsin.domain.faults import faults_of_length, faults_of_line, faults_of_zone
from tocsin.domain.people.team import Team
from tocsin.domain.people.user import User
from tocsin.kit.ids import new_id
from tocsin.kit.text import one_line, printable
from tocsin.store.duty import escalation_policies as policies
from tocsin.store.duty.escalation_policies import Named
from tocsin.store.duty.overrides import OVERRIDES, attach, of_schedules, shaping
from tocsin.store.duty.schedules import BY_NAME, SCHEDULES, named_like
from tocsin.store.people.teams import TEAMS, on_teams
from tocsin.store.people.users import USERS
from tocsin.usecases.errors import Arguments, Invalid, NotFound
from tocsin.usecases.house import House
from tocsin.usecases.parts import Part, read_part
from tocsin.usecases.people.teams import check as check_teams
from tocsin.usecases.wishes import grant, refuse

LONGEST_NAME: Final = 255
LONGEST_DESCRIPTION: Final = 2000

# Clients compare these two to the letter.
USED_BY_POLICY: Final = "Schedule can't be deleted if it's being used by escalation policies"
USED_BY_SNAPSHOT: Final = (
    "Schedule can't be deleted if it's being used by an escalation policy snapshot"
    " with open incidents"
)


class Wish(msgspec.Struct, frozen=True, kw_only=True):
    """What a schedule shall be; UNSET leaves it as it is. A layer without an id is a new one."""

    name: str | UnsetType = UNSET
    description: str | UnsetType | None = UNSET
    time_zone: str | UnsetType = UNSET
    layers: tuple[Layer, ...] | UnsetType = UNSET
    team_ids: tuple[str, ...] | UnsetType = UNSET


class Known(msgspec.Struct, frozen=True, kw_only=True):
    """A schedule, those of its people who still exist, the policies that page it, its teams."""

    schedule: Schedule
    users: Mapping[str, User]
    policies: Sequence[Named] = ()
    teams: Sequence[Team] = ()


async def find(
    house: House,
    search: str | None,
    asked: Range | None,
    part: Part,
    *,
    team_ids: Sequence[str] = (),
) -> tuple[list[Known], int | None]:
    """List schedules by name: all, or those with a text in their name, or of some teams."""
    where = [
        *([named_like(search)] if search else []),
        *([on_teams(SCHEDULES.c.team_ids, team_ids)] if team_ids else []),
    ]
    async with house.database.read() as tx:
        found, total = await read_part(tx, SCHEDULES, part, *where, order_by=BY_NAME)
        return await know(tx, found, asked), total


async def get_many(house: House, ids: Iterable[str]) -> dict[str, Known]:
    """Read those of these schedules that exist, without their overrides."""
    async with house.database.read() as tx:
        found = await SCHEDULES.get_many(tx, ids)
        return {known.schedule.id: known for known in await know(tx, list(found.values()), None)}


async def get(house: House, schedule_id: str, asked: Range | None) -> Known:
    """Read a schedule, with its overrides if it is asked about a time."""
    async with house.database.read() as tx:
        schedule = await SCHEDULES.get(tx, schedule_id)
        if schedule is None:
            raise NotFound("Schedule", schedule_id)
        (known,) = await know(tx, [schedule], asked)
    return known


async def create(house: House, wish: Wish) -> Known:
    """Make a schedule."""
    schedule = _draft(wish)
    async with house.database.begin() as tx:
        await _check_people(tx, _named(schedule))
        await check_teams(tx, schedule.team_ids)
        await SCHEDULES.insert(tx, schedule)
        (known,) = await know(tx, [schedule], None)
    return known


async def preview(house: House, wish: Wish) -> Known:
    """Show what a schedule would be like. Nothing is kept."""
    schedule = _draft(wish)
    async with house.database.begin() as tx:
        await _check_people(tx, _named(schedule))
        await check_teams(tx, schedule.team_ids)
        (known,) = await know(tx, [schedule], None)
    return known


async def change(house: House, schedule_id: str, wish: Wish, now: datetime) -> Known:
    """Change a schedule from now on."""
    async with house.database.begin() as tx:
        schedule = await SCHEDULES.update(tx, await _changed(tx, schedule_id, wish, now))
        (known,) = await know(tx, [schedule], None)
    return known


async def preview_change(
    house: House, schedule_id: str, wish: Wish, asked: Range, now: datetime
) -> Known:
    """Show what a schedule would become, with its overrides in a time. Nothing is kept."""
    async with house.database.begin() as tx:
        schedule = await _changed(tx, schedule_id, wish, now)
        (known,) = await know(tx, [schedule], asked)
    return known


async def remove(house: House, schedule_id: str) -> None:
    """Take away a schedule that no policy, and no incident on its way up one, still needs."""
    async with house.database.begin() as tx:
        await hold(tx, schedule_id)
        if await policies.of_schedules(tx, [schedule_id]):
            raise Invalid(USED_BY_POLICY)
        if await policies.is_climbed_to(tx, schedule_id):
            raise Invalid(USED_BY_SNAPSHOT)
        await SCHEDULES.delete(tx, schedule_id)


async def hold(tx: AsyncConnection, schedule_id: str) -> Schedule:
    """Lock a schedule that must exist. Raises NotFound."""
    schedule = await SCHEDULES.get(tx, schedule_id, hold=True)
    if schedule is None:
        raise NotFound("Schedule", schedule_id)
    return schedule


async def know(tx: AsyncConnection, found: Sequence[Schedule], asked: Range | None) -> list[Known]:
    """Read what belongs to schedules, for all of them at once."""
    if asked:
        where = of_schedules(s.id for s in found), shaping(asked.since, asked.until)
        found = attach(found, await OVERRIDES.select(tx, *where))
    users = await USERS.get_many(tx, (id_ for schedule in found for id_ in schedule.everybody()))
    paging = await policies.of_schedules(tx, (schedule.id for schedule in found))
    teams = await TEAMS.get_many(tx, (id_ for schedule in found for id_ in schedule.team_ids))
    return [
        Known(
            schedule=schedule,
            users=users,
            policies=paging.get(schedule.id, ()),
            teams=[teams[id_] for id_ in schedule.team_ids],
        )
        for schedule in found
    ]


async def _changed(tx: AsyncConnection, schedule_id: str, wish: Wish, now: datetime) -> Schedule:
    before = await hold(tx, schedule_id)
    wished = _apply(wish, before)
    refuse(_faults(wished, before))
    # A layer that is over may name people who have gone since; one that counts may not.
    await _check_people(tx, _named(wished) - _named(before) | set(wished.members(now)))
    await check_teams(tx, wished.team_ids)
    return revise(before, wished, now)


async def _check_people(tx: AsyncConnection, ids: set[str]) -> None:
    missing = sorted(ids - (await USERS.get_many(tx, ids, keep=True)).keys())
    if missing:
        raise Arguments(*(f"User {user_id} was not found." for user_id in missing))


def _draft(wish: Wish) -> Schedule:
    blank = Schedule(id=new_id(), name="", time_zone="", layers=())
    schedule = _apply(wish, blank)
    refuse(_faults(schedule, blank))
    return schedule


def _apply(wish: Wish, before: Schedule) -> Schedule:
    after = grant(wish, before)
    return replace(
        after,
        name=after.name.strip(),
        description=after.description and printable(after.description),
        layers=_numbered(after.layers, {layer.id for layer in before.layers}),
    )


def _numbered(layers: Iterable[Layer], known: set[str]) -> tuple[Layer, ...]:
    """Let layers that the schedule had before keep their ids, and give the others new ones."""
    left = set(known)
    numbered = []
    for number, layer in enumerate(layers, start=1):
        id_ = layer.id if layer.id in left else new_id()
        numbered.append(
            replace(layer, id=id_, name=one_line(layer.name, LONGEST_NAME) or f"Layer {number}")
        )
        left.discard(layer.id)
    return tuple(numbered)


def _faults(schedule: Schedule, before: Schedule) -> Iterator[str]:
    yield from faults_of_line("Name", schedule.name, LONGEST_NAME)
    yield from faults_of_length("Description", schedule.description, LONGEST_DESCRIPTION)
    yield from faults_of_zone("Time zone", schedule.time_zone)
    yield from faults_of_layers(schedule.layers)
    known = {layer.id for layer in before.layers}
    for number, layer in enumerate(schedule.layers, start=1):
        # A layer that was to begin later may be ended before it does.
        if layer.id not in known and layer.end is not None and layer.end <= layer.start:
            yield f"Layer {number} must end after its start."


def _named(schedule: Schedule) -> set[str]:
    return {user_id for layer in schedule.layers for user_id in layer.user_ids}
