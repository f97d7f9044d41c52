"""Days as a zone's clocks count them: when each begins, and how long the odd ones are."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from typing import Final

import msgspec

from tocsin.domain.duty.schedule import Range
from tocsin.domain.duty.wall_time import to_datetime, to_instant, wall_clock

_DAY: Final = timedelta(days=1)
_HOUR: Final = timedelta(hours=1)
_YEARS: Final = range(1971, 2999)  # that every reckoning of instants stands


class Day(msgspec.Struct, frozen=True, kw_only=True):
    """A date in some zone, from its first instant until that of the next one."""

    date: date
    start: datetime
    end: datetime

    @property
    def is_weekend(self) -> bool:
        """Say whether it is a Saturday or a Sunday."""
        return self.date.weekday() >= 5

    @property
    def hours(self) -> float:
        """Return how long it is: 24, but where clocks are moved."""
        return (self.end - self.start) / _HOUR


def read_date(text: str) -> date | None:
    """Read a date that somebody chose; None if it is no date, or out of all reckoning."""
    try:
        day = date.fromisoformat(text)
    except ValueError:
        return None
    return day if day.year in _YEARS else None


def first_instant(day: date, zone: str, at: time = time()) -> datetime:
    """Return when clocks in the zone first show this time of that date, or a later one."""
    reading = to_instant(datetime.combine(day, at, UTC))
    return to_datetime(wall_clock(zone).instant(reading))


def date_in(zone: str, instant: datetime) -> date:
    """Return the date that clocks in the zone have reached."""
    return to_datetime(wall_clock(zone).reading(to_instant(instant))).date()


def days(asked: Range, zone: str) -> Iterator[Day]:
    """Return the days that a time touches; one that a zone left out is none."""
    day = date_in(zone, asked.since)
    start = first_instant(day, zone)
    while start < asked.until:
        end = first_instant(day + _DAY, zone)
        if end > start:
            yield Day(date=day, start=start, end=end)
        day, start = day + _DAY, end
