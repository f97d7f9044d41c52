"""Figures in words: lengths of time, shares, days, and how they compare."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from itertools import pairwise
from typing import Final

from tocsin.domain.analytics import Unit
from tocsin.web.days import date_in

NONE: Final = "\N{EN DASH}"
TIED: Final = "\N{NO-BREAK SPACE}"
MINUS: Final = "\N{MINUS SIGN}"

_UNITS: Final = ((86_400, "d"), (3600, "h"), (60, "min"), (1, "s"))
_ENOUGH: Final = 10  # of anything, so that per cents mean something
_SHARP: Final = 10  # from so many of the larger unit on, the smaller one does not matter


def lasted(seconds: float | None) -> str:
    """Write how long something took, in one or two units."""
    if seconds is None:
        return NONE
    whole = round(seconds)
    for (size, unit), (small, smaller) in pairwise(_UNITS):
        if whole >= size:
            much, rest = divmod(whole, size)
            less = 0 if much >= _SHARP else rest // small
            return f"{_of(much, unit)} {_of(less, smaller)}" if less else _of(much, unit)
    return _of(whole, "s")


def part(figure: int, of: int) -> str:
    """Write a share in per cent."""
    return _of(round(100 * figure / of), "%") if of else NONE


def compared(now: float | None, before: float | None) -> str:
    """Say by how much a figure has changed, unless the two are too small to be compared so."""
    if now is None or before is None or before < _ENOUGH:
        return ""
    if now == before:
        return "the same"
    return f"{round(100 * (now - before) / before):+}{TIED}%".replace("-", MINUS)


def day_name(at: datetime, zone: str, *, unit: Unit = "day") -> str:
    """Name the day or the week that begins."""
    first = date_in(zone, at)
    return f"{first:%a} {short_date(first)}" if unit == "day" else f"Week of {short_date(first)}"


def short_date(day: date) -> str:
    """Write a date without its year."""
    return f"{day.day} {day:%b}"


def dates(since: datetime, until: datetime, zone: str) -> str:
    """Name the first and the last day of a time."""
    first, last = date_in(zone, since), date_in(zone, until - timedelta(microseconds=1))
    year = f" {first:%Y}" if first.year != last.year else ""
    if first == last:
        return f"{short_date(last)} {last:%Y}"
    return f"{short_date(first)}{year} to {short_date(last)} {last:%Y}"


def landmarks(starts: Sequence[datetime], zone: str, unit: Unit) -> list[str]:
    """Name those places of a plot that help to find the others."""
    days = [date_in(zone, at) for at in starts]
    if len(days) <= 8:
        return [f"{day:%a} {day.day}" if unit == "day" else short_date(day) for day in days]
    if unit == "day" and len(days) <= 45:
        return [short_date(day) if day.weekday() == 0 else "" for day in days]
    if len(days) <= 16:
        return [short_date(day) for day in days]
    months = [(day.year, day.month) for day in days]
    return [
        f"{day:%b}" if number and months[number - 1] != months[number] else ""
        for number, day in enumerate(days)
    ]


def _of(count: int, unit: str) -> str:
    return f"{count}{TIED}{unit}"
