"""Schedules: who is on call when."""

import asyncio
from collections.abc import Iterable
from typing import Any
from zoneinfo import ZoneInfo

from tocsin.api.ranges import range_asked
from tocsin.api.resources.users import user_shape
from tocsin.api.rest import Call, Resource
from tocsin.api.schedule_bodies import ScheduleBody, schedule_wish
from tocsin.api.schedule_shapes import PARTS, View, schedule_shape
from tocsin.domain.duty.rendering import holder_at, render
from tocsin.domain.duty.schedule import Range, Schedule
from tocsin.usecases.duty import schedules
from tocsin.usecases.duty.schedules import Known, Wish
from tocsin.usecases.people import users

SCHEDULES = Resource("/schedules", scope="schedules")


@SCHEDULES.lists("listSchedules")
async def list_schedules(call: Call) -> dict[str, Any]:
    """List schedules by name, with those parts that ``include[]`` asks for."""
    page = call.query.page()
    view = View(
        links=call.links,
        now=call.now,
        asked=range_asked(call.query, _account_zone(call)),
        zone=call.query.zone() or _own_zone(call),
        parts=call.query.includes(*PARTS),
        next_for=call.query.text("include_next_oncall_for_user"),
    )
    found, total = await schedules.find(
        call.house,
        call.query.text("query"),
        view.needed,
        page.part,
        team_ids=call.query.many("team_ids"),
    )
    drawn = await _draw(view, found)
    return page.wrap("schedules", found, lambda known: drawn[known.schedule.id], total=total)


@SCHEDULES.creates("createSchedule")
async def create_schedule(call: Call) -> dict[str, Any]:
    """Make a schedule."""
    return _whole(call, await schedules.create(call.house, _wish(call)))


@SCHEDULES.op("createSchedulePreview", "POST", "/preview")
async def preview_schedule(call: Call) -> dict[str, Any]:
    """Show what a schedule would be like, and keep nothing."""
    known = await schedules.preview(call.house, _wish(call))
    shape = schedule_shape(_view(call), known)
    nowhere = ("id", "self", "html_url")
    return {"schedule": {name: part for name, part in shape.items() if name not in nowhere}}


@SCHEDULES.gets("getSchedule")
async def get_schedule(call: Call, id: str) -> dict[str, Any]:
    """Show a schedule; its shifts are rendered between ``since`` and ``until``."""
    view = _view(call)
    return {"schedule": schedule_shape(view, await schedules.get(call.house, id, view.needed))}


@SCHEDULES.updates("updateSchedule")
async def update_schedule(call: Call, id: str) -> dict[str, Any]:
    """Change a schedule from now on. Layers that are left out end."""
    return _whole(call, await schedules.change(call.house, id, _wish(call), call.now))


@SCHEDULES.deletes("deleteSchedule")
async def delete_schedule(call: Call, id: str) -> None:
    """Take away a schedule that no escalation policy uses."""
    await schedules.remove(call.house, id)


@SCHEDULES.op("listScheduleUsers", "GET", "/{id}/users", scope="users.read")
async def list_schedule_users(call: Call, id: str) -> dict[str, Any]:
    """List who is on call at any time between ``since`` and ``until``, or now."""
    asked = range_asked(call.query, _account_zone(call)) or Range(call.now, call.now)
    known = await schedules.get(call.house, id, asked)
    found = await users.get_many(call.house, _holders(known.schedule, asked))
    return {"users": [user_shape(call, one) for one in found.values()]}


def _holders(schedule: Schedule, asked: Range) -> set[str]:
    if asked.since < asked.until:
        return {shift.user_id for shift in render(schedule, asked.since, asked.until)}
    holder = holder_at(schedule, asked.since)
    return {holder} if holder else set()


async def _draw(view: View, found: Iterable[Known]) -> dict[str, dict[str, Any]]:
    """Shape schedules by their ids; rendering many takes long, so others get their turn between."""
    drawn = {}
    for known in found:
        drawn[known.schedule.id] = schedule_shape(view, known)
        await asyncio.sleep(0)
    return drawn


def _wish(call: Call) -> Wish:
    return schedule_wish(call.body(ScheduleBody, "schedule"), _account_zone(call))


def _whole(call: Call, known: Known) -> dict[str, Any]:
    view = View(links=call.links, now=call.now, zone=call.query.zone())
    return {"schedule": schedule_shape(view, known)}


def _view(call: Call) -> View:
    return View(
        links=call.links,
        now=call.now,
        asked=range_asked(call.query, _account_zone(call)),
        overflow=call.query.flag("overflow"),
        zone=call.query.zone(),
        next_for=call.query.text("include_next_oncall_for_user"),
    )


def _account_zone(call: Call) -> ZoneInfo:
    return ZoneInfo(call.house.account.time_zone)


def _own_zone(call: Call) -> ZoneInfo:
    """Return the zone of whoever asks."""
    chosen = call.requester.time_zone if call.requester else None
    return ZoneInfo(chosen) if chosen else _account_zone(call)
