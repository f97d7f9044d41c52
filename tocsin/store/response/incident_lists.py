"""Lists of incidents: what can be asked for, so that an index finds it among a million."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from itertools import chain
from typing import Any, Final

import msgspec
import sqlalchemy as sa
from msgspec.structs import replace
from sqlalchemy.ext.asyncio import AsyncConnection

from tocsin.domain.people.user import Urgency
from tocsin.domain.response.incident import Incident, Status
from tocsin.store.people import teams
from tocsin.store.response import incidents as store
from tocsin.store.rows import Where
from tocsin.store.tables import alerts, incidents

_NO_SERVICE: Final = ""  # an id that none has
IS_OPEN: Final = incidents.c.status != sa.literal_column("'resolved'")  # in an index's own words

_COLUMNS: Final[dict[str, sa.ColumnElement[Any]]] = {
    "incident_number": incidents.c.number,
    "created_at": incidents.c.created_at,
    "resolved_at": incidents.c.resolved_at,
    "urgency": incidents.c.urgency == "high",
}


class Asked(msgspec.Struct, frozen=True, kw_only=True):
    """Which incidents are wanted. What is empty asks for nothing in particular.

    ``since`` and ``until`` are about the beginning. Each of the ``words`` must stand in the title.
    ``sorting`` names fields, each with whether it descends; otherwise the oldest come first.
    """

    statuses: tuple[Status, ...] = ()
    urgencies: tuple[Urgency, ...] = ()
    user_ids: tuple[str, ...] = ()
    service_ids: tuple[str, ...] = ()
    team_ids: tuple[str, ...] = ()
    incident_key: str | None = None
    words: tuple[str, ...] = ()
    since: datetime | None = None
    until: datetime | None = None
    sorting: tuple[tuple[str, bool], ...] = ()


async def find(tx: AsyncConnection, *asked: Asked, limit: int, offset: int) -> list[Incident]:
    """Return a part of the list; of several lists, one goes on where the other ends."""
    found: list[Incident] = []
    wanted = [await _by_services(tx, one) for one in asked]
    for where, order in chain.from_iterable(map(_stretches, wanted)):
        rest = limit - len(found)
        rows = await store.select(tx, where=where, order_by=order, limit=rest, offset=offset)
        found += rows
        if len(rows) == rest:
            break
        offset = 0 if rows or not offset else offset - await _count(tx, where, most=offset)
    return found


async def count(tx: AsyncConnection, asked: Asked) -> int:
    """Count the whole list."""
    return await store.count(tx, *_where(await _by_services(tx, asked)))


async def _by_services(tx: AsyncConnection, asked: Asked) -> Asked:
    """Ask for the services of teams instead of for teams."""
    if not asked.team_ids:
        return asked
    theirs, wanted = await teams.service_ids(tx, asked.team_ids), asked.service_ids
    service_ids = tuple(id_ for id_ in theirs if not wanted or id_ in wanted)
    return replace(asked, team_ids=(), service_ids=service_ids or (_NO_SERVICE,))


async def count_open(tx: AsyncConnection, asked: Asked) -> dict[Status, int]:
    """Count what is open, by its status."""
    status, where = incidents.c.status, _where(await _by_services(tx, asked))
    query = sa.select(status, sa.func.count()).where(IS_OPEN, *where).group_by(status)
    return {row[0]: row[1] for row in await tx.execute(query)}


async def horizon(tx: AsyncConnection, asked: Asked, *, most: int) -> datetime | None:
    """Return when the last of the ``most`` newest ones began; None if there are not so many."""
    at, where = incidents.c.created_at, _where(await _by_services(tx, asked))
    query = sa.select(at).where(*where).order_by(at.desc(), incidents.c.number.desc())
    return (await tx.execute(query.limit(1).offset(most - 1))).scalar()


def _where(asked: Asked) -> Iterable[Where]:
    c = incidents.c
    if asked.user_ids or (asked.statuses and "resolved" not in asked.statuses):
        yield IS_OPEN  # what is resolved is assigned to nobody
    if asked.statuses:
        yield c.status.in_(asked.statuses)
    if asked.urgencies:
        yield c.urgency.in_(asked.urgencies)
    if asked.service_ids:
        yield c.service_id.in_(asked.service_ids)
    if asked.user_ids:
        yield c.assignee_ids.overlap(asked.user_ids)
    if asked.incident_key:
        yield c.id.in_(with_key(asked.incident_key))
    yield from (c.title.icontains(word, autoescape=True) for word in asked.words)
    yield from _time(asked)


def _time(asked: Asked) -> Iterable[Where]:
    if asked.since:
        yield incidents.c.created_at >= asked.since
    if asked.until:
        yield incidents.c.created_at < asked.until


def with_key(key: str) -> sa.CompoundSelect[Any]:
    """Find incidents by the key of an alert they have, or the key a person gave them."""
    return sa.union(
        sa.select(alerts.c.incident_id).where(alerts.c.dedup_key == key),
        sa.select(incidents.c.id).where(incidents.c.incident_key == key),
    )


def _stretches(asked: Asked) -> list[tuple[list[Where], list[Any]]]:
    """Cut the list where no index could sort it as a whole: each stretch has one that can.

    High urgency is more than low. What is not resolved comes after all that is.
    """
    where, c = list(_where(asked)), incidents.c
    match asked.sorting[:1]:
        case (("urgency", descends),):
            words = ("high", "low") if descends else ("low", "high")
            return [([*where, c.urgency == word], _order(asked, without=1)) for word in words]
        case (("resolved_at", _),):
            since = [c.resolved_at >= asked.since] if asked.since else []  # never before it began
            return [
                ([*where, *since, c.resolved_at.is_not(None)], _order(asked)),
                ([*where, c.resolved_at.is_(None)], _order(asked, without=1)),
            ]
        case (("incident_number", descends),):
            where += _end_of_numbers(asked, descends)
    return [(where, _order(asked))]


def _end_of_numbers(asked: Asked, descends: bool) -> Iterable[Where]:
    """Begin with a number of the time that is asked for: many others may come before.

    The sum hides the number from the index that would go through all of them.
    """
    number, hidden = incidents.c.number, incidents.c.number + 0
    if descends and asked.until:
        yield number <= sa.select(sa.func.max(hidden)).where(*_time(asked)).scalar_subquery()
    elif asked.since and not descends:
        yield number >= sa.select(sa.func.min(hidden)).where(*_time(asked)).scalar_subquery()


def _order(asked: Asked, *, without: int = 0) -> list[Any]:
    """Sort by what is asked for, then by age in the last direction; ``without`` the first ones."""
    descends = asked.sorting[-1][1] if asked.sorting else False
    columns = {_COLUMNS[field]: down for field, down in asked.sorting[without:]}
    columns.setdefault(incidents.c.created_at, descends)
    columns.setdefault(incidents.c.number, descends)
    return [column.desc() if down else column.asc() for column, down in columns.items()]


async def _count(tx: AsyncConnection, where: Sequence[Where], *, most: int) -> int:
    some = sa.select(incidents.c.id).where(*where).limit(most).subquery()
    return int((await tx.execute(sa.select(sa.func.count()).select_from(some))).scalar_one())
