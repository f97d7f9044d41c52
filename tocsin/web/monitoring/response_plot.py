"""The plot of what a monitor measured over hours or weeks, and the same in numbers."""

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from itertools import pairwise
from statistics import fmean
from typing import Final, NamedTuple
from zoneinfo import ZoneInfo

from tocsin.domain.monitoring.measured import VALUES
from tocsin.domain.monitoring.monitor import Monitor, MonitorKind
from tocsin.usecases.monitoring import monitors
from tocsin.usecases.monitoring.monitors import Point
from tocsin.web.monitoring.values import short, told
from tocsin.web.reports.plots import Place, Plot, steps_of_figures, trace
from tocsin.web.visit import Visit
from tocsin.web.words import moment

SECOND: Final = timedelta(seconds=1)
HOUR: Final = timedelta(hours=1)
HOURS_OF_DAY: Final = 24

# What is plotted of kinds that do not measure a response time first of all.
MEASURED: Final[dict[MonitorKind, str]] = {
    "heartbeat": "silence",
    "ping": "round_trip",
    "postgresql": "value",
    "prometheus": "value",
    "tls": "certificate_days",
}
HEADLINES: Final = {
    "certificate_days": "Days until the certificate expires",
    "response_time": "Response time",
    "round_trip": "Round trip",
    "silence": "Time since the last call",
    "value": "Value",
}


class Range(NamedTuple):
    """For how long, in how many steps, and how many hours of it have a name."""

    text: str
    length: timedelta
    steps: int
    hours: int


RANGES: Final = {
    "24h": Range("24 hours", 24 * HOUR, 96, 6),
    "7d": Range("7 days", 7 * 24 * HOUR, 84, 24),
    "30d": Range("30 days", 30 * 24 * HOUR, 90, 5 * 24),
}


class Row(NamedTuple):
    """A step in numbers."""

    at: str
    value: str
    failed: str


class View(NamedTuple):
    """The plot, what it is about, its sentence, and its numbers."""

    headline: str
    sentence: str
    length: str
    ranges: Sequence[tuple[str, str, bool, None]]
    plot: Plot
    rows: Sequence[Row]


class Step(NamedTuple):
    """Some points that are drawn as one."""

    since: datetime
    value: float | None
    is_known: bool
    has_failed: bool


def range_asked(visit: Visit) -> str:
    """Read for how long an address asks; whatever else it says means a day."""
    name = visit.query.get("range", "")
    return name if name in RANGES else next(iter(RANGES))


async def plot_of(visit: Visit, monitor: Monitor, name: str) -> View:
    """Draw what a monitor measured."""
    chosen = RANGES[name]
    since, value = visit.now - chosen.length, MEASURED.get(monitor.kind, "response_time")
    until = visit.now + SECOND  # what is measured at this instant belongs to it
    points = await monitors.history(visit.house, monitor.id, value=value, since=since, until=until)
    steps = [*_steps(points, since, chosen)]
    unit = next((one.unit for one in VALUES[monitor.kind] if one.name == value), "")
    path = f"/monitors/{monitor.id}"
    return View(
        headline=HEADLINES[value],
        sentence=f"{_sentence(steps, points, unit)} Clocks are those of {visit.zone}.",
        length=chosen.text,
        ranges=[
            (f"{path}?range={id_}", one.text, id_ == name, None) for id_, one in RANGES.items()
        ],
        plot=_draw(steps, visit, unit, chosen),
        rows=[_row(step, visit.zone, unit) for step in steps if step.is_known],
    )


def _steps(points: Sequence[Point], since: datetime, chosen: Range) -> Iterator[Step]:
    width = chosen.length / chosen.steps
    sorted_in: dict[int, list[Point]] = {}
    for point in points:
        place = min(max((point.at - since) // width, 0), chosen.steps - 1)
        sorted_in.setdefault(place, []).append(point)
    for number in range(chosen.steps):
        found = sorted_in.get(number, [])
        values = [point.value for point in found if point.value is not None]
        yield Step(
            since=since + number * width,
            value=fmean(values) if values else None,
            is_known=bool(found),
            has_failed=any(not point.ok for point in found),
        )


def _draw(steps: Sequence[Step], visit: Visit, unit: str, chosen: Range) -> Plot:
    names = ["", *(_name(*pair, visit.zone, chosen) for pair in pairwise(steps))]
    places = [
        Place(title=moment(step.since, visit.zone), name=name)
        for step, name in zip(steps, names, strict=True)
    ]
    values = [step.value for step in steps]
    bands = [range(number, number + 1) for number, step in enumerate(steps) if step.has_failed]
    return trace(
        places,
        [values],
        lambda figure: short(figure, unit),
        steps=steps_of_figures(max((abs(v) for v in values if v is not None), default=0)),
        bands=bands,
    )


def _name(before: Step, step: Step, zone: str, chosen: Range) -> str:
    """Name the first step of each few hours, or of each few days."""
    then, at = (one.since.astimezone(ZoneInfo(zone)) for one in (before, step))
    if _part(then, chosen) == _part(at, chosen):
        return ""
    return f"{at:%H}:00" if chosen.hours < HOURS_OF_DAY else f"{at.day} {at:%b}"


def _part(at: datetime, chosen: Range) -> int:
    return (at.toordinal() * HOURS_OF_DAY + at.hour) // chosen.hours


def _row(step: Step, zone: str, unit: str) -> Row:
    value = "none" if step.value is None else told(step.value, unit)
    return Row(moment(step.since, zone), value, "Yes" if step.has_failed else "No")


def _sentence(steps: Sequence[Step], points: Sequence[Point], unit: str) -> str:
    values = [point.value for point in points if point.value is not None]
    failed, known = sum(step.has_failed for step in steps), sum(step.is_known for step in steps)
    mean = f"On average {told(fmean(values), unit)}. " if values else ""
    if not known:
        return "Nothing was measured."
    return f"{mean}{failed or 'None'} of {known} stretches of this time saw a failure."
