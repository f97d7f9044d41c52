"""Alerts of an incident: read, resolved, triggered again, and moved to another incident."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Final

import msgspec
from msgspec.structs import replace
from sqlalchemy.ext.asyncio import AsyncConnection

from tocsin.domain.intake.event import Event
from tocsin.domain.response.alert import Alert
from tocsin.domain.response.command import Link, Resolve, Unlink
from tocsin.domain.response.course import refuse_resolved
from tocsin.domain.response.incident import MOST_ALERTS, Incident
from tocsin.domain.response.log_entry import LogEntry
from tocsin.store.clashes import tried_again
from tocsin.store.names import names
from tocsin.store.response import alerts as store
from tocsin.store.response import incidents, log_entries
from tocsin.store.response.alerts import Standing
from tocsin.usecases.desk import Desk
from tocsin.usecases.errors import Arguments, Invalid, NotFound
from tocsin.usecases.house import House
from tocsin.usecases.parts import Part
from tocsin.usecases.response.incidents import By, hold
from tocsin.usecases.response.log_entries import ids_in
from tocsin.usecases.response.merging import TOO_MANY_ALERTS

OPEN_ALREADY: Final = "Another open alert of the same integration has this alert key."


class Filter(msgspec.Struct, frozen=True, kw_only=True):
    """Which alerts of an incident are wanted, and in which order."""

    statuses: tuple[Standing, ...] = ()
    alert_key: str | None = None
    sorting: tuple[tuple[str, bool], ...] = ()


class Change(msgspec.Struct, frozen=True, kw_only=True):
    """What shall be different about an alert; None leaves it as it is."""

    alert_id: str
    status: Standing | None = None
    incident_id: str | None = None


class Known(msgspec.Struct, frozen=True, kw_only=True):
    """An alert, the event with which it began, the log entry of that, and what ids are called."""

    alert: Alert
    event: Event
    trigger: LogEntry | None
    names: Mapping[str, str]


async def find(
    house: House, incident_id: str, asked: Filter, part: Part
) -> tuple[list[Known], int | None]:
    """List the alerts of an incident, the oldest first unless asked otherwise."""
    where = tuple(store.fitting(incident_id, statuses=asked.statuses, key=asked.alert_key))
    order_by = store.order(asked.sorting)
    async with house.database.read() as tx:
        if not await incidents.services_of(tx, [incident_id]):
            raise NotFound("Incident", incident_id)
        found = await store.select(
            tx, where=where, order_by=order_by, limit=part.limit, offset=part.offset
        )
        total = await store.count(tx, *where) if part.counted else None
        return await _know(tx, found), total


async def get(house: House, incident_id: str, alert_id: str) -> Known:
    """Read one alert of an incident."""
    async with house.database.read() as tx:
        found = await store.select(tx, where=tuple(store.fitting(incident_id, ids=[alert_id])))
        if not found:
            raise NotFound("Alert", alert_id)
        (known,) = await _know(tx, found)
    return known


@tried_again
async def change(
    house: House, incident_id: str, changes: Sequence[Change], by: By, now: datetime
) -> list[Known]:
    """Make all changes, or none. An incident whose last open alert goes is over."""
    async with house.database.begin() as tx:
        held = await _hold_alerts(tx, incident_id, changes)
        had_open = any(alert.status == "triggered" for alert in held.values())
        targets = {wanted.incident_id or incident_id for wanted in changes}
        concerned = await hold(tx, {incident_id, *targets})
        desk = await Desk.at(tx, house.directory, now)
        for wanted in changes:
            alert = held[wanted.alert_id] = _restand(held[wanted.alert_id], wanted, concerned, now)
            if wanted.incident_id and wanted.incident_id != alert.incident_id:
                held[alert.id] = _move(desk, alert, wanted.incident_id, concerned, by)
            desk.writes.put_alert(held[alert.id])
        await desk.write()
        await _check_room(tx, targets)
        has_open = await store.open_by_incident(desk.connection, [incident_id])
        if had_open and not has_open and concerned[incident_id].is_open:
            desk.act(concerned[incident_id], Resolve(**by.told))
            await desk.write()
        return await _know(tx, [held[wanted.alert_id] for wanted in changes])


async def _hold_alerts(
    tx: AsyncConnection, incident_id: str, changes: Sequence[Change]
) -> dict[str, Alert]:
    ids = {wanted.alert_id for wanted in changes}
    where = tuple(store.fitting(incident_id, ids=sorted(ids)))
    held = {alert.id: alert for alert in await store.select(tx, where=where, hold=True)}
    for missing in sorted(ids - held.keys()):
        raise NotFound("Alert", missing)
    again = {wanted.alert_id for wanted in changes if wanted.status == "triggered"}
    if await store.have_open_twins(tx, again):
        raise Arguments(OPEN_ALREADY)
    return held


def _restand(
    alert: Alert, wanted: Change, concerned: Mapping[str, Incident], now: datetime
) -> Alert:
    if wanted.status in {None, alert.status}:
        return alert
    if wanted.status == "triggered":
        refuse_resolved(concerned[wanted.incident_id or alert.incident_id or ""])
        return replace(alert, status="triggered", updated_at=now, resolved_at=None)
    return replace(alert, status="resolved", updated_at=now, resolved_at=now)


def _move(
    desk: Desk, alert: Alert, target_id: str, concerned: dict[str, Incident], by: By
) -> Alert:
    source_id = alert.incident_id or ""
    link = Link(incident_id=source_id, alert_id=alert.id, **by.told)
    unlink = Unlink(incident_id=target_id, alert_id=alert.id, **by.told)
    concerned[target_id] = desk.act(concerned[target_id], link)
    concerned[source_id] = desk.act(concerned[source_id], unlink)
    return replace(alert, incident_id=target_id, updated_at=desk.now)


async def _check_room(tx: AsyncConnection, incident_ids: Iterable[str]) -> None:
    counts = await store.counts(tx, incident_ids)
    if any(count.triggered + count.resolved > MOST_ALERTS for count in counts.values()):
        raise Invalid(TOO_MANY_ALERTS)


async def _know(tx: AsyncConnection, found: Sequence[Alert]) -> list[Known]:
    triggers = await log_entries.first_of_alerts(tx, found)
    mentioned = {id_ for entry in triggers.values() for id_ in ids_in(entry)}
    for alert in found:
        mentioned.update(filter(None, (alert.service_id, alert.integration_id, alert.incident_id)))
    called = await names(tx, mentioned)
    return [
        Known(
            alert=alert,
            event=msgspec.convert(alert.body, Event),
            trigger=triggers.get(alert.id),
            names=called,
        )
        for alert in found
    ]
