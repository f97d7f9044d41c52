"""A report in a few figures, each beside that of the time before."""

from collections.abc import Iterator
from typing import Final

import msgspec

from tocsin.usecases.analytics import Figures, Report
from tocsin.web.reports.figures import compared, lasted, part

_COUNTS: Final = (
    ("total_interruptions", "Interruptions"),
    ("total_night_interruptions", "Interruptions at night"),
    ("total_weekend_interruptions", "Interruptions on weekends"),
)


class Tile(msgspec.Struct, frozen=True, kw_only=True):
    """A figure: what it is, how it was before, and what else helps to read it."""

    label: str
    figure: str
    before: str
    change: str = ""
    aside: str = ""


def is_known(figures: Figures) -> bool:
    """Say whether anything happened."""
    metrics, interruptions = figures.metrics, figures.interruptions
    return bool(metrics.total_incident_count or interruptions.total_notifications)


def tiles(report: Report) -> Iterator[Tile]:
    """Tell the figures that matter most."""
    now, before = report.now.metrics, report.before.metrics
    yield _count("Incidents", now.total_incident_count, before.total_incident_count)
    yield _time(report, "Time to acknowledge", "first_ack")
    yield _time(report, "Time to resolve", "resolve")
    yield Tile(
        label="Resolved themselves",
        figure=_alone(report.now),
        before=_alone(report.before),
        aside=f"{now.total_incidents_auto_resolved} of {now.total_incidents_resolved} resolved",
    )
    for name, label in _COUNTS:
        yield _count(
            label,
            getattr(report.now.interruptions, name),
            getattr(report.before.interruptions, name),
        )
    yield _count(
        "Escalations",
        now.total_escalation_count,
        before.total_escalation_count,
        aside=f"{now.total_incidents_timeout_escalated} incidents by timeout,"
        f" {now.total_incidents_manual_escalated} by hand",
    )


def _count(label: str, now: int, before: int, *, aside: str = "") -> Tile:
    return Tile(
        label=label,
        figure=str(now),
        before=str(before),
        change=compared(now, before),
        aside=aside,
    )


def _time(report: Report, label: str, what: str) -> Tile:
    now, before = (
        getattr(figures.metrics, f"mean_seconds_to_{what}")
        for figures in (report.now, report.before)
    )
    median = lasted(getattr(report.now.metrics, f"median_seconds_to_{what}"))
    return Tile(
        label=label,
        figure=lasted(now),
        before=lasted(before),
        change=compared(now, before),
        aside=f"Mean; the median is {median}" if now is not None else "",
    )


def _alone(figures: Figures) -> str:
    metrics = figures.metrics
    return part(metrics.total_incidents_auto_resolved, metrics.total_incidents_resolved)
