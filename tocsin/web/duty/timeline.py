"""The timeline's geometry: days, shifts and gaps become lines and blocks, in per cent of a time."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime, time, timedelta
from typing import Final, Literal
from zoneinfo import ZoneInfo

import msgspec

from tocsin.domain.duty.schedule import FOREVER, Gap, Range, Shift
from tocsin.web.days import Day, days, first_instant
from tocsin.web.duty.lettering import Label, fit, short_names
from tocsin.web.words import moment

Scale = Literal["day", "week", "fortnight", "month"]
Kind = Literal["layer", "overrides", "final"]

# The least that a sheet is wide in pixels, as the stylesheet has it, and what it has on a desk.
SHEETS: Final[Mapping[Scale, tuple[int, int]]] = {
    "day": (560, 900),
    "week": (560, 900),
    "fortnight": (840, 900),
    "month": (900, 900),
}
TINTS: Final = 3
WEAVES: Final = 5  # has no divisor in common with TINTS, so that 15 people look different
NOBODY: Final = "Nobody"

_DAY: Final = timedelta(days=1)
_DATE: Final = 28  # pixels that a day needs to be named
_HOURS: Final[Mapping[Scale, Sequence[int]]] = {
    "day": range(3, 24, 3),
    "week": (12,),
    "fortnight": (),
    "month": (),
}


class Frame(msgspec.Struct, frozen=True, kw_only=True):
    """What is looked at, and by whom.

    Blocks are told in the first of the ``zones``; each has an axis. The order of ``names`` decides
    how people look.
    """

    asked: Range
    now: datetime
    zones: Sequence[str]
    names: Mapping[str, str]
    scale: Scale = "week"
    viewer_id: str = ""

    def x(self, instant: datetime) -> float:
        """Return how far right an instant lies."""
        whole = self.asked.until - self.asked.since
        return round(100 * ((instant - self.asked.since) / whole), 4)

    def cut(self, start: datetime, end: datetime) -> tuple[float, float]:
        """Return where the part that is seen begins, and how wide it is."""
        x = self.x(max(start, self.asked.since))
        return x, round(self.x(min(end, self.asked.until)) - x, 4)


class Line(msgspec.Struct, frozen=True, kw_only=True):
    """What one row is to show: shifts with their real ends, and when there is nobody."""

    name: str
    kind: Kind
    shifts: Iterable[Shift]
    gaps: Iterable[Gap] = ()


class Block(msgspec.Struct, frozen=True, kw_only=True):
    """A shift, or a gap if it is nobody's."""

    x: float
    width: float
    start: datetime
    end: datetime
    user_id: str = ""
    tint: int = 0
    weave: int = 0
    is_mine: bool = False
    name: Label
    hours: Label
    who: str
    title: str


class Row(msgspec.Struct, frozen=True, kw_only=True):
    """A layer, the overrides, or what comes of all."""

    name: str
    kind: Kind
    blocks: Sequence[Block]


class Mark(msgspec.Struct, frozen=True, kw_only=True):
    """A day on an axis, with as much of its name as there is room for."""

    x: float
    width: float
    weekday: str
    date: str
    length: str
    is_weekend: bool
    is_today: bool


class Tick(msgspec.Struct, frozen=True):
    """An hour on an axis."""

    x: float
    text: str


class Axis(msgspec.Struct, frozen=True, kw_only=True):
    """The days and hours of one zone."""

    zone: str
    marks: Sequence[Mark]
    ticks: Sequence[Tick]


class Person(msgspec.Struct, frozen=True, kw_only=True):
    """How somebody looks in the rows."""

    name: str
    tint: int
    weave: int
    is_mine: bool


class Picture(msgspec.Struct, frozen=True, kw_only=True):
    """All that is drawn. ``now_x`` is None where now is not seen."""

    scale: Scale
    axes: Sequence[Axis]
    rows: Sequence[Row]
    people: Sequence[Person]
    now_x: float | None


def draw(frame: Frame, lines: Iterable[Line]) -> Picture:
    """Lay a time out."""
    looks = dict(_looks(frame))
    short = short_names(frame.names)
    rows = tuple(
        Row(name=line.name, kind=line.kind, blocks=tuple(_blocks(frame, line, looks, short)))
        for line in lines
    )
    seen = {block.user_id for row in rows for block in row.blocks}
    asked, now = frame.asked, frame.now
    return Picture(
        scale=frame.scale,
        axes=tuple(_axis(frame, zone) for zone in dict.fromkeys(frame.zones)),
        rows=rows,
        people=tuple(look for user_id, look in looks.items() if user_id in seen),
        now_x=frame.x(now) if asked.since <= now < asked.until else None,
    )


