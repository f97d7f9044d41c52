"""A report as plots, each with the sentence that tells what it shows to whoever cannot see it."""

from collections.abc import Sequence
from typing import Final

import msgspec

from tocsin.domain.analytics import is_night
from tocsin.usecases.analytics import Noise, Report
from tocsin.web.reports.figures import day_name, landmarks, lasted, part
from tocsin.web.reports.plots import Place, Plot, share, stack, trace
from tocsin.web.reports.report_tables import GONE_SERVICE

MOST_SERVICES: Final = 10

_NIGHT: Final = (range(6), range(22, 24))
_NAMED_HOURS: Final = range(0, 24, 3)


class Key(msgspec.Struct, frozen=True):
    """What a colour stands for: a series from 1, or 0 for the shade behind."""

    series: int
    text: str
    figure: str = ""


class View(msgspec.Struct, frozen=True, kw_only=True):
    """A plot with its headline. ``table`` names the table that holds its figures."""

    headline: str
    table: str
    sentence: str
    keys: Sequence[Key]
    plot: Plot


class Lying(msgspec.Struct, frozen=True, kw_only=True):
    """The bar of a service."""

    name: str
    link: str
    width: float
    count: int
    before: int


def incidents(report: Report) -> View:
    """Draw how many incidents began when."""
    zone, unit = report.span.zone, report.bar_unit
    names = landmarks([bar.start for bar in report.bars], zone, unit)
    places = [
        Place(
            title=f"{day_name(bar.start, zone, unit=unit)}: {bar.high} high, {bar.low} low",
            name=name,
        )
        for bar, name in zip(report.bars, names, strict=True)
    ]
    high, low = (sum(getattr(bar, urgency) for bar in report.bars) for urgency in ("high", "low"))
    worst = max(report.bars, key=lambda bar: bar.high + bar.low)
    return View(
        headline=f"Incidents by {unit}",
        table="incidents",
        sentence=f"{high + low} incidents, {high} of them of high urgency. Most began on"
        f" {day_name(worst.start, zone)}: {worst.high + worst.low}.",
        keys=(Key(1, "High urgency", str(high)), Key(2, "Low urgency", str(low))),
        plot=stack(places, [(bar.high, bar.low) for bar in report.bars]),
    )


def answers(report: Report) -> View:
    """Draw how long people took to acknowledge."""
    return _times(report, "Time to acknowledge", "first_ack")


def ends(report: Report) -> View:
    """Draw how long it took to resolve."""
    return _times(report, "Time to resolve", "resolve")


def hours(report: Report) -> View:
    """Draw at which hours people were interrupted."""
    places = [
        Place(
            title=f"{hour:02}:00 to {hour + 1:02}:00: {figure}",
            name=f"{hour:02}" if hour in _NAMED_HOURS else "",
        )
        for hour, figure in enumerate(report.hours)
    ]
    total = sum(report.hours)
    night = sum(figure for hour, figure in enumerate(report.hours) if is_night(hour))
    return View(
        headline="Interruptions by hour",
        table="hours",
        sentence=f"{total} interruptions, {night} of them at night.",
        keys=(
            Key(1, "Interruptions", str(total)),
            Key(0, "Night, 22 to 06", f"{night} ({part(night, total)})" if total else "0"),
        ),
        plot=stack(places, [(figure,) for figure in report.hours], bands=_NIGHT),
    )


def services(report: Report) -> list[Lying]:
    """Draw the noisiest services."""
    loudest = [one for one in report.services if one.metrics.total_incident_count][:MOST_SERVICES]
    return [_lying(report, one, loudest[0]) for one in loudest]


def _lying(report: Report, one: Noise, loudest: Noise) -> Lying:
    count = one.metrics.total_incident_count
    name = report.names.get(one.service_id)
    return Lying(
        name=name or GONE_SERVICE,
        link=f"/service-directory/{one.service_id}" if name else "",
        width=share(count, loudest.metrics.total_incident_count),
        count=count,
        before=one.incidents_before,
    )


def _times(report: Report, headline: str, what: str) -> View:
    """Draw means and medians by day or week."""
    zone, unit = report.span.zone, report.point_unit
    names = landmarks([point.start for point in report.points], zone, unit)
    places = [
        Place(title=day_name(point.start, zone, unit=unit), name=name)
        for point, name in zip(report.points, names, strict=True)
    ]
    fields = (f"mean_seconds_to_{what}", f"median_seconds_to_{what}")
    mean, median = (lasted(getattr(report.now.metrics, field)) for field in fields)
    lines = [[getattr(point.metrics, field) for point in report.points] for field in fields]
    return View(
        headline=f"{headline} by {unit}",
        table="times",
        sentence=f"Over the whole time the mean is {mean}, the median {median}.",
        keys=(Key(1, "Mean", mean), Key(2, "Median", median)),
        plot=trace(places, lines, lasted),
    )
