"""Overrides: somebody takes the place of whoever the layers say, from now on, never before."""

from collections.abc import Mapping, Sequence
from datetime import datetime

import msgspec

from tocsin.domain.duty.schedule import Override, Range, Schedule
from tocsin.domain.people.user import User
from tocsin.kit.ids import new_id
from tocsin.store.duty.overrides import BY_START, OVERRIDES, of_schedules, touching
from tocsin.store.duty.schedules import SCHEDULES
from tocsin.store.people.users import USERS
from tocsin.usecases.duty.schedules import hold
from tocsin.usecases.errors import Invalid, NotFound
from tocsin.usecases.house import House


class Wish(msgspec.Struct, frozen=True, kw_only=True):
    """Who shall be on call, from when until when."""

    user_id: str
    start: datetime
    end: datetime


class Outcome(msgspec.Struct, frozen=True, kw_only=True):
    """What became of one wish: an override, unless there are faults."""

    override: Override
    faults: tuple[str, ...]


class Known(msgspec.Struct, frozen=True, kw_only=True):
    """Overrides of one schedule, or the outcomes of wishes for it, and the people they name."""

    schedule: Schedule
    overrides: Sequence[Override] = ()
    outcomes: Sequence[Outcome] = ()
    users: Mapping[str, User]


async def find(house: House, schedule_id: str, asked: Range) -> Known:
    """List the overrides of a schedule that touch a time, by their start."""
    async with house.database.read() as tx:
        schedule = await SCHEDULES.get(tx, schedule_id)
        if schedule is None:
            raise NotFound("Schedule", schedule_id)
        where = of_schedules([schedule_id]), touching(asked.since, asked.until)
        found = await OVERRIDES.select(tx, *where, order_by=BY_START)
        users = await USERS.get_many(tx, (override.user_id for override in found))
    return Known(schedule=schedule, overrides=found, users=users)


async def create(house: House, schedule_id: str, wishes: Sequence[Wish], now: datetime) -> Known:
    """Make those overrides that can be made, and say of the others why they cannot."""
    async with house.database.begin() as tx:
        schedule = await hold(tx, schedule_id)
        users = await USERS.get_many(tx, (wish.user_id for wish in wishes), keep=True)
        outcomes = [_judge(schedule_id, wish, users, now) for wish in wishes]
        for outcome in outcomes:
            if not outcome.faults:
                await OVERRIDES.insert(tx, outcome.override)
    return Known(schedule=schedule, outcomes=outcomes, users=users)


async def remove(house: House, schedule_id: str, override_id: str, now: datetime) -> bool:
    """Take away an override; one that runs already is ended now. Return whether it was running."""
    async with house.database.begin() as tx:
        await hold(tx, schedule_id)
        override = await OVERRIDES.get(tx, override_id, hold=True)
        if override is None or override.schedule_id != schedule_id:
            raise NotFound("Override", override_id)
        if override.end <= now:
            raise Invalid("Override cannot be removed once it is over.")
        if override.start >= now:
            await OVERRIDES.delete(tx, override_id)
            return False
        await OVERRIDES.update(tx, msgspec.structs.replace(override, end=now))
        return True


def _judge(schedule_id: str, wish: Wish, users: Mapping[str, User], now: datetime) -> Outcome:
    faults = []
    if wish.end <= wish.start:
        faults.append("Override must end after its start")
    elif wish.end <= now:
        faults.append("Override must end in the future")
    if wish.user_id not in users:
        faults.append(f"User {wish.user_id} was not found")
    override = Override(
        id=new_id("Q"),
        schedule_id=schedule_id,
        user_id=wish.user_id,
        start=wish.start if faults else max(wish.start, now.replace(microsecond=0)),
        end=wish.end,
        created_at=now,
    )
    return Outcome(override=override, faults=tuple(faults))
