"""Words about schedules: gaps, turns and restrictions in plain sentences."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from tocsin.domain.schedule import Gap, Layer, Range, Restriction
from tocsin.web.words import moment

MOST_GAPS: Final = 4  # told in sentences; the timeline shows the rest
DAYS: Final = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")

_UNITS: Final = ((604_800, "week"), (86_400, "day"), (3600, "hour"), (1, "second"))


def gaps_told(found: Sequence[Gap], asked: Range, zone: str, now: datetime) -> list[str]:
    """Say, in a sentence for each, when nobody is on call from now on."""
    coming = [gap for gap in found if gap.end > now]
    told = [_gap_told(gap, asked, zone, now) for gap in coming[:MOST_GAPS]]
    left = len(coming) - len(told)
    return [*told, f"There are {left} more gaps like these in the days shown."] if left else told


def rotation_told(layer: Layer) -> str:
    """Say how long a turn is, and whose it is."""
    if len(set(layer.user_ids)) < 2:
        return "Always the same person"
    length, unit = next((size, name) for size, name in _UNITS if layer.turn_seconds % size == 0)
    count = layer.turn_seconds // length
    return f"A turn is {count} {unit}s" if count > 1 else f"A turn is one {unit}"


def restriction_told(restriction: Restriction) -> str:
    """Say in which part of a day or a week a layer counts."""
    opens = restriction.start_time
    minutes = opens.hour * 60 + opens.minute + restriction.duration_seconds // 60
    closes = f"{minutes // 60 % 24:02}:{minutes % 60:02}"
    if restriction.start_day_of_week is None:
        return f"every day {opens:%H:%M} to {closes}"
    first = restriction.start_day_of_week - 1
    last = (first + minutes // 1440) % 7
    return f"{DAYS[first]} {opens:%H:%M} to {DAYS[last]} {closes}"


def _gap_told(gap: Gap, asked: Range, zone: str, now: datetime) -> str:
    start, end = moment(gap.start, zone), moment(gap.end, zone)
    goes_on = gap.end >= asked.until
    if gap.start <= now:
        at_least = "at least " if goes_on else ""
        return f"Nobody is on call now, until {at_least}{end} ({zone})."
    if goes_on:
        return f"Nobody is on call from {start} until at least {end} ({zone})."
    return f"Nobody is on call between {start} and {end} ({zone})."
