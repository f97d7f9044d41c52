"""Duty: what one person is on call for now, until when, and when it is their turn again."""

from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from typing import Final

import msgspec

from tocsin.domain.duty.escalation_policy import Target
from tocsin.domain.duty.rendering import render
from tocsin.domain.duty.schedule import FOREVER, Range
from tocsin.usecases.duty.board import Place, Plan
from tocsin.usecases.house import House

AHEAD: Final = timedelta(days=30)  # shifts later than this are not listed


class Post(msgspec.Struct, frozen=True, kw_only=True):
    """A level of a policy that pages a person, by name or for as long as they hold a schedule."""

    policy_id: str
    policy_name: str
    level: int
    schedule_id: str | None = None
    schedule_name: str | None = None
    until: datetime | None = None


class Duty(msgspec.Struct, frozen=True, kw_only=True):
    """That a person is on call now: at which level at the earliest, and there until when.

    ``until`` None: for as long as nobody changes the policy. ``posts`` begin with the first level.
    """

    level: int
    until: datetime | None
    posts: tuple[Post, ...]


class Turn(msgspec.Struct, frozen=True, kw_only=True):
    """A person's time on a schedule, and the levels that would page them then.

    ``end`` None: more than a year away.
    """

    schedule_id: str
    schedule_name: str
    time_zone: str
    start: datetime
    end: datetime | None
    posts: tuple[Post, ...]


async def duty_of(house: House, user_id: str, now: datetime) -> Duty | None:
    """Say what a person is on call for now; None if nothing pages them."""
    return duty(await read_plan(house, now), user_id, now)


async def turns_of(house: House, user_id: str, now: datetime) -> list[Turn]:
    """List a person's shifts of the coming days, the present ones too, the soonest first."""
    plan = await read_plan(house, now)
    mine = (id_ for id_, members in plan.members.items() if user_id in members)
    turns = (turn for id_ in mine for turn in _turns(plan, id_, user_id, now))
    return sorted(turns, key=lambda turn: (turn.start, turn.schedule_name, turn.schedule_id))


async def read_plan(house: House, now: datetime) -> Plan:
    """Return what is known of who is on call now."""
    async with house.database.read() as tx:
        return await house.board.plan(tx, Range(now, now), now)


def duty(plan: Plan, user_id: str, now: datetime) -> Duty | None:
    """Find a person's duty in what is known."""
    posts = sorted(_posts(plan, user_id, now), key=lambda post: (post.level, post.policy_name))
    if not posts:
        return None
    level = posts[0].level
    return Duty(level=level, until=_last_end(p for p in posts if p.level == level), posts=(*posts,))


def _posts(plan: Plan, user_id: str, now: datetime) -> Iterator[Post]:
    for place in plan.places.get(Target("user", user_id), ()):
        yield _post(plan, place)
    for schedule_id, members in plan.members.items():
        if user_id in members:
            watch = plan.watch(schedule_id, now)
            if watch.user_id == user_id:
                yield from _posts_by(plan, schedule_id, watch.until)


def _posts_by(plan: Plan, schedule_id: str, until: datetime | None) -> Iterator[Post]:
    for place in plan.places.get(Target("schedule", schedule_id), ()):
        yield _post(plan, place, schedule_id, until)


def _post(
    plan: Plan, place: Place, schedule_id: str | None = None, until: datetime | None = None
) -> Post:
    return Post(
        policy_id=place.policy_id,
        policy_name=plan.policies[place.policy_id].name,
        level=place.level,
        schedule_id=schedule_id,
        schedule_name=plan.schedules[schedule_id].name if schedule_id else None,
        until=until,
    )


def _last_end(posts: Iterable[Post]) -> datetime | None:
    ends = [post.until for post in posts]
    return None if None in ends else max(end for end in ends if end)


def _turns(plan: Plan, schedule_id: str, user_id: str, now: datetime) -> Iterator[Turn]:
    schedule = plan.schedules[schedule_id]
    for shift in render(schedule, now, now + AHEAD, overflow=True):
        if shift.user_id == user_id:
            end = None if shift.end == FOREVER else shift.end
            yield Turn(
                schedule_id=schedule_id,
                schedule_name=schedule.name,
                time_zone=schedule.time_zone,
                start=shift.start,
                end=end,
                posts=(*_posts_by(plan, schedule_id, end),),
            )
