"""Overrides: one person instead of whoever a schedule's layers say."""

from typing import Any
from zoneinfo import ZoneInfo

import msgspec

from tocsin.api.incoming import Ref
from tocsin.api.ranges import instant_of, range_of
from tocsin.api.rest import Answer, Call, Resource
from tocsin.api.schedule_bodies import user_id_of
from tocsin.api.schedule_shapes import user_ref
from tocsin.domain.duty.schedule import Override, Range
from tocsin.kit.instants import write_local
from tocsin.kit.zones import is_zone
from tocsin.usecases.duty import overrides
from tocsin.usecases.duty.overrides import Known, Outcome, Wish
from tocsin.usecases.errors import Invalid

OVERRIDES = Resource("/schedules/{id}/overrides", scope="schedules", item="override_id")


class _Override(msgspec.Struct, frozen=True, kw_only=True):
    start: str
    end: str
    user: Ref
    time_zone: str | None = None  # of times without an offset


class _Body(msgspec.Struct, frozen=True, kw_only=True):
    """A list, or the single override that older clients send."""

    overrides: tuple[_Override, ...] = ()
    override: _Override | None = None


# Only here does reading answer 201: the reference says so, and clients made from it look for it.
@OVERRIDES.op("listScheduleOverrides", "GET", "", status=201)
async def list_overrides(call: Call, id: str) -> dict[str, Any]:
    """List the overrides of a time, cut to it unless ``overflow``; future ones if ``editable``."""
    zone = ZoneInfo(call.house.account.time_zone)
    since, until = call.query.instant("since", zone), call.query.instant("until", zone)
    if since is None or until is None:
        raise Invalid("Since and until cannot be empty.")
    asked = range_of(since, until)
    known = await overrides.find(call.house, id, asked)
    found = known.overrides
    if call.query.flag("editable"):
        found = [override for override in found if override.start > call.now]
    if not call.query.flag("overflow"):
        found = [_cut(override, asked) for override in found]
    return {"overrides": [_shape(call, known, override) for override in found]}


@OVERRIDES.creates("createScheduleOverride", power="respond")
async def create_overrides(call: Call, id: str) -> Any:
    """Make overrides, and answer for each of them; older clients send one, and want one back."""
    body = call.body(_Body)
    wished = body.overrides or ((body.override,) if body.override else ())
    if not wished:
        raise Invalid("Overrides cannot be empty.")
    wishes = [_wish(call, override) for override in wished]
    known = await overrides.create(call.house, id, wishes, call.now)
    if body.overrides:
        return [_outcome(call, known, outcome) for outcome in known.outcomes]
    (outcome,) = known.outcomes
    if outcome.faults:
        raise Invalid(*outcome.faults)
    return {"override": _shape(call, known, outcome.override)}


@OVERRIDES.deletes("deleteScheduleOverride", power="respond")
async def delete_override(call: Call, id: str, override_id: str) -> Answer:
    """Take away an override; 200 says that it was running already, and ends now."""
    was_running = await overrides.remove(call.house, id, override_id, call.now)
    return Answer(status=200 if was_running else 204)


def _wish(call: Call, body: _Override) -> Wish:
    name = body.time_zone or call.house.account.time_zone
    if not is_zone(name):
        raise Invalid("Override time zone must be the name of a time zone.")
    zone = ZoneInfo(name)
    return Wish(
        user_id=user_id_of(body.user),
        start=instant_of("Override start", body.start, zone),
        end=instant_of("Override end", body.end, zone),
    )


def _cut(override: Override, asked: Range) -> Override:
    start, end = max(override.start, asked.since), min(override.end, asked.until)
    return msgspec.structs.replace(override, start=start, end=end)


def _outcome(call: Call, known: Known, outcome: Outcome) -> dict[str, Any]:
    shape = _shape(call, known, outcome.override)
    if outcome.faults:
        del shape["id"]
        return {"status": 400, "errors": outcome.faults, "override": shape}
    return {"status": 201, "override": shape}


def _shape(call: Call, known: Known, override: Override) -> dict[str, Any]:
    zone = ZoneInfo(known.schedule.time_zone)
    return {
        "id": override.id,
        "start": write_local(override.start, zone),
        "end": write_local(override.end, zone),
        "user": user_ref(call.links, known.users, override.user_id),
    }
