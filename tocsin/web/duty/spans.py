"""Spans: the stretch of days that a page shows, as its address says, and the ones beside it."""

from collections.abc import Iterator, Mapping
from datetime import date, datetime, timedelta
from typing import Final
from urllib.parse import urlencode

import msgspec

from tocsin.domain.duty.schedule import Range
from tocsin.kit.zones import is_zone
from tocsin.web.days import date_in, first_instant, read_date
from tocsin.web.duty.timeline import Scale
from tocsin.web.visit import Visit

SCALES: Final[Mapping[Scale, str]] = {
    "day": "Day",
    "week": "Week",
    "fortnight": "2 weeks",
    "month": "Month",
}
DAYS: Final = {"day": 1, "week": 7, "fortnight": 14}


class Span(msgspec.Struct, frozen=True, kw_only=True):
    """Some days of a zone, and perhaps a second zone in which they are told too."""

    path: str
    scale: Scale
    first: date
    today: date
    zone: str
    also: str = ""

    @property
    def asked(self) -> Range:
        """The time from the first day's beginning until the last one's end."""
        since, until = (first_instant(day, self.zone) for day in (self.first, self.next_first))
        return Range(since, until)

    @property
    def next_first(self) -> date:
        """The day after the last."""
        if self.scale == "month":
            return _month_after(self.first)
        return self.first + timedelta(days=DAYS[self.scale])

    @property
    def title(self) -> str:
        """What the days are called."""
        last = self.next_first - timedelta(days=1)
        if last == self.first:
            return f"{last:%a} {last.day} {last:%b %Y}"
        year = f" {self.first:%Y}" if self.first.year != last.year else ""
        return f"{self.first:%a} {self.first.day} {self.first:%b}{year} to {_full(last)}"

    @property
    def is_present(self) -> bool:
        """Whether it begins today, as it does unless another day is asked for."""
        return self.first == self.today

    @property
    def before(self) -> str:
        """The address of the span before this one."""
        if self.scale == "month":
            return self.to(_month_before(self.first))
        return self.to(self.first - timedelta(days=DAYS[self.scale]))

    @property
    def after(self) -> str:
        """The address of the span after this one."""
        return self.to(self.next_first)

    @property
    def present(self) -> str:
        """The address of the span that begins today."""
        return self.to(None)

    @property
    def scales(self) -> Iterator[tuple[str, str, bool, None]]:
        """The addresses of the longer and the shorter ones, as tabs."""
        first = None if self.is_present else self.first
        return ((self.to(first, s), name, s == self.scale, None) for s, name in SCALES.items())

    def to(self, first: date | None, scale: Scale | None = None) -> str:
        """Return the address of a span like this one from another day on."""
        query: dict[str, str] = {"span": scale or self.scale}
        if first is not None:
            query["since"] = f"{first:%Y-%m-%d}"
        if self.also:
            query["zone"] = self.also
        return f"{self.path}?{urlencode(query, safe='/')}"


def span_asked(visit: Visit, path: str) -> Span:
    """Read which days are wanted; what cannot be read means a week from today."""
    asked, today = visit.query.get("span", ""), date_in(visit.zone, visit.now)
    scale: Scale = next((known for known in SCALES if known == asked), "week")
    also = visit.query.get("zone", "").strip()
    return Span(
        path=path,
        scale=scale,
        first=read_date(visit.query.get("since", "")) or today,
        today=today,
        zone=visit.zone,
        also=also if is_zone(also) else "",
    )


def until(now: datetime, asked: Range) -> Range:
    """Return the time that holds both an instant and a range."""
    return Range(min(now, asked.since), max(now, asked.until))


def _month_after(day: date) -> date:
    """Return the same day of the next month, or its first day after that."""
    following = (day.replace(day=1) + timedelta(days=32)).replace(day=1)
    try:
        return following.replace(day=day.day)
    except ValueError:
        return (following + timedelta(days=31)).replace(day=1)


def _month_before(day: date) -> date:
    previous = day.replace(day=1) - timedelta(days=1)
    return previous.replace(day=min(day.day, previous.day))


def _full(day: date) -> str:
    return f"{day:%a} {day.day} {day:%b %Y}"
