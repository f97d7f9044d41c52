"""The times that requests speak of: read, ordered, and kept within what calendars can bear."""

from datetime import datetime, timedelta, tzinfo
from typing import Final

from tocsin.api.query import Query
from tocsin.domain.duty.schedule import Range
from tocsin.kit.instants import read_instant
from tocsin.usecases.errors import Invalid

TWO_WEEKS: Final = timedelta(weeks=2)
LONGEST: Final = timedelta(days=366)
BACKWARDS: Final = "Until cannot be before since."
_YEARS: Final = range(1970, 3000)


def instant_of(name: str, text: str, zone: tzinfo) -> datetime:
    """Read a point in time from a body. Raises Invalid."""
    try:
        return _bounded(name, read_instant(text, zone))
    except ValueError:
        raise Invalid(f"{name} must be a date or a time in ISO 8601.") from None


def range_of(since: datetime, until: datetime) -> Range:
    """Return the time between two bounds, if it is one that can be answered for."""
    _bounded("Since", since)
    _bounded("Until", until)
    if until < since:
        raise Invalid(BACKWARDS)
    if until - since > LONGEST:
        raise Invalid(f"Since and until cannot be more than {LONGEST.days} days apart.")
    return Range(since, until)


def range_asked(query: Query, zone: tzinfo) -> Range | None:
    """Return the time between ``since`` and ``until``; one alone is two weeks from the other."""
    since, until = query.instant("since", zone), query.instant("until", zone)
    if since is None:
        if until is None:
            return None
        return range_of(_bounded("Until", until) - TWO_WEEKS, until)
    return range_of(since, until or _bounded("Since", since) + TWO_WEEKS)


def bounds_asked(query: Query, zone: tzinfo) -> tuple[datetime | None, datetime | None]:
    """Return ``since`` and ``until`` as far as they are given, in their order."""
    since, until = query.instant("since", zone), query.instant("until", zone)
    for name, instant in (("Since", since), ("Until", until)):
        if instant is not None:
            _bounded(name, instant)
    if since and until and until < since:
        raise Invalid(BACKWARDS)
    return since, until


def _bounded(name: str, instant: datetime) -> datetime:
    if instant.year not in _YEARS:
        raise Invalid(f"{name} must lie between the years {_YEARS.start} and {_YEARS.stop - 1}.")
    return instant
