"""Rotations: whose turn it is in one layer, counted in the schedule's wall time.

Turn k begins when the wall clock reads the rotation's virtual start plus k turns, whatever the
length of a turn. So a hand-off at 09:00 stays at 09:00 all year: a turn over the night on which
clocks are set forward is an hour shorter, over the other night an hour longer. A turn that lies
wholly within skipped time (an hourly one on the first of these nights) is lost to its holder.
Restrictions open and close by the same readings.
"""

from collections.abc import Sequence
from typing import NamedTuple

from tocsin.domain.duty.lookup import NOBODY, Lookup, Span
from tocsin.domain.duty.schedule import Layer, Restriction
from tocsin.domain.duty.wall_time import (
    DAY,
    FIRST_INSTANT,
    FIRST_READING,
    LAST_INSTANT,
    LAST_READING,
    SECOND,
    WallClock,
    to_instant,
)

_WEEK = 7 * DAY
_FIRST_MONDAY = 4 * DAY  # 1970 began on a Thursday


class _Window(NamedTuple):
    """A restriction in readings: open for ``duration`` from ``opening``, once each ``period``."""

    opening: int
    period: int
    duration: int


def rotate(layer: Layer, clock: WallClock) -> Lookup:
    """Ask one layer. Nobody holds it before its start or its virtual start, or from its end on."""
    start = to_instant(max(layer.start, layer.rotation_virtual_start))
    end = LAST_INSTANT if layer.end is None else to_instant(layer.end)
    turn = _take_turns(layer, clock.reading(to_instant(layer.rotation_virtual_start)))
    if layer.restrictions:
        turn = _restrict(turn, [_window(restriction) for restriction in layer.restrictions])

    def span_at(at: int) -> Span:
        if at < start:
            return Span(FIRST_INSTANT, start, NOBODY)
        if at >= end:
            return Span(end, LAST_INSTANT, NOBODY)
        held = turn(clock.reading(at))
        first, last = clock.instant(held.start), clock.instant(held.end)
        return Span(max(first, start), min(last, end), held.user_id)

    return span_at


def _take_turns(layer: Layer, anchor: int) -> Lookup:
    """Ask for the turn at a reading; a rotation of one, or of none, has a single endless turn."""
    users, length = layer.user_ids, layer.turn_seconds * SECOND
    if len(set(users)) < 2:
        endless = Span(FIRST_READING, LAST_READING, users[0] if users else NOBODY)
        return lambda _: endless

    def turn_at(reading: int) -> Span:
        number = (reading - anchor) // length
        start = anchor + number * length
        return Span(start, start + length, users[number % len(users)])

    return turn_at


def _restrict(turn: Lookup, windows: Sequence[_Window]) -> Lookup:
    """Leave only that part of each turn in which at least one window is open."""

    def span_at(reading: int) -> Span:
        held = turn(reading)
        start, end, is_open = held.start, held.end, False
        for opening, period, duration in windows:
            opened = reading - (reading - opening) % period
            closes = opened + duration
            if reading < closes:
                start, end, is_open = max(start, opened), min(end, closes), True
            else:
                start, end = max(start, closes), min(end, opened + period)
        return Span(start, end, held.user_id if is_open else NOBODY)

    return span_at


def _window(restriction: Restriction) -> _Window:
    """Return a restriction in readings. Weeks are counted from a Monday."""
    opens = restriction.start_time
    seconds = opens.hour * 3600 + opens.minute * 60 + opens.second
    duration = restriction.duration_seconds * SECOND
    if restriction.start_day_of_week is None:
        return _Window(seconds * SECOND, DAY, duration)
    day = _FIRST_MONDAY + (restriction.start_day_of_week - 1) * DAY
    return _Window(day + seconds * SECOND, _WEEK, duration)
