"""A report as tables: each is shown beneath its plot, and sent as a file."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

import msgspec

from tocsin.domain.analytics import Metrics, Unit
from tocsin.usecases.analytics import Report
from tocsin.web.days import date_in
from tocsin.web.reports.csv_files import Cell
from tocsin.web.reports.figures import day_name, lasted

GONE_SERVICE: Final = "A deleted service"
GONE_PERSON: Final = "Somebody who is gone"

_TIMES: Final = (
    ("mean_seconds_to_first_ack", "To acknowledge, mean"),
    ("median_seconds_to_first_ack", "To acknowledge, median"),
    ("mean_seconds_to_resolve", "To resolve, mean"),
    ("median_seconds_to_resolve", "To resolve, median"),
)
_INTERRUPTIONS: Final = (
    ("total_interruptions", "Interruptions"),
    ("total_night_interruptions", "At night"),
    ("total_weekend_interruptions", "On weekends"),
    ("total_business_hour_interruptions", "Business hours"),
    ("total_off_hour_interruptions", "Off hours"),
    ("total_sleep_hour_interruptions", "Sleep hours"),
    ("total_notifications", "Pages"),
)


class Column(msgspec.Struct, frozen=True, kw_only=True):
    """What stands in a column. ``name`` is for programs; without a ``label`` only they get it."""

    name: str
    label: str = ""
    is_number: bool = True
    tell: Callable[[Any], str] = str
    write: Callable[[Any], Cell] = lambda value: value


class Table(msgspec.Struct, frozen=True, kw_only=True):
    """Rows of figures. ``links``: where the first cell that is shown in each row leads."""

    columns: Sequence[Column]
    rows: Sequence[Sequence[Any]]
    links: Sequence[str] = ()

    @property
    def shown(self) -> Sequence[tuple[int, Column]]:
        """The columns for people, with their numbers."""
        return [(n, column) for n, column in enumerate(self.columns) if column.label]

    @property
    def header(self) -> Sequence[str]:
        """What programs call the columns."""
        return [column.name for column in self.columns]

    @property
    def written(self) -> Sequence[Sequence[Cell]]:
        """The rows for programs."""
        return [
            [column.write(cell) for column, cell in zip(self.columns, row, strict=True)]
            for row in self.rows
        ]


def incidents(report: Report) -> Table:
    """Tell how many incidents began when."""
    return Table(
        columns=(
            _start(report, report.bar_unit),
            Column(name="total_incident_count", label="Incidents"),
            Column(name="high_urgency", label="High urgency"),
            Column(name="low_urgency", label="Low urgency"),
        ),
        rows=[(bar.start, bar.high + bar.low, bar.high, bar.low) for bar in report.bars],
    )


def times(report: Report) -> Table:
    """Tell how long people took."""
    return Table(
        columns=(
            _start(report, report.point_unit),
            Column(name="total_incident_count", label="Incidents"),
            *_lasting(_TIMES),
        ),
        rows=[
            (point.start, point.metrics.total_incident_count, *_figures(point.metrics, _TIMES))
            for point in report.points
        ],
    )


def hours(report: Report) -> Table:
    """Tell at which hours people were interrupted."""
    return Table(
        columns=(
            Column(name="hour", label="Hour", is_number=False, tell=lambda hour: f"{hour:02}:00"),
            Column(name="total_interruptions", label="Interruptions"),
        ),
        rows=list(enumerate(report.hours)),
    )


def services(report: Report) -> Table:
    """Tell which services make most noise."""
    return Table(
        columns=(
            Column(name="service_id"),
            Column(name="service_name", label="Service", is_number=False),
            Column(name="total_incident_count", label="Incidents"),
            Column(name="total_incident_count_before", label="Before"),
            Column(name="total_interruptions", label="Interruptions"),
            Column(name="total_incidents_auto_resolved", label="Resolved themselves"),
            Column(name="total_escalation_count", label="Escalations"),
            *_lasting(_TIMES[::2]),
        ),
        rows=[
            (
                one.service_id,
                report.names.get(one.service_id, GONE_SERVICE),
                one.metrics.total_incident_count,
                one.incidents_before,
                one.total_interruptions,
                one.metrics.total_incidents_auto_resolved,
                one.metrics.total_escalation_count,
                *_figures(one.metrics, _TIMES[::2]),
            )
            for one in report.services
        ],
        links=[
            f"/service-directory/{one.service_id}" if one.service_id in report.names else ""
            for one in report.services
        ],
    )


def people(report: Report) -> Table:
    """Tell who was interrupted how often, and when."""
    return Table(
        columns=(
            Column(name="responder_id"),
            Column(name="responder_name", label="Person", is_number=False),
            *(Column(name=name, label=label) for name, label in _INTERRUPTIONS),
        ),
        rows=[
            (
                user_id,
                report.names.get(user_id, GONE_PERSON),
                *(getattr(theirs, name) for name, _ in _INTERRUPTIONS),
            )
            for user_id, theirs in report.people.items()
        ],
        links=[f"/users/{user_id}" if user_id in report.names else "" for user_id in report.people],
    )


TABLES: Final[Mapping[str, Callable[[Report], Table]]] = {
    "incidents": incidents,
    "times": times,
    "hours": hours,
    "services": services,
    "people": people,
}


def _start(report: Report, unit: Unit) -> Column:
    zone = report.span.zone
    return Column(
        name=f"{unit}_start",
        label=unit.capitalize(),
        is_number=False,
        tell=lambda at: day_name(at, zone, unit=unit),
        write=lambda at: date_in(zone, at).isoformat(),
    )


def _lasting(names: Sequence[tuple[str, str]]) -> list[Column]:
    return [
        Column(name=name, label=label, tell=lasted, write=_whole_seconds) for name, label in names
    ]


def _figures(metrics: Metrics, names: Sequence[tuple[str, str]]) -> list[Any]:
    return [getattr(metrics, name) for name, _ in names]


def _whole_seconds(seconds: float | None) -> Cell:
    return None if seconds is None else round(seconds)
