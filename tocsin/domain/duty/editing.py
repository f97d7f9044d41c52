"""Editing schedules: an edit changes the future, never the past; a layer ends, but never goes."""

from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Final

from msgspec.structs import replace

from tocsin.domain.duty.schedule import Layer, Restriction, Revision, Schedule

SHORTEST_TURN: Final = 3600
LONGEST_TURN: Final = 365 * 86_400
_DAY: Final = 86_400
_WEEK: Final = 7 * _DAY


def revise(before: Schedule, after: Schedule, now: datetime) -> Schedule:
    """Let a schedule be ``after`` from ``now`` on, and what it was until then.

    Layers that ``after`` leaves out are ended. Nothing is kept of an edit that moves no shift.
    """
    sent = {layer.id for layer in after.layers}
    left_out = (_ended(layer, now) for layer in before.layers if layer.id not in sent)
    after = replace(after, layers=(*left_out, *after.layers), past=before.past)
    if (after.layers, after.time_zone) == (before.layers, before.time_zone):
        return after
    until = max([now, *(revision.until for revision in before.past[-1:])])
    revision = Revision(until=until, time_zone=before.time_zone, layers=before.layers)
    return replace(after, past=(*before.past, revision))


def faults_of_layers(layers: Iterable[Layer]) -> Iterator[str]:
    """Name what is wrong with layers, in the order in which they are written."""
    for number, layer in enumerate(layers, start=1):
        for fault in _faults(layer):
            yield f"Layer {number} {fault}"


def _ended(layer: Layer, now: datetime) -> Layer:
    """End a layer at the whole second, as clients that send it back will write it."""
    if layer.end is not None and layer.end <= now:
        return layer
    return replace(layer, end=now.replace(microsecond=0))


def _faults(layer: Layer) -> Iterator[str]:
    if not layer.user_ids:
        yield "must have at least one user."
    if not SHORTEST_TURN <= layer.turn_seconds <= LONGEST_TURN:
        yield f"must have turns of {SHORTEST_TURN} to {LONGEST_TURN} seconds."
    for restriction in layer.restrictions:
        yield from _restriction_faults(restriction)


def _restriction_faults(restriction: Restriction) -> Iterator[str]:
    day, duration = restriction.start_day_of_week, restriction.duration_seconds
    if restriction.kind == "daily":
        if day is not None:
            yield "has a daily restriction with a start day of the week."
        if not 1 <= duration < _DAY:
            yield "has a daily restriction that does not last 1 to 86399 seconds."
    else:
        if day is None or not 1 <= day <= 7:
            yield "has a weekly restriction without a start day of the week from 1 to 7."
        if not 1 <= duration < _WEEK:
            yield "has a weekly restriction that does not last 1 to 604799 seconds."
