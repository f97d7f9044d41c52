"""The geometry of plots: figures become places, across in per cent and down in pixels.

So a plot is as wide as there is room, and its letters stay as large as all others.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import chain, count, pairwise
from math import ceil, floor, log10
from typing import Final

import msgspec

HEIGHT: Final = 160  # of the area in which marks stand
HEAD: Final = 20  # above it, for the figure of the highest mark
FOOT: Final = 24  # beneath it, for the names of places
GUTTER: Final = 32  # at the left, for a scale of numbers
GUTTER_OF_TIME: Final = 52
MOST_TICKS: Final = 4  # beside zero
FULL: Final = 0.72  # how much of its place a bar fills
EDGE: Final = 7.0  # per cent, nearer to which a name would stick out
CROWDED: Final = 7  # names from which on only each third stays where there is little room

SMALLEST: Final = 1e-300  # figure that is told from zero

MINUTE, HOUR, DAY = 60, 3600, 86_400
_STEPS_OF_TIME: Final = (
    *(1, 2, 5, 10, 15, 30),
    *(MINUTE * minutes for minutes in (1, 2, 5, 10, 15, 30)),
    *(HOUR * hours for hours in (1, 2, 4, 6, 12)),
)

Scale = Sequence[float]


class Place(msgspec.Struct, frozen=True, kw_only=True):
    """Where something stands across, what it is called, and its name below if it has one."""

    title: str
    name: str = ""


class Name(msgspec.Struct, frozen=True, kw_only=True):
    """A name below, or a figure above. ``anchor``: which end of it stands there."""

    x: float
    y: float
    text: str
    anchor: str = "middle"
    is_spare: bool = False  # and goes where there is little room


class Tick(msgspec.Struct, frozen=True):
    """A line of the scale."""

    y: float
    text: str


class Bar(msgspec.Struct, frozen=True, kw_only=True):
    """A piece of a column. ``series`` counts from 1."""

    x: float
    y: float
    width: float
    height: float
    series: int
    title: str


class Dot(msgspec.Struct, frozen=True, kw_only=True):
    """A point of a line."""

    x: float
    y: float
    series: int
    title: str


class Stroke(msgspec.Struct, frozen=True, kw_only=True):
    """The way from one point of a line to the next."""

    x1: float
    y1: float
    x2: float
    y2: float
    series: int


class Plot(msgspec.Struct, frozen=True, kw_only=True):
    """All that is drawn."""

    ticks: Sequence[Tick]
    names: Sequence[Name]
    bands: Sequence[tuple[float, float]] = ()  # where, and how wide
    bars: Sequence[Bar] = ()
    dots: Sequence[Dot] = ()
    strokes: Sequence[Stroke] = ()
    height: int = HEAD + HEIGHT + FOOT
    foot: int = HEAD + HEIGHT
    gutter: int = GUTTER


def stack(
    places: Sequence[Place], columns: Sequence[Sequence[int]], *, bands: Iterable[range] = ()
) -> Plot:
    """Draw columns of whole numbers, of one or several pieces each, the first one lowest.

    ``bands`` are places with a shade behind them.
    """
    totals = [sum(column) for column in columns]
    scale = _scale(0, max(totals, default=0), _steps_of_numbers())
    peak = totals.index(max(totals)) if any(totals) else None
    return Plot(
        ticks=_ticks(scale, str),
        names=[*_names(places), *_peak(peak, len(places), totals, scale)],
        bands=[_band(band, len(places)) for band in bands],
        bars=list(_bars(places, columns, scale)),
    )


def trace(
    places: Sequence[Place],
    lines: Sequence[Sequence[float | None]],
    write: Callable[[float], str],
    *,
    steps: Iterator[float] | None = None,
    bands: Iterable[range] = (),
) -> Plot:
    """Draw lines through figures; they break where there is none.

    ``steps`` are of the scale, of seconds unless others are given; ``bands`` are places with a
    shade behind them.
    """
    known = [0, *(figure for line in lines for figure in line if figure is not None)]
    scale = _scale(min(known), max(known), steps or _steps_of_time())
    dots = [
        Dot(
            x=_middle(number, len(places)),
            y=_y(figure, scale),
            series=series,
            title=f"{places[number].title}: {write(figure)}",
        )
        for series, line in enumerate(lines, start=1)
        for number, figure in enumerate(line)
        if figure is not None
    ]
    return Plot(
        ticks=_ticks(scale, write),
        names=list(_names(places)),
        bands=[_band(band, len(places)) for band in bands],
        dots=dots,
        strokes=[
            stroke
            for series, line in enumerate(lines, start=1)
            for stroke in _strokes(series, line, scale)
        ],
        gutter=GUTTER_OF_TIME,
    )


def share(part: float, whole: float) -> float:
    """Return how long a lying bar is, in per cent."""
    return round(100 * part / whole, 2) if whole else 0.0


def steps_of_figures(furthest: float) -> Iterator[float]:
    """Yield round figures for a scale of figures, the furthest from zero so far from it."""
    power = floor(log10(max(abs(furthest), SMALLEST))) - 1 if furthest else 0
    return (step * 10.0**power for power in count(power) for step in (1, 2, 5))


def _steps_of_numbers() -> Iterator[int]:
    return (step * 10**power for power in count() for step in (1, 2, 5))


def _steps_of_time() -> Iterator[int]:
    return chain(_STEPS_OF_TIME, (DAY * days for days in _steps_of_numbers()))


def _scale(low: float, top: float, steps: Iterator[float]) -> Scale:
    """Return round figures, zero among them, from none above ``low`` to none below ``top``."""
    step = next(step for step in steps if len(_reach(low, top, step)) <= MOST_TICKS + 1)
    return [step * number for number in _reach(low, top, step)]


def _reach(low: float, top: float, step: float) -> range:
    first = floor(low / step)
    return range(first, max(first + 1, ceil(top / step)) + 1)


def _ticks(scale: Scale, write: Callable[[float], str]) -> list[Tick]:
    return [Tick(_y(figure, scale), write(figure) if figure else "0") for figure in scale]


def _y(figure: float, scale: Scale) -> float:
    return round(HEAD + HEIGHT * (scale[-1] - figure) / (scale[-1] - scale[0]), 2)


def _middle(number: int, places: int) -> float:
    return round(100 * (number + 0.5) / places, 3)


def _names(places: Sequence[Place]) -> Iterator[Name]:
    named = [number for number, place in enumerate(places) if place.name]
    for rank, number in enumerate(named):
        x = _middle(number, len(places))
        yield Name(
            x=0 if x < EDGE / 2 else min(x, 100),
            y=HEAD + HEIGHT + FOOT - 6,
            text=places[number].name,
            anchor=_anchor(x),
            is_spare=len(named) >= CROWDED and rank % 3 != 0,
        )


def _anchor(x: float) -> str:
    if x < EDGE / 2:
        return "start"
    return "end" if x > 100 - EDGE / 2 else "middle"


def _peak(peak: int | None, places: int, totals: Sequence[int], scale: Scale) -> Iterator[Name]:
    """Write the figure of the highest column above it."""
    if peak is not None:
        x = _middle(peak, places)
        yield Name(x=x, y=_y(totals[peak], scale) - 6, text=str(totals[peak]), anchor=_anchor(x))


def _band(band: range, places: int) -> tuple[float, float]:
    return round(100 * band.start / places, 3), round(100 * len(band) / places, 3)


def _bars(places: Sequence[Place], columns: Sequence[Sequence[int]], scale: Scale) -> Iterator[Bar]:
    width = 100 / len(places) if places else 0
    for number, (place, column) in enumerate(zip(places, columns, strict=True)):
        below = 0
        for series, figure in enumerate(column, start=1):
            if figure:
                yield Bar(
                    x=round(width * (number + (1 - FULL) / 2), 3),
                    y=_y(below + figure, scale),
                    width=round(width * FULL, 3),
                    height=round(HEIGHT * figure / scale[-1], 2),
                    series=series,
                    title=place.title,
                )
            below += figure


def _strokes(series: int, line: Sequence[float | None], scale: Scale) -> Iterator[Stroke]:
    for number, (one, other) in enumerate(pairwise(line)):
        if one is not None and other is not None:
            yield Stroke(
                x1=_middle(number, len(line)),
                y1=_y(one, scale),
                x2=_middle(number + 1, len(line)),
                y2=_y(other, scale),
                series=series,
            )
