"""Analytics: how many incidents there were, how quickly people answered, and whom it cost sleep."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from itertools import chain

import msgspec
from sqlalchemy.ext.asyncio import AsyncConnection

from tocsin.domain.analytics import (
    LONGEST,
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
from tocsin.store.names import names
from tocsin.store.teams import service_ids
from tocsin.usecases.errors import Invalid
from tocsin.usecases.house import House

BACKWARDS = "The last day cannot be before the first one."
TOO_LONG = f"A range can have at most {LONGEST.days} days."


class Asked(msgspec.Struct, frozen=True, kw_only=True):
    """What is to be told: a time, and perhaps only what concerns a team or a service."""

    span: Span
    team_id: str | None = None
    service_id: str | None = None


class Figures(msgspec.Struct, frozen=True, kw_only=True):
    """The figures of a time as a whole."""

    metrics: Metrics
    interruptions: Interruptions


class Week(msgspec.Struct, frozen=True, kw_only=True):
    """The figures of the incidents that began in a week."""

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
    now: Figures
    before: Figures
    unit: Unit
    bars: Sequence[Bar]
    weeks: Sequence[Week]
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


async def tell(house: House, asked: Asked) -> Report:
    """Tell all figures of a time. Raises Invalid."""
    span = asked.span
    _refuse(span)
    unit, weeks = unit_of(span), starts(span, "week")
    begun = starts(span, unit)
    async with house.database.read() as tx:
        await store.give_room(tx)
        concerned = await _services_asked(tx, asked)
        wanted = _within(span, concerned)
        now = await _take(tx, house, wanted, weeks)
        earlier = await _take(tx, house, _within(before(span), concerned), ())
        counted = await store.count_begun(tx, wanted, begun)
        services = _services(now, earlier)
        people = _people(now.disturbed.cells)
        called = await names(tx, chain(people, (service.service_id for service in services)))
    return Report(
        span=span,
        now=now.figures,
        before=earlier.figures,
        unit=unit,
        bars=bars(begun, counted),
        weeks=_weeks(weeks, now.measured),
        hours=by_hour(now.disturbed.cells),
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
    tx: AsyncConnection, house: House, wanted: store.Asked, weeks: Sequence[datetime]
) -> _Taken:
    default = house.account.time_zone
    zones = await store.zones(tx, default)
    clocks = [s for zone in zones for s in stretches(zone, wanted.since, wanted.until)]
    return _Taken(
        measured=await store.measure(tx, wanted, weeks),
        disturbed=await store.disturb(tx, wanted, clocks, default),
    )


def _weeks(starts: Sequence[datetime], measured: store.Measured) -> list[Week]:
    found = measured.by_week
    return [
        Week(start=start, metrics=found.get(number, Metrics()))
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
