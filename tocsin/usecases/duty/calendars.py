"""Calendars: secret addresses at which programs fetch shifts, given, renewed and taken away."""

import secrets
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Final

import msgspec

from tocsin.domain.duty.calendar import Calendar, Entry, entries, window
from tocsin.domain.duty.escalation_policy import Target
from tocsin.domain.duty.schedule import Schedule
from tocsin.domain.people.user import User
from tocsin.kit.ids import new_id
from tocsin.kit.sealing import digest
from tocsin.store.duty import calendars
from tocsin.store.duty.schedules import SCHEDULES
from tocsin.usecases.duty.board import Plan
from tocsin.usecases.errors import NotFound
from tocsin.usecases.house import House

TOKEN_BYTES: Final = 20


class Address(msgspec.Struct, frozen=True, kw_only=True):
    """Where a calendar is fetched. Whoever knows the address may."""

    schedule_id: str | None
    url: str
    created_at: datetime


class Level(msgspec.Struct, frozen=True):
    """What a schedule, or a person, is paged for."""

    policy: str
    number: int


class Feed(msgspec.Struct, frozen=True, kw_only=True):
    """What a calendar holds. ``named`` tells which policies page its owner at any time."""

    owner: User
    schedule_id: str | None
    entries: Sequence[Entry]
    schedules: Mapping[str, str]
    people: Mapping[str, str]
    levels: Mapping[str, Sequence[Level]]
    named: Sequence[Level] = ()


async def find(house: House, user_id: str) -> dict[str | None, Address]:
    """Return somebody's addresses by the schedules they are of, None for their own shifts."""
    async with house.database.read() as tx:
        found = await calendars.of_user(tx, user_id)
    return {schedule_id: _address(house, calendar) for schedule_id, calendar in found.items()}


async def give(house: House, user_id: str, schedule_id: str | None, now: datetime) -> Address:
    """Make an address, and let nothing be fetched any more at the one there was."""
    token = secrets.token_hex(TOKEN_BYTES)
    calendar = Calendar(
        id=new_id(),
        user_id=user_id,
        schedule_id=schedule_id,
        token_hash=digest(token),
        token_encrypted=house.sealer.seal(token),
        created_at=now,
    )
    async with house.database.begin() as tx:
        if schedule_id and not await SCHEDULES.get_many(tx, [schedule_id], keep=True):
            raise NotFound("Schedule", schedule_id)
        await calendars.put(tx, calendar)
    return _address(house, calendar)


async def revoke(house: House, user_id: str, schedule_id: str | None) -> None:
    """Let nothing be fetched any more at an address."""
    async with house.database.begin() as tx:
        await calendars.forget(tx, user_id, schedule_id)


async def read(house: House, token: str, now: datetime) -> Feed:
    """Return what is found at an address. Raises NotFound."""
    asked = window(now)
    async with house.database.read() as tx:
        calendar = await calendars.find(tx, digest(token))
        if calendar is None:
            raise NotFound("Calendar", "of this address")
        plan = await house.board.plan(tx, asked, now)
    whose = calendar.user_id if calendar.schedule_id is None else None
    found = [
        entry
        for schedule in _schedules(plan, calendar)
        for entry in entries(schedule, asked, whose)
        if entry.user_id in plan.users
    ]
    ids = {entry.schedule_id for entry in found} | {calendar.schedule_id or ""}
    return Feed(
        owner=plan.users[calendar.user_id],
        schedule_id=calendar.schedule_id,
        entries=found,
        schedules={id_: plan.schedules[id_].name for id_ in ids & plan.schedules.keys()},
        people={entry.user_id: plan.users[entry.user_id].name for entry in found},
        levels={id_: list(_levels(plan, Target("schedule", id_))) for id_ in sorted(ids)},
        named=list(_levels(plan, Target("user", whose or ""))),
    )


def _schedules(plan: Plan, calendar: Calendar) -> Iterator[Schedule]:
    """Return the schedules that matter, without rendering those that cannot."""
    for id_, schedule in sorted(plan.schedules.items()):
        if id_ == calendar.schedule_id or (
            calendar.schedule_id is None and calendar.user_id in plan.members[id_]
        ):
            yield schedule


def _levels(plan: Plan, target: Target) -> Iterator[Level]:
    for place in plan.places.get(target, ()):
        yield Level(plan.policies[place.policy_id].name, place.level)


def _address(house: House, calendar: Calendar) -> Address:
    token = house.sealer.open(calendar.token_encrypted)
    return Address(
        schedule_id=calendar.schedule_id,
        url=f"{house.settings.public_url}/calendars/{token}.ics",
        created_at=calendar.created_at,
    )