def told(start: datetime, end: datetime, zone: str) -> str:
    """Say from when until when, in a zone that is named elsewhere."""
    opening = f"from {moment(start, zone)}"
    return f"{opening} on" if end == FOREVER else f"{opening} to {moment(end, zone)}"


def _looks(frame: Frame) -> Iterator[tuple[str, Person]]:
    for number, (user_id, name) in enumerate(frame.names.items()):
        is_mine = user_id == frame.viewer_id
        yield (
            user_id,
            Person(name=name, tint=number % TINTS, weave=number % WEAVES, is_mine=is_mine),
        )


def _blocks(
    frame: Frame, line: Line, looks: Mapping[str, Person], short: Mapping[str, Sequence[str]]
) -> Iterator[Block]:
    for shift in line.shifts:
        person = looks[shift.user_id]
        yield _block(frame, shift, short[shift.user_id], user_id=shift.user_id, person=person)
    for gap in line.gaps:
        yield _block(frame, gap, (NOBODY,))


def _block(
    frame: Frame,
    span: Shift | Gap,
    names: Sequence[str],
    *,
    user_id: str = "",
    person: Person | None = None,
) -> Block:
    x, width = frame.cut(span.start, span.end)
    zone = frame.zones[0]
    hours = tuple(_hours(frame, span))
    rooms = [width * sheet / 100 for sheet in SHEETS[frame.scale]]
    name = Label(*(fit(names, room) for room in rooms))
    times = Label(*(fit(hours, room) if fit(names, room) else "" for room in rooms))
    return Block(
        x=x,
        width=width,
        start=span.start,
        end=span.end,
        user_id=user_id,
        tint=person.tint if person else 0,
        weave=person.weave if person else 0,
        is_mine=person is not None and person.is_mine,
        name=name,
        hours=times,
        who=names[0],
        title=f"{names[0]} {told(span.start, span.end, zone)} ({zone})",
    )


def _hours(frame: Frame, span: Shift | Gap) -> Iterator[str]:
    """Say when the two ends are that are seen, as briefly as there is room for."""
    zone = ZoneInfo(frame.zones[0])
    since, until = frame.asked.since, frame.asked.until
    is_cut = isinstance(span, Gap)  # shifts come with their real ends
    start = None if span.start < since or (is_cut and span.start == since) else span.start
    end = None if span.end > until or (is_cut and span.end == until) else span.end
    yield from _hours_told(
        start and start.astimezone(zone),
        end and end.astimezone(zone),
        is_short=span.end - span.start <= _DAY,
    )


def _hours_told(start: datetime | None, end: datetime | None, *, is_short: bool) -> Iterator[str]:
    if start and end:
        if start.date() != end.date():
            yield f"{start:%a %H:%M} to {end:%a %H:%M}"
        if is_short:
            yield f"{start:%H:%M} to {end:%H:%M}"
    if start:
        if not end:
            yield f"from {start:%a %H:%M}"
        yield f"{start:%H:%M}"
    elif end:
        yield f"until {end:%a %H:%M}"
        yield f"to {end:%H:%M}"


def _axis(frame: Frame, zone: str) -> Axis:
    found = tuple(days(frame.asked, zone))
    return Axis(
        zone=zone,
        marks=tuple(_mark(frame, day, is_first=number == 0) for number, day in enumerate(found)),
        ticks=tuple(_ticks(frame, found, zone)),
    )


def _mark(frame: Frame, day: Day, *, is_first: bool) -> Mark:
    x, width = frame.cut(day.start, day.end)
    has_room = width * SHEETS[frame.scale][0] / 100 >= _DATE
    names_month = is_first or day.date.day == 1
    is_odd = day.hours != 24
    return Mark(
        x=x,
        width=width,
        weekday=_upper_line(frame, day, names_month) if has_room else "",
        date=_lower_line(frame, day) if has_room else "",
        length=f"{day.hours:g} h" if is_odd else "",
        is_weekend=day.is_weekend,
        is_today=day.start <= frame.now < day.end,
    )


def _upper_line(frame: Frame, day: Day, names_month: bool) -> str:
    """Name the day of the week or, in a month where there is little room, once the month."""
    return f"{day.date:%b}" if names_month and frame.scale == "month" else f"{day.date:%a}"


def _lower_line(frame: Frame, day: Day) -> str:
    return f"{day.date.day}" if frame.scale == "month" else f"{day.date.day} {day.date:%b}"


def _ticks(frame: Frame, found: Iterable[Day], zone: str) -> Iterator[Tick]:
    for day in found:
        for hour in _HOURS[frame.scale]:
            at = first_instant(day.date, zone, time(hour))
            if frame.asked.since < at < frame.asked.until:
                yield Tick(frame.x(at), f"{hour:02}:00")
