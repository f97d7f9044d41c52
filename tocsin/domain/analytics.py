"""Analytics: what the figures are, what counts as an interruption, and at which hours it hurts.

Figures that PagerDuty's analytics know have the names they have there. Hours are those of the
clock on the wall of whoever was interrupted.
"""

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime, timedelta
from typing import Literal

import msgspec

from tocsin.domain.duty.wall_time import DAY, SECOND, to_datetime, to_instant, wall_clock
from tocsin.domain.people.user import Urgency

SILENCE = timedelta(minutes=5)  # a page after a longer silence than this interrupts anew
LONGEST = timedelta(days=366)
MOST_BARS = 92
MOST_POINTS = 14

NIGHT_BEGINS, NIGHT_ENDS = 22, 6  # o'clock
SLEEP_BEGINS, SLEEP_ENDS = 22, 8
WORK_BEGINS, WORK_ENDS = 8, 18
_SATURDAY = 6  # counted from Monday as 1
_MONDAY = 4  # 1970-01-05, counted from 1970-01-01 as 0

Unit = Literal["day", "week"]


class Span(msgspec.Struct, frozen=True):
    """A time from ``since`` until just before ``until``, told in days of ``zone``."""

    since: datetime
    until: datetime
    zone: str


class Metrics(msgspec.Struct, frozen=True, kw_only=True):
    """What became of the incidents of a time. A mean or median of nothing is None."""

    total_incident_count: int = 0
    total_incidents_acknowledged: int = 0
    total_incidents_resolved: int = 0
    total_incidents_auto_resolved: int = 0
    total_incidents_manual_escalated: int = 0
    total_incidents_timeout_escalated: int = 0
    total_escalation_count: int = 0
    mean_seconds_to_first_ack: float | None = None
    median_seconds_to_first_ack: float | None = None
    mean_seconds_to_resolve: float | None = None
    median_seconds_to_resolve: float | None = None


class Cell(msgspec.Struct, frozen=True):
    """The pages that reached a person in one hour of the week, and how often these interrupted."""

    user_id: str
    weekday: int  # 1 is Monday
    hour: int
    notifications: int
    interruptions: int


class Interruptions(msgspec.Struct, frozen=True, kw_only=True):
    """How often people were disturbed. Business, off and sleep hours together are all.

    Nights and weekends are counted besides these, and a night of a weekend in both.
    """

    total_notifications: int = 0
    total_interruptions: int = 0
    total_business_hour_interruptions: int = 0
    total_off_hour_interruptions: int = 0
    total_sleep_hour_interruptions: int = 0
    total_night_interruptions: int = 0
    total_weekend_interruptions: int = 0


class Bar(msgspec.Struct, frozen=True, kw_only=True):
    """How many incidents began in a stretch of time, by their urgency."""

    start: datetime
    high: int = 0
    low: int = 0


class Stretch(msgspec.Struct, frozen=True, kw_only=True):
    """A time in which the clocks of a zone are ``offset`` ahead of UTC."""

    zone: str
    start: datetime
    end: datetime
    offset: timedelta


def is_night(hour: int) -> bool:
    """Say whether people sleep at this hour, wherever they are."""
    return hour >= NIGHT_BEGINS or hour < NIGHT_ENDS


def is_weekend(weekday: int) -> bool:
    """Say whether a day is Saturday or Sunday."""
    return weekday >= _SATURDAY


def is_sleep(hour: int) -> bool:
    """Say whether an hour is one of the sleep hours, which every day has."""
    return hour >= SLEEP_BEGINS or hour < SLEEP_ENDS


def is_business(weekday: int, hour: int) -> bool:
    """Say whether people are at work."""
    return WORK_BEGINS <= hour < WORK_ENDS and not is_weekend(weekday)


def tally(cells: Iterable[Cell]) -> Interruptions:
    """Add up hours of the week. What is neither business nor sleep is off hours."""
    cells = tuple(cells)
    total = _add(cells)
    business = _add(cell for cell in cells if is_business(cell.weekday, cell.hour))
    sleep = _add(cell for cell in cells if is_sleep(cell.hour))
    return Interruptions(
        total_notifications=sum(cell.notifications for cell in cells),
        total_interruptions=total,
        total_business_hour_interruptions=business,
        total_off_hour_interruptions=total - business - sleep,
        total_sleep_hour_interruptions=sleep,
        total_night_interruptions=_add(cell for cell in cells if is_night(cell.hour)),
        total_weekend_interruptions=_add(cell for cell in cells if is_weekend(cell.weekday)),
    )


def by_person(cells: Iterable[Cell]) -> dict[str, Interruptions]:
    """Add up for each person."""
    of: dict[str, list[Cell]] = {}
    for cell in cells:
        of.setdefault(cell.user_id, []).append(cell)
    return {user_id: tally(theirs) for user_id, theirs in of.items()}


def by_hour(cells: Iterable[Cell]) -> tuple[int, ...]:
    """Add up interruptions for each of the 24 hours of the day."""
    hours = [0] * 24
    for cell in cells:
        hours[cell.hour] += cell.interruptions
    return tuple(hours)


def unit_of(span: Span, most: int) -> Unit:
    """Choose what one mark of a plot stands for, so that there are not too many."""
    return "day" if len(starts(span, "day")) <= most else "week"


def starts(span: Span, unit: Unit) -> tuple[datetime, ...]:
    """Return when each day or week (from Monday) of a time begins; the first one is cut."""
    clock = wall_clock(span.zone)
    first, last = (clock.reading(to_instant(at)) // DAY for at in (span.since, span.until))
    days = (day for day in range(first, last + 1) if unit == "day" or day % 7 == _MONDAY)
    begun = (to_datetime(clock.instant(day * DAY)) for day in days)
    return (span.since, *(at for at in begun if span.since < at < span.until))


def before(span: Span, now: datetime) -> Span:
    """Return the time of the same length, by the clock on the wall, that ends where this begins.

    Of a time that is not over yet, only as much of the one before is told.
    """
    clock = wall_clock(span.zone)
    begin, end, seen = (
        clock.reading(to_instant(at)) for at in (span.since, span.until, min(span.until, now))
    )
    since, until = (to_datetime(clock.instant(at - (end - begin))) for at in (begin, seen))
    return Span(since, max(until, since), span.zone)


def stretches(zone: str, since: datetime, until: datetime) -> Iterator[Stretch]:
    """Cut a time where the clocks of a zone are set."""
    clock = wall_clock(zone)
    begin, end = to_instant(since), to_instant(until)
    ends = (*clock.starts[1:], end)
    for start, next_start, offset in zip(clock.starts, ends, clock.offsets, strict=True):
        if start < end and next_start > begin:
            yield Stretch(
                zone=zone,
                start=to_datetime(max(start, begin)),
                end=to_datetime(min(next_start, end)),
                offset=timedelta(seconds=offset // SECOND),
            )


def bars(begun: Sequence[datetime], counted: Iterable[tuple[int, Urgency, int]]) -> tuple[Bar, ...]:
    """Make a bar of each stretch, also where nothing happened.

    ``counted`` are numbers of stretches from 1, urgencies, and how many incidents began.
    """
    counts = {(number, urgency): count for number, urgency, count in counted}
    return tuple(
        Bar(start=start, high=counts.get((number, "high"), 0), low=counts.get((number, "low"), 0))
        for number, start in enumerate(begun, start=1)
    )


def _add(cells: Iterable[Cell]) -> int:
    return sum(cell.interruptions for cell in cells)
