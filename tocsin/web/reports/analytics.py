"""Analytics: what incidents cost over some days, as figures, plots, tables and files."""

from collections.abc import Iterator, Mapping
from datetime import date, timedelta
from typing import Any, Final
from urllib.parse import urlencode

import msgspec
from starlette.exceptions import HTTPException
from starlette.responses import Response

from tocsin.domain.analytics import Span
from tocsin.kit.zones import is_zone
from tocsin.usecases import analytics
from tocsin.usecases.analytics import Asked, Choices, Report
from tocsin.usecases.errors import Invalid
from tocsin.web.days import date_in, first_instant, read_date
from tocsin.web.page import Page
from tocsin.web.pages import show
from tocsin.web.reports import report_plots as plots
from tocsin.web.reports.csv_files import send_csv
from tocsin.web.reports.figures import dates
from tocsin.web.reports.report_tables import TABLES
from tocsin.web.reports.report_tiles import is_known, tiles
from tocsin.web.visit import Visit

PATH: Final = "/analytics"
RANGES: Final = (7, 30, 90)  # days until today
USUAL: Final = 30

NO_DATE: Final = "{} must be a date such as 2026-03-02."
NO_ZONE: Final = "Time zone must be a name such as Europe/Vienna."
UNKNOWN: Final = "{} was not found."

_DAY: Final = timedelta(days=1)


class Ask(msgspec.Struct, frozen=True, kw_only=True):
    """What an address asks for. ``days`` is None where the first and the last one are named."""

    days: int | None
    first: date
    last: date
    zone: str
    team_id: str
    service_id: str

    @property
    def asked(self) -> Asked:
        """The same for the use case."""
        since, until = (first_instant(day, self.zone) for day in (self.first, self.last + _DAY))
        return Asked(
            span=Span(since, until, self.zone),
            team_id=self.team_id or None,
            service_id=self.service_id or None,
        )


async def show_analytics(visit: Visit) -> Response:
    """Show everything about some days, or the form again if it asks for what cannot be."""
    choices = await analytics.offer(visit.house)
    try:
        ask = _read(visit, choices)
        report = await analytics.tell(visit.house, ask.asked, visit.now)
    except Invalid as complaint:
        form = _form(visit, choices, None)
        return show(visit, "analytics.html", complaint=complaint, report=None, **form)
    return show(visit, "analytics.html", **_form(visit, choices, ask), **_told(visit, report))


async def send_table(visit: Visit) -> Response:
    """Send one of the tables as a file."""
    name = visit.parameter("table")
    if name not in TABLES:
        raise HTTPException(404)
    ask = _read(visit, await analytics.offer(visit.house))
    report = await analytics.tell(visit.house, ask.asked, visit.now)
    table = TABLES[name](report)
    file = f"tocsin-{name}-{ask.first}-{ask.last}.csv"
    return send_csv(file, table.header, table.written)


def _form(visit: Visit, choices: Choices, ask: Ask | None) -> dict[str, Any]:
    """Return what can be asked for, and what is."""
    presets = [(_address(visit, days), days, bool(ask and ask.days == days)) for days in RANGES]
    return {"choices": choices, "presets": presets, "draft": _draft(visit, ask)}


def _told(visit: Visit, report: Report) -> dict[str, Any]:
    """Return what the page tells."""
    span, earlier = report.span, report.span_before
    return {
        "report": report,
        "is_known": is_known(report.now),
        "was_known": is_known(report.before),
        "days": dates(span.since, span.until, span.zone),
        "days_before": dates(earlier.since, max(earlier.until, earlier.since + _DAY), span.zone),
        "tiles": list(tiles(report)),
        "views": {
            "incidents": plots.incidents(report),
            "answers": plots.answers(report),
            "ends": plots.ends(report),
            "hours": plots.hours(report),
        },
        "services": plots.services(report),
        "tables": {name: make(report) for name, make in TABLES.items()},
        "files": {name: _file(visit, name) for name in TABLES},
    }


def _draft(visit: Visit, ask: Ask | None) -> Mapping[str, str]:
    """Fill the form: with what was asked for, as it stood if it was refused."""
    given = {name: visit.query.get(name, "") for name in ("since", "until", "team", "service")}
    if ask:
        given |= {"since": ask.first.isoformat(), "until": ask.last.isoformat()}
    return given | {"zone": visit.query.get("zone", "") or visit.zone}


def _read(visit: Visit, choices: Choices) -> Ask:
    """Read an address. Raises Invalid."""
    zone = visit.query.get("zone", "").strip() or visit.zone
    team_id, service_id = visit.query.get("team", ""), visit.query.get("service", "")
    first, last = (read_date(visit.query.get(name, "").strip()) for name in ("since", "until"))
    faults = [
        *_wrong_dates(visit),
        *([] if is_zone(zone) else [NO_ZONE]),
        *_unknown("Team", team_id, dict(choices.teams)),
        *_unknown("Service", service_id, dict(choices.services)),
    ]
    if faults:
        raise Invalid(*faults)
    today = date_in(zone, visit.now)
    days = None if first or last else _days(visit.query.get("days", ""))
    last = last or today
    first = first or last - _DAY * ((days or USUAL) - 1)
    return Ask(days=days, first=first, last=last, zone=zone, team_id=team_id, service_id=service_id)


def _wrong_dates(visit: Visit) -> Iterator[str]:
    for name, label in (("since", "First day"), ("until", "Last day")):
        text = visit.query.get(name, "").strip()
        if text and read_date(text) is None:
            yield NO_DATE.format(label)


def _unknown(label: str, id_: str, known: Mapping[str, str]) -> Iterator[str]:
    if id_ and id_ not in known:
        yield UNKNOWN.format(label)


def _days(text: str) -> int:
    return next((days for days in RANGES if text == str(days)), USUAL)


def _address(visit: Visit, days: int) -> str:
    """Return where the same is told of the last days."""
    kept = {name: visit.query.get(name, "") for name in ("team", "service", "zone")}
    given = {name: value for name, value in kept.items() if value}
    return f"{PATH}?{urlencode({'days': days} | given)}"


def _file(visit: Visit, table: str) -> str:
    query = f"?{visit.query}" if visit.query else ""
    return f"{PATH}/{table}.csv{query}"


PAGES: Final = (
    Page("GET", PATH, show_analytics, "read"),
    Page("GET", f"{PATH}/{{table}}.csv", send_table, "read"),
)
