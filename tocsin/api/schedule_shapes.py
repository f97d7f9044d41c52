"""Schedules as they look on the wire: the layer that counts most first."""

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime, timedelta, tzinfo
from typing import Any, Final
from zoneinfo import ZoneInfo

import msgspec

from tocsin.api.shapes import Links
from tocsin.api.team_shapes import teams_shape
from tocsin.domain.duty.on_call import next_on_call
from tocsin.domain.duty.rendering import coverage, render, render_layer, render_overrides
from tocsin.domain.duty.schedule import FOREVER, Layer, Range, Restriction, Schedule, Shift
from tocsin.domain.people.user import User
from tocsin.kit.instants import write_local
from tocsin.usecases.duty.schedules import Known

PARTS: Final = ("schedule_layers", "overrides_subschedule", "final_schedule")
HORIZON: Final = timedelta(days=366)  # how far ahead somebody's next shift is looked for


class View(msgspec.Struct, frozen=True, kw_only=True):
    """How somebody wants to see schedules.

    Shifts are rendered only within ``asked``; ``zone`` None is each schedule's own; ``next_for``
    is whose present or next shift after ``now`` is to be told.
    """

    links: Links
    now: datetime
    asked: Range | None = None
    overflow: bool = False
    zone: tzinfo | None = None
    parts: Iterable[str] = PARTS
    next_for: str | None = None

    @property
    def needed(self) -> Range | None:
        """Return the time whose overrides matter."""
        if self.next_for is None:
            return self.asked
        asked = self.asked or Range(self.now, self.now)
        return Range(min(asked.since, self.now), max(asked.until, self.now + HORIZON))


def schedule_shape(view: View, known: Known) -> dict[str, Any]:
    """Return a schedule with those parts that are wanted."""
    links, schedule, picture = view.links, known.schedule, _Picture(view, known)
    parts = {
        "schedule_layers": picture.layers,
        "overrides_subschedule": picture.overrides,
        "final_schedule": picture.final,
    }
    return {
        **links.head("schedule", schedule.id, schedule.name),
        "name": schedule.name,
        "time_zone": schedule.time_zone,
        "description": schedule.description,
        "escalation_policies": [
            links.ref("escalation_policy", id_, name) for id_, name in known.policies
        ],
        "users": [user_ref(links, known.users, id_) for id_ in schedule.members(view.now)],
        "teams": teams_shape(links, known.teams),
        **{part: parts[part]() for part in view.parts},
        **picture.next_on_call(),
    }


def user_ref(links: Links, users: Mapping[str, User], user_id: str) -> dict[str, Any]:
    """Return a reference to a user, who may be gone."""
    user = users.get(user_id)
    return links.ref("user", user_id, user.name if user else None)


class _Picture:
    """One schedule under one view, drawn part by part."""

    def __init__(self, view: View, known: Known) -> None:
        self._view = view
        self._known = known
        self._schedule = known.schedule
        self._zone = view.zone or ZoneInfo(known.schedule.time_zone)

    def layers(self) -> list[dict[str, Any]]:
        """Return all layers there have ever been."""
        return [self._layer(layer) for layer in reversed(self._schedule.layers)]

    def overrides(self) -> dict[str, Any]:
        """Return who takes whose place."""
        return {"name": "Overrides", **self._rendered(render_overrides)}

    def final(self) -> dict[str, Any]:
        """Return who is on call when all is said."""
        return {"name": "Final Schedule", **self._rendered(render)}

    def next_on_call(self) -> dict[str, Any]:
        """Return the present or next shift of whoever was asked for, if they have one."""
        user_id, now = self._view.next_for, self._view.now
        if user_id is None or user_id not in self._schedule.everybody():
            return {}
        shift = next_on_call(self._schedule, user_id, now, HORIZON)
        return {"next_oncall_for_user": self._entry(shift)} if shift else {}

    def _layer(self, layer: Layer) -> dict[str, Any]:
        def rendered(schedule: Schedule, *bounds: datetime, overflow: bool) -> Iterable[Shift]:
            return render_layer(schedule, layer.id, *bounds, overflow=overflow)

        return {
            "id": layer.id,
            "name": layer.name,
            "start": self._at(layer.start),
            "end": self._at(layer.end),
            "rotation_virtual_start": self._at(layer.rotation_virtual_start),
            "rotation_turn_length_seconds": layer.turn_seconds,
            "users": [{"user": self._user(user_id)} for user_id in layer.user_ids],
            "restrictions": [_restriction(restriction) for restriction in layer.restrictions],
            **self._rendered(rendered),
        }

    def _rendered(self, render: Callable[..., Iterable[Shift]]) -> dict[str, Any]:
        asked = self._view.asked
        if asked is None:
            return {"rendered_schedule_entries": [], "rendered_coverage_percentage": None}
        since, until = asked.since, asked.until
        shifts = list(render(self._schedule, since, until, overflow=self._view.overflow))
        return {
            "rendered_schedule_entries": [self._entry(shift) for shift in shifts],
            "rendered_coverage_percentage": round(coverage(shifts, since, until), 1),
        }

    def _entry(self, shift: Shift) -> dict[str, Any]:
        end = None if shift.end == FOREVER else shift.end
        user = self._user(shift.user_id)
        return {"start": self._at(shift.start), "end": self._at(end), "user": user}

    def _user(self, user_id: str) -> dict[str, Any]:
        return user_ref(self._view.links, self._known.users, user_id)

    def _at(self, instant: datetime | None) -> str | None:
        return None if instant is None else write_local(instant, self._zone)


def _restriction(restriction: Restriction) -> dict[str, Any]:
    shape = {
        "type": f"{restriction.kind}_restriction",
        "start_time_of_day": restriction.start_time.isoformat(timespec="seconds"),
        "duration_seconds": restriction.duration_seconds,
    }
    if restriction.start_day_of_week is not None:
        shape["start_day_of_week"] = restriction.start_day_of_week
    return shape
