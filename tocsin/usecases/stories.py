"""Stories: what people see of incidents, a list at a glance and one with all that belongs to it."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any, Final, Literal

import msgspec
import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from tocsin.domain.alert import Alert
from tocsin.domain.escalation import Step, call_next
from tocsin.domain.event import Event
from tocsin.domain.incident import Incident
from tocsin.domain.log_entry import LogEntry
from tocsin.domain.notification import Notification
from tocsin.store import alerts, directory, incidents, log_entries, notifications, tables
from tocsin.store.driver import driver
from tocsin.store.names import names
from tocsin.store.notifications import NOTIFICATIONS
from tocsin.store.rows import Where
from tocsin.usecases.errors import NotFound
from tocsin.usecases.house import House
from tocsin.usecases.log_entries import ids_in

Shown = Literal["open", "triggered", "acknowledged", "resolved"]

MOST_ALERTS: Final = 20
MOST_ENTRIES: Final = 100
MOST_NOTIFICATIONS: Final = 50

_c = tables.incidents.c
_IS_OPEN: Final = _c.status != sa.literal_column("'resolved'")  # in an index's own words


class Glance(msgspec.Struct, frozen=True, kw_only=True):
    """A part of the list, the most urgent first.

    ``next`` says for each incident that climbs whom it would be put before next; ``counts`` how
    many there are of each open status.
    """

    incidents: Sequence[Incident]
    has_more: bool
    next: Mapping[str, Step]
    counts: Mapping[str, int]
    names: Mapping[str, str]


class Story(msgspec.Struct, frozen=True, kw_only=True):
    """One incident: of long lists only the newest part, and whether there is more.

    ``events`` are those with which alerts began, by the id of the alert.
    """

    incident: Incident
    next: Step | None
    alerts: Sequence[Alert]
    has_more_alerts: bool
    events: Mapping[str, Event]
    entries: Sequence[LogEntry]
    has_more_entries: bool
    notifications: Sequence[Notification]
    names: Mapping[str, str]


async def glance(house: House, shown: Shown, now: datetime, *, limit: int, offset: int) -> Glance:
    """List incidents of a kind: what is triggered first, and the newest of those."""
    async with house.database.read() as tx:
        found = await incidents.select(
            tx, where=_where(shown), order_by=_order(shown), limit=limit + 1, offset=offset
        )
        part = found[:limit]
        coming = await _next_steps(tx, house, part, now)
        return Glance(
            incidents=part,
            has_more=len(found) > limit,
            next=coming,
            counts=await _counts(tx),
            names=await names(tx, {id_ for i in part for id_ in _ids_in(i, coming.get(i.id))}),
        )


async def tell(house: House, id_or_number: str, now: datetime) -> Story:
    """Read one incident, by its id or its number, with all that belongs to it."""
    async with house.database.read() as tx:
        incident = await incidents.get(tx, id_or_number)
        if incident is None:
            raise NotFound("Incident", id_or_number)
        step = (await _next_steps(tx, house, [incident], now)).get(incident.id)
        problems = await _alerts(tx, incident.id)
        entries = await _entries(tx, incident.id)
        told = await _notifications(tx, incident.id)
        mentioned = {*_ids_in(incident, step), *(sent.user_id for sent in told)}
        mentioned.update(id_ for entry in entries for id_ in ids_in(entry))
        return Story(
            incident=incident,
            next=step,
            alerts=problems[:MOST_ALERTS],
            has_more_alerts=len(problems) > MOST_ALERTS,
            events=_events(problems[:MOST_ALERTS]),
            entries=entries[:MOST_ENTRIES],
            has_more_entries=len(entries) > MOST_ENTRIES,
            notifications=told,
            names=await names(tx, mentioned),
        )


def _where(shown: Shown) -> list[Where]:
    if shown == "open":
        return [_IS_OPEN]
    return [_c.status == shown] if shown == "resolved" else [_IS_OPEN, _c.status == shown]


def _order(shown: Shown) -> list[Any]:
    newest = [_c.created_at.desc(), _c.id.desc()]
    if shown == "resolved":
        return newest
    return [(_c.status == "triggered").desc(), (_c.urgency == "high").desc(), *newest]


async def _counts(tx: AsyncConnection) -> dict[str, int]:
    query = sa.select(_c.status, sa.func.count()).where(_IS_OPEN).group_by(_c.status)
    return {row[0]: row[1] for row in await tx.execute(query)}


async def _next_steps(
    tx: AsyncConnection, house: House, found: Sequence[Incident], now: datetime
) -> dict[str, Step]:
    """Find whom those that climb would be put before, if nobody answers until then."""
    climbing = [(i, i.escalate_at) for i in found if i.escalate_at is not None]
    if not climbing:
        return {}
    connection = await driver(tx)
    view = await house.directory.now(connection)
    await view.know_policies(connection, (incident.policy for incident, _ in climbing), now)
    rules = {rule.id for incident, _ in climbing for rule in incident.policy.rules}
    ring = await directory.rings(connection, rules)
    steps = {i.id: call_next(i, view.roster(i.policy, at, ring)) for i, at in climbing}
    return {id_: step for id_, step in steps.items() if step}


async def _alerts(tx: AsyncConnection, incident_id: str) -> list[Alert]:
    """Read alerts, those first that are not over."""
    c = tables.alerts.c
    order = ((c.status == "triggered").desc(), c.id.desc())
    where = (c.incident_id == incident_id,)
    return await alerts.select(tx, where=where, order_by=order, limit=MOST_ALERTS + 1)


def _events(found: Iterable[Alert]) -> dict[str, Event]:
    return {alert.id: msgspec.convert(alert.body, Event) for alert in found if alert.body}


async def _entries(tx: AsyncConnection, incident_id: str) -> list[LogEntry]:
    c = tables.log_entries.c
    where, order = (c.incident_id == incident_id,), (c.id.desc(),)
    return await log_entries.select(tx, where=where, order_by=order, limit=MOST_ENTRIES + 1)


async def _notifications(tx: AsyncConnection, incident_id: str) -> list[Notification]:
    where = NOTIFICATIONS.c.incident_id == incident_id
    order = notifications.NEWEST_FIRST
    return await NOTIFICATIONS.select(tx, where, order_by=order, limit=MOST_NOTIFICATIONS)


def _ids_in(incident: Incident, step: Step | None) -> Iterable[str]:
    yield incident.service_id
    yield incident.last_status_change_by.id
    yield from (assignment.user_id for assignment in incident.assignments)
    yield from (acknowledgement.by.id for acknowledgement in incident.acknowledgements)
    if incident.merged_into:
        yield incident.merged_into
    if step:
        yield from step.user_ids
