"""Analytics: incidents, log entries and notifications counted by the database, a set at a time."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any, Final

import msgspec
import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.ext.asyncio import AsyncConnection

from tocsin.domain.analytics import SILENCE, Cell, Metrics, Stretch
from tocsin.domain.people.user import Urgency
from tocsin.store.columns import Instant
from tocsin.store.rows import Where
from tocsin.store.tables import incidents, log_entries, notifications, users

_ACKNOWLEDGED: Final = "acknowledge_log_entry"
_ESCALATED: Final = "escalate_log_entry"
_RESOLVED: Final = "resolve_log_entry"


class Asked(msgspec.Struct, frozen=True, kw_only=True):
    """What is counted: a time, and of all services or only these."""

    since: datetime
    until: datetime
    service_ids: Sequence[str] | None = None


class Measured(msgspec.Struct, frozen=True, kw_only=True):
    """The incidents that began in a time: all, by the number of their stretch of it, by service."""

    total: Metrics
    by_stretch: Mapping[int, Metrics]
    by_service: Mapping[str, Metrics]


class Disturbed(msgspec.Struct, frozen=True, kw_only=True):
    """Whom the pages of a time reached when, and how many interruptions each service began."""

    cells: Sequence[Cell]
    by_service: Mapping[str, int]


async def give_room(tx: AsyncConnection) -> None:
    """Let what is counted in this transaction stand in memory, and be counted at once."""
    await tx.execute(sa.text("set local work_mem = '64MB'"))
    await tx.execute(sa.text("set local jit = off"))


async def measure(tx: AsyncConnection, asked: Asked, starts: Sequence[datetime]) -> Measured:
    """Measure incidents. ``starts`` are the instants at which each stretch begins."""
    course = _course(asked, starts).c
    sets = sa.func.grouping_sets(
        sa.tuple_(), sa.tuple_(course.stretch), sa.tuple_(course.service_id)
    )
    query = sa.select(course.stretch, course.service_id, *_metrics(course)).group_by(sets)
    by_stretch, by_service, total = {}, {}, Metrics()
    for stretch, service_id, *figures in await tx.execute(query):
        metrics = Metrics(**dict(zip(_NAMES, figures, strict=True)))
        if stretch is not None:
            by_stretch[stretch] = metrics
        elif service_id is not None:
            by_service[service_id] = metrics
        else:
            total = metrics
    return Measured(total=total, by_stretch=by_stretch, by_service=by_service)


async def count_begun(
    tx: AsyncConnection, asked: Asked, starts: Sequence[datetime]
) -> list[tuple[int, Urgency, int]]:
    """Count the incidents that began after each start, and before the next, by urgency."""
    number = _number(starts).label("number")
    begun = sa.select(number, incidents.c.urgency).where(*_began(asked)).subquery().c
    query = sa.select(*begun, sa.func.count()).group_by(*begun)
    return [tuple(row) for row in await tx.execute(query)]


async def zones(tx: AsyncConnection, default: str) -> list[str]:
    """Return the time zones in which people live."""
    query = sa.select(sa.func.coalesce(users.c.time_zone, default)).distinct()
    return list((await tx.execute(query)).scalars())


async def disturb(
    tx: AsyncConnection, asked: Asked, clocks: Iterable[Stretch], default: str
) -> Disturbed:
    """Count pages and interruptions by person and hour of the week, as that person's clock goes.

    ``clocks`` tell what clocks show in all zones in which people live.
    """
    pages, clock = _pages(asked), _clocks(clocks)
    zone = sa.func.coalesce(users.c.time_zone, default)
    shown = sa.func.timezone("UTC", pages.c.at + clock.c.offset)
    heard = (
        sa.select(
            pages.c.user_id,
            sa.cast(sa.extract("isodow", shown), sa.Integer).label("weekday"),
            sa.cast(sa.extract("hour", shown), sa.Integer).label("hour"),
            pages.c.service_id,
            pages.c.interrupts,
        )
        .join_from(pages, users, users.c.id == pages.c.user_id, isouter=True)
        .join(clock, sa.and_(clock.c.zone == zone, _within(pages.c.at, clock.c.start, clock.c.end)))
        .subquery()
        .c
    )
    cell = sa.tuple_(heard.user_id, heard.weekday, heard.hour)
    query = sa.select(
        *(heard.service_id, heard.user_id, heard.weekday, heard.hour),
        sa.func.count(),
        sa.func.count().filter(heard.interrupts),
    ).group_by(sa.func.grouping_sets(cell, sa.tuple_(heard.service_id)))
    rows = (await tx.execute(query)).all()
    return Disturbed(
        cells=[Cell(*cell) for service_id, *cell in rows if service_id is None],
        by_service={service_id: count for service_id, *_, count in rows if service_id is not None},
    )


def _began(asked: Asked) -> Iterable[Where]:
    yield _within(incidents.c.created_at, asked.since, asked.until)
    yield from _concerned(asked)


def _concerned(asked: Asked) -> Iterable[Where]:
    if asked.service_ids is not None:
        yield incidents.c.service_id.in_(asked.service_ids)


def _within(at: sa.ColumnElement[Any], since: Any, until: Any) -> Where:
    return sa.and_(at >= since, at < until)


def _number(starts: Sequence[datetime]) -> sa.Function[int]:
    return sa.func.width_bucket(incidents.c.created_at, sa.cast(list(starts), ARRAY(Instant)))


def _course(asked: Asked, starts: Sequence[datetime]) -> sa.Subquery:
    """Tell of each incident what its log says: when, and by whom or by itself."""
    c, told = incidents.c, log_entries.c
    by_person = told.body["agent"]["kind"].as_string() == "user"
    escalated, resolved = told.type == _ESCALATED, told.type == _RESOLVED
    is_about = sa.and_(
        told.incident_id == c.id,
        told.type.in_((_ACKNOWLEDGED, _ESCALATED, _RESOLVED)),
        told.at >= asked.since,  # nothing is told of an incident before it began
    )
    ended_by_person = sa.func.bool_or(sa.and_(told.at == c.resolved_at, by_person))
    return (
        sa.select(
            c.service_id,
            c.created_at,
            c.resolved_at,
            _number(starts).label("stretch"),
            sa.func.min(told.at)
            .filter(told.type == _ACKNOWLEDGED, by_person)
            .label("acknowledged_at"),
            sa.func.count().filter(escalated, by_person).label("by_hand"),
            sa.func.count().filter(escalated, sa.not_(by_person)).label("by_timeout"),
            ended_by_person.filter(resolved).is_not(sa.true()).label("ended_itself"),
        )
        .join_from(incidents, log_entries, is_about, isouter=True)
        .where(*_began(asked))
        .group_by(c.id)
        .subquery()
    )


_NAMES: Final = Metrics.__struct_fields__


def _metrics(course: Any) -> list[sa.ColumnElement[Any]]:
    """Return the figures in the order of their names."""
    to_ack = _seconds(course.acknowledged_at - course.created_at)
    to_end = _seconds(course.resolved_at - course.created_at)
    figures = {
        "total_incident_count": sa.func.count(),
        "total_incidents_acknowledged": sa.func.count(course.acknowledged_at),
        "total_incidents_resolved": sa.func.count(course.resolved_at),
        "total_incidents_auto_resolved": sa.func.count(course.resolved_at).filter(
            course.ended_itself
        ),
        "total_incidents_manual_escalated": sa.func.count().filter(course.by_hand > 0),
        "total_incidents_timeout_escalated": sa.func.count().filter(course.by_timeout > 0),
        "total_escalation_count": sa.cast(
            sa.func.coalesce(sa.func.sum(course.by_hand + course.by_timeout), 0), sa.BigInteger
        ),
        "mean_seconds_to_first_ack": sa.func.avg(to_ack),
        "median_seconds_to_first_ack": _median(to_ack),
        "mean_seconds_to_resolve": sa.func.avg(to_end),
        "median_seconds_to_resolve": _median(to_end),
    }
    return [figures[name] for name in _NAMES]


def _seconds(span: sa.ColumnElement[Any]) -> sa.ColumnElement[Any]:
    return sa.cast(sa.extract("epoch", span), sa.Double)


def _median(of: sa.ColumnElement[Any]) -> sa.ColumnElement[Any]:
    return sa.func.percentile_cont(0.5).within_group(of)


def _pages(asked: Asked) -> sa.Subquery:
    """Return the pages of a time, and whether each interrupts: whether it ends a silence."""
    at, user_id = notifications.c.at, notifications.c.user_id
    silence = at - sa.func.lag(at).over(partition_by=user_id, order_by=(at, notifications.c.id))
    heard = (
        sa.select(user_id, incidents.c.service_id, at, silence.label("silence"))
        .join(incidents, incidents.c.id == notifications.c.incident_id)
        .where(
            _within(at, asked.since - SILENCE, asked.until),
            notifications.c.status == "success",
            incidents.c.urgency == "high",
            *_concerned(asked),
        )
        .subquery()
    )
    interrupts = sa.func.coalesce(heard.c.silence > SILENCE, sa.true()).label("interrupts")
    return sa.select(heard, interrupts).where(heard.c.at >= asked.since).subquery()


def _clocks(stretches: Iterable[Stretch]) -> sa.TableValuedAlias:
    rows = [(s.zone, s.start, s.end, s.offset) for s in stretches]
    arrays = [
        sa.cast([row[number] for row in rows], ARRAY(column.type))
        for number, column in enumerate(_CLOCK)
    ]
    return sa.func.unnest(*arrays).table_valued(*_CLOCK, name="clocks").render_derived()


_CLOCK: Final[tuple[sa.ColumnClause[Any], ...]] = (
    sa.column("zone", sa.Text),
    sa.column("start", Instant),
    sa.column("end", Instant),
    sa.column("offset", sa.Interval),
)
