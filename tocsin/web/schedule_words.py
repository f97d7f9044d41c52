"""Words about schedules: gaps, turns and restrictions in plain sentences."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Final

from tocsin.domain.duty.schedule import Gap, Layer, Range, Restriction
from tocsin.web.words import join, moment

MOST_GAPS: Final = 3  # told in sentences; the timeline shows the rest
DAYS: Final = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")

_UNITS: Final = ((604_800, "week"), (86_400, "day"), (3600, "hour"), (1, "second"))


def gaps_told(found: Sequence[Gap], asked: Range, zone: str, now: datetime) -> list[str]:
    """Say, in a sentence for each, when nobody is on call from now on."""
    coming = [gap for gap in found if gap.end > now]
    told = [_gap_told(gap, asked, zone, now) for gap in coming[:MOST_GAPS]]
    left = len(coming) - len(told)
    if not left:
        return told
    more = "is 1 more gap" if left == 1 else f"are {left} more gaps"
    return [*told, f"There {more} like these in the days shown."]


def rotation_told(layer: Layer) -> str:
    """Say how long a turn is, and whose it is."""
    if len(set(layer.user_ids)) < 2:
        return "Always the same person"
    length, unit = next((size, name) for size, name in _UNITS if layer.turn_seconds % size == 0)
    count = layer.turn_seconds // length
    return f"A turn is {count} {unit}s" if count > 1 else f"A turn is one {unit}"


def restrictions_told(restrictions: Iterable[Restriction]) -> list[str]:
    """Say in which parts of a day or a week a layer counts; days that are alike together."""
    found: dict[tuple[str, str, int], list[int]] = {}
    for restriction in restrictions:
        opens, closes, nights = _hours(restriction)
        day = restriction.start_day_of_week
        days = found.setdefault((opens, closes, -1 if day is None else nights), [])
        if day is not None:
            days.append(day - 1)
    return [_window_told(days, *hours) for hours, days in found.items()]


def _window_told(days: Sequence[int], opens: str, closes: str, nights: int) -> str:
    if not days:
        return f"every day {opens} to {closes}"
    if nights:
        return ", ".join(
            f"{DAYS[day]} {opens} to {DAYS[(day + nights) % 7]} {closes}" for day in days
        )
    first, *_, last = *days, days[-1]
    is_run = len(days) > 2 and list(days) == list(range(first, last + 1))
    named = f"{DAYS[first]} to {DAYS[last]}" if is_run else join([DAYS[day] for day in days])
    return f"{named} {opens} to {closes}"


def _hours(restriction: Restriction) -> tuple[str, str, int]:
    """Return when it opens and closes, and how many midnights lie between."""
    opens = restriction.start_time
    minutes = opens.hour * 60 + opens.minute + restriction.duration_seconds // 60
    nights, minute = divmod(minutes, 1440)
    return f"{opens:%H:%M}", f"{minute // 60:02}:{minute % 60:02}", nights


def _gap_told(gap: Gap, asked: Range, zone: str, now: datetime) -> str:
    start, end = moment(gap.start, zone), moment(gap.end, zone)
    goes_on = gap.end >= asked.until
    if gap.start <= now:
        at_least = "at least " if goes_on else ""
        return f"Nobody is on call now, until {at_least}{end} ({zone})."
    if goes_on:
        return f"Nobody is on call from {start} until at least {end} ({zone})."
    return f"Nobody is on call between {start} and {end} ({zone})."
