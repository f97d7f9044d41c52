"""Rendering: the shifts that come of a schedule's layers, restrictions, overrides and past."""

from bisect import bisect_right
from collections.abc import Callable, Iterable
from datetime import datetime, timedelta
from operator import attrgetter

from tocsin.domain.duty.lookup import Lookup, Span, chain, override, runs, stack, whole
from tocsin.domain.duty.rotation import rotate
from tocsin.domain.duty.schedule import Gap, Layer, Revision, Schedule, Shift
from tocsin.domain.duty.wall_time import to_datetime, to_instant, wall_clock

_NOTHING = timedelta()
_until = attrgetter("until")


def render(
    schedule: Schedule, since: datetime, until: datetime, *, overflow: bool = False
) -> tuple[Shift, ...]:
    """Return the final schedule from ``since`` until just before ``until``.

    Shifts are cut to the two bounds; with ``overflow`` the outer ones keep their real ends, and
    one that goes on for more than a year after ``until`` ends at FOREVER.
    """
    return _shifts(look_up(schedule), since, until, overflow)


def render_layer(
    schedule: Schedule, layer_id: str, since: datetime, until: datetime, *, overflow: bool = False
) -> tuple[Shift, ...]:
    """Return the shifts of one layer as it stood at each time, whatever hides them."""
    layer = _over_time(schedule, lambda layer: layer.id == layer_id)
    return _shifts(layer, since, until, overflow)


def render_overrides(
    schedule: Schedule, since: datetime, until: datetime, *, overflow: bool = False
) -> tuple[Shift, ...]:
    """Return the shifts that overrides make."""
    return _shifts(override(schedule.overrides), since, until, overflow)


def gaps(schedule: Schedule, since: datetime, until: datetime) -> tuple[Gap, ...]:
    """Return when nobody is on call between ``since`` and ``until``."""
    found = runs(look_up(schedule), to_instant(since), to_instant(until))
    return tuple(
        Gap(start=to_datetime(run.start), end=to_datetime(run.end))
        for run in found
        if not run.user_id
    )


def coverage(shifts: Iterable[Shift], since: datetime, until: datetime) -> float:
    """Return how many per cent of the time between two bounds these separate shifts fill."""
    if until <= since:
        return 0.0
    held = (min(shift.end, until) - max(shift.start, since) for shift in shifts)
    return 100 * (sum((part for part in held if part > _NOTHING), _NOTHING) / (until - since))


def shift_at(schedule: Schedule, at: datetime) -> Shift | None:
    """Return the shift that holds at one instant, with its real ends."""
    lookup = look_up(schedule)
    span = lookup(to_instant(at))
    return to_shift(whole(lookup, span)) if span.user_id else None


def holder_at(schedule: Schedule, now: datetime) -> str | None:
    """Return who is on call at one instant, preparing no more than that takes.

    Every event that opens an incident asks this.
    """
    at = to_instant(now)
    if schedule.overrides and (user_id := override(schedule.overrides)(at).user_id):
        return user_id
    number = bisect_right(schedule.past, now, key=_until)
    stood = schedule.past[number] if number < len(schedule.past) else schedule
    clock = wall_clock(stood.time_zone)
    found = (rotate(layer, clock)(at).user_id for layer in reversed(stood.layers))
    return next(filter(None, found), None)


def look_up(schedule: Schedule) -> Lookup:
    """Ask the final schedule: overrides, then the layers as they stood, the last one first."""
    return stack((override(schedule.overrides), _over_time(schedule, lambda _: True)))


def to_shift(span: Span) -> Shift:
    """Return a span that somebody holds, in datetimes."""
    return Shift(start=to_datetime(span.start), end=to_datetime(span.end), user_id=span.user_id)


def _over_time(schedule: Schedule, wanted: Callable[[Layer], bool]) -> Lookup:
    """Ask the wanted layers, those of each revision until its end and the present ones since."""
    stood: tuple[Revision | Schedule, ...] = (*schedule.past, schedule)

    def lookup_of(number: int) -> Lookup:
        clock = wall_clock(stood[number].time_zone)
        layers = filter(wanted, reversed(stood[number].layers))
        return stack([rotate(layer, clock) for layer in layers])

    return chain([to_instant(revision.until) for revision in schedule.past], lookup_of)


def _shifts(lookup: Lookup, since: datetime, until: datetime, overflow: bool) -> tuple[Shift, ...]:
    held = [run for run in runs(lookup, to_instant(since), to_instant(until)) if run.user_id]
    if overflow:
        held = [whole(lookup, run) for run in held]
    return tuple(map(to_shift, held))
