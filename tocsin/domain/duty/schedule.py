"""Schedules: who is on call when. The rules of rotation live beside these shapes."""

from datetime import UTC, datetime, time
from typing import Literal

import msgspec

FOREVER = datetime.max.replace(tzinfo=UTC)


class Restriction(msgspec.Struct, frozen=True, kw_only=True):
    """The part of each day or week in which a layer counts, in the schedule's wall time.

    ``start_day_of_week`` is 1 (Monday) to 7 for weekly restrictions and None for daily ones.
    """

    kind: Literal["daily", "weekly"]
    start_time: time
    duration_seconds: int
    start_day_of_week: int | None = None


class Layer(msgspec.Struct, frozen=True, kw_only=True):
    """A rotation of people. Instants are UTC; turns are counted in the schedule's wall time."""

    id: str
    name: str
    start: datetime
    end: datetime | None = None
    rotation_virtual_start: datetime
    turn_seconds: int
    user_ids: tuple[str, ...]
    restrictions: tuple[Restriction, ...] = ()


class Revision(msgspec.Struct, frozen=True, kw_only=True):
    """How the layers stood before ``until``: an edit changes the future, never the past."""

    until: datetime
    time_zone: str
    layers: tuple[Layer, ...]


class Override(msgspec.Struct, frozen=True, kw_only=True):
    """One person instead of whoever the layers say. Of two, the one created later wins."""

    id: str
    schedule_id: str
    user_id: str
    start: datetime
    end: datetime
    created_at: datetime


class Schedule(msgspec.Struct, frozen=True, kw_only=True):
    """Layers in order of precedence: a later layer hides the earlier ones; overrides hide all.

    ``past`` comes oldest first. Overrides count whatever the layers were at their time.
    """

    id: str
    name: str
    time_zone: str
    layers: tuple[Layer, ...]
    overrides: tuple[Override, ...] = ()
    past: tuple[Revision, ...] = ()
    description: str | None = None
    team_ids: tuple[str, ...] = ()

    def members(self, now: datetime) -> tuple[str, ...]:
        """Return who is on its layers that are not over, each once, the lowest layer first."""
        layers = (layer for layer in self.layers if layer.end is None or layer.end > now)
        return tuple(dict.fromkeys(user_id for layer in layers for user_id in layer.user_ids))

    def everybody(self) -> set[str]:
        """Return whoever holds it, or may, at any time in the past or the future."""
        stood = [self.layers, *(revision.layers for revision in self.past)]
        people = {user_id for layers in stood for layer in layers for user_id in layer.user_ids}
        return people | {override.user_id for override in self.overrides}


class Shift(msgspec.Struct, frozen=True, kw_only=True):
    """One person on call from ``start`` until just before ``end`` (UTC; FOREVER: no end)."""

    start: datetime
    end: datetime
    user_id: str


class Gap(msgspec.Struct, frozen=True, kw_only=True):
    """Nobody on call from ``start`` until just before ``end`` (UTC)."""

    start: datetime
    end: datetime


class Range(msgspec.Struct, frozen=True):
    """The time that somebody asks about."""

    since: datetime
    until: datetime
