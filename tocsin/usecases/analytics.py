"""Analytics: how many incidents there were, how quickly people answered, and whom it cost sleep."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from itertools import chain

import msgspec
from sqlalchemy.ext.asyncio import AsyncConnection

from tocsin.domain.analytics import (
    LONGEST,
    MOST_BARS,
    MOST_POINTS,
    Bar,
    Cell,
    Interruptions,
    Metrics,
    Span,
    Unit,
    bars,
    before,
    by_hour,
    by_person,
    starts,
    stretches,
    tally,
    unit_of,
)
from tocsin.store import analytics as store
from tocsin.store import tables
from tocsin.store.names import listed, names
from tocsin.store.people.teams import service_ids
from tocsin.usecases.errors import Invalid
from tocsin.usecases.house import House

MOST = 5000  # teams, and services, that can be chosen among

BACKWARDS = "Last day cannot be before the first day."
TOO_LONG = f"Last day can be at most {LONGEST.days} days after the first day."


class Asked(msgspec.Struct, frozen=True, kw_only=True):
    """What is to be told: a time, and perhaps only what concerns a team or a service."""

    span: Span
    team_id: str | None = None
    service_id: str | None = None


class Figures(msgspec.Struct, frozen=True, kw_only=True):
    """The figures of a time as a whole."""

    metrics: Metrics
    interruptions: Interruptions


class Point(msgspec.Struct, frozen=True, kw_only=True):
    """The figures of the incidents that began in a day or a week."""

    start: datetime
    metrics: Metrics


class Noise(msgspec.Struct, frozen=True, kw_only=True):
    """What one service costs. An interruption is of the service whose page began it."""

    service_id: str
    metrics: Metrics
    incidents_before: int
    total_interruptions: int


class Report(msgspec.Struct, frozen=True, kw_only=True):
    """All figures of a time, those of the time before it, and what the ids are called.

    ``hours``: interruptions by hour of the day. ``services``: the noisiest first. ``people``:
    whoever was interrupted, the one with most nights first.
    """

    span: Span
    span_before: Span
    now: Figures
    before: Figures
    bar_unit: Unit
    bars: Sequence[Bar]
    point_unit: Unit
    points: Sequence[Point]
    hours: Sequence[int]
    services: Sequence[Noise]
    people: Mapping[str, Interruptions]
    names: Mapping[str, str]


class _Taken(msgspec.Struct, frozen=True, kw_only=True):
    """What the database counts of a time."""

    measured: store.Measured
    disturbed: store.Disturbed

    @property
    def figures(self) -> Figures:
        """The figures as a whole."""
        interruptions = tally(self.disturbed.cells)
        return Figures(metrics=self.measured.total, interruptions=interruptions)


class Choices(msgspec.Struct, frozen=True, kw_only=True):
    """What a report may be of: ids and names."""

    teams: Sequence[tuple[str, str]]
    services: Sequence[tuple[str, str]]


async def offer(house: House) -> Choices:
    """Name the teams and services of which figures can be told."""
    async with house.database.read() as tx:
        return Choices(
            teams=await listed(tx, tables.teams, most=MOST),
            services=await listed(tx, tables.services, most=MOST),
        )


async def tell(house: House, asked: Asked, now: datetime) -> Report:
    """Tell all figures of a time. Raises Invalid."""
    span = asked.span
    _refuse(span)
    span_before = before(span, now)
    bar_unit, point_unit = unit_of(span, MOST_BARS), unit_of(span, MOST_POINTS)
    bars_begin, points_begin = starts(span, bar_unit), starts(span, point_unit)
    async with house.database.read() as tx:
        await store.give_room(tx)
        concerned = await _services_asked(tx, asked)
        wanted = _within(span, concerned)
        taken = await _take(tx, house, wanted, points_begin)
        earlier = await _take(tx, house, _within(span_before, concerned), ())
        counted = await store.count_begun(tx, wanted, bars_begin)
        services = _services(taken, earlier)
        people = _people(taken.disturbed.cells)
        called = await names(tx, chain(people, (service.service_id for service in services)))
    return Report(
        span=span,
        span_before=span_before,
        now=taken.figures,
        before=earlier.figures,
        bar_unit=bar_unit,
        bars=bars(bars_begin, counted),
        point_unit=point_unit,
        points=_points(points_begin, taken.measured),
        hours=by_hour(taken.disturbed.cells),
        services=services,
        people=people,
        names=called,
    )


def _refuse(span: Span) -> None:
    if span.until <= span.since:
        raise Invalid(BACKWARDS)
    if span.until - span.since > LONGEST:
        raise Invalid(TOO_LONG)


async def _services_asked(tx: AsyncConnection, asked: Asked) -> Sequence[str] | None:
    """Return the services that are asked about; None means all."""
    if asked.team_id is None:
        return None if asked.service_id is None else (asked.service_id,)
    found = await service_ids(tx, [asked.team_id])
    return [id_ for id_ in found if asked.service_id in (None, id_)]


def _within(span: Span, concerned: Sequence[str] | None) -> store.Asked:
    return store.Asked(since=span.since, until=span.until, service_ids=concerned)


async def _take(
    tx: AsyncConnection, house: House, wanted: store.Asked, starts: Sequence[datetime]
) -> _Taken:
    default = house.account.time_zone
    zones = await store.zones(tx, default)
    clocks = [s for zone in zones for s in stretches(zone, wanted.since, wanted.until)]
    return _Taken(
        measured=await store.measure(tx, wanted, starts),
        disturbed=await store.disturb(tx, wanted, clocks, default),
    )


def _points(starts: Sequence[datetime], measured: store.Measured) -> list[Point]:
    found = measured.by_stretch
    return [
        Point(start=start, metrics=found.get(number, Metrics()))
        for number, start in enumerate(starts, start=1)
    ]


def _services(now: _Taken, earlier: _Taken) -> list[Noise]:
    """List services, that with most incidents first."""
    measured, noise = now.measured.by_service, now.disturbed.by_service
    then = earlier.measured.by_service
    found = [
        Noise(
            service_id=service_id,
            metrics=measured.get(service_id, Metrics()),
            incidents_before=then.get(service_id, Metrics()).total_incident_count,
            total_interruptions=noise.get(service_id, 0),
        )
        for service_id in sorted({*measured, *noise})
    ]
    return sorted(found, key=_noise, reverse=True)


def _noise(service: Noise) -> tuple[int, int]:
    return service.metrics.total_incident_count, service.total_interruptions


def _people(cells: Sequence[Cell]) -> dict[str, Interruptions]:
    """List people, whoever was disturbed most at night first."""
    found = sorted(by_person(cells).items(), key=_burden, reverse=True)
    return dict(found)


def _burden(item: tuple[str, Interruptions]) -> tuple[int, int, int]:
    theirs = item[1]
    return (
        theirs.total_night_interruptions,
        theirs.total_weekend_interruptions,
        theirs.total_interruptions,
    )
