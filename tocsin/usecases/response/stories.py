"""Stories: one incident with all that belongs to it, as people read it."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Final

import msgspec
from sqlalchemy.ext.asyncio import AsyncConnection

from tocsin.domain.intake.event import Event
from tocsin.domain.reaching.notification import Notification
from tocsin.domain.response.alert import Alert
from tocsin.domain.response.incident import Incident
from tocsin.domain.response.log_entry import LogEntry
from tocsin.domain.response.note import Note
from tocsin.domain.response.responder_request import Standing, standings
from tocsin.domain.response.status_update import StatusUpdate, Subscriber
from tocsin.store import tables
from tocsin.store.names import names
from tocsin.store.reaching import notifications
from tocsin.store.reaching.notifications import NOTIFICATIONS
from tocsin.store.response import alerts, incidents, log_entries, responder_requests, status_updates
from tocsin.store.response.notes import NOTES
from tocsin.store.response.status_updates import STATUS_UPDATES
from tocsin.usecases.errors import NotFound
from tocsin.usecases.house import House
from tocsin.usecases.response import outlooks
from tocsin.usecases.response.incident_queries import ids_in_incident, ids_in_requests
from tocsin.usecases.response.log_entries import ids_in
from tocsin.usecases.response.outlooks import Outlook

MOST_ALERTS: Final = 20
MOST_NOTES: Final = 50
MOST_ENTRIES: Final = 100
MOST_NOTIFICATIONS: Final = 50
MOST_UPDATES: Final = 20


class Look(msgspec.Struct, frozen=True, kw_only=True):
    """Which parts of the long lists are wanted, counted from 1.

    An overview leaves out of the timeline who was notified when.
    """

    alerts: int = 1
    entries: int = 1
    overview: bool = False


class Help(msgspec.Struct, frozen=True, kw_only=True):
    """How those stand who were asked to help, and what others were told, the newest first."""

    standings: Mapping[str, Standing]
    updates: Sequence[StatusUpdate]
    subscribers: Sequence[Subscriber]
    ids: frozenset[str]


class Story(msgspec.Struct, frozen=True, kw_only=True):
    """One incident: of long lists only a part, the newest first, and whether there is more.

    ``ladder`` is whom each level of its policy would call now, ``events`` are those with which
    alerts began, by the id of the alert.
    """

    incident: Incident
    outlook: Outlook | None
    ladder: Sequence[Sequence[str]]
    alerts: Sequence[Alert]
    has_more_alerts: bool
    events: Mapping[str, Event]
    notes: Sequence[Note]
    entries: Sequence[LogEntry]
    has_more_entries: bool
    notifications: Sequence[Notification]
    help: Help
    names: Mapping[str, str]


async def tell(house: House, id_or_number: str, now: datetime, look: Look) -> Story:
    """Read one incident, by its id or its number, with all that belongs to it."""
    async with house.database.read() as tx:
        incident = await incidents.get(tx, id_or_number)
        if incident is None:
            raise NotFound("Incident", id_or_number)
        outlook = (await outlooks.look_ahead(tx, house, [incident], now)).get(incident.id)
        ladder = await outlooks.ladder(tx, house, incident, now) if outlook else []
        problems = await _alerts(tx, incident.id, look)
        notes = await _notes(tx, incident.id)
        entries = await _entries(tx, incident.id, look)
        told = await _notifications(tx, incident.id)
        helping = await _help(tx, incident.id)
        mentioned = {*ids_in_incident(incident), *outlooks.ids_in(outlook), *helping.ids}
        mentioned.update(id_ for level in ladder for id_ in level)
        mentioned.update(sent.user_id for sent in told)
        mentioned.update(note.agent.id for note in notes)
        mentioned.update(id_ for entry in entries for id_ in ids_in(entry))
        return Story(
            incident=incident,
            outlook=outlook,
            ladder=ladder,
            alerts=problems[:MOST_ALERTS],
            has_more_alerts=len(problems) > MOST_ALERTS,
            events=_events(problems[:MOST_ALERTS]),
            notes=notes,
            entries=entries[:MOST_ENTRIES],
            has_more_entries=len(entries) > MOST_ENTRIES,
            notifications=told,
            help=helping,
            names=await names(tx, mentioned),
        )


async def _alerts(tx: AsyncConnection, incident_id: str, look: Look) -> list[Alert]:
    """Read alerts, those first that are not over."""
    c = tables.alerts.c
    return await alerts.select(
        tx,
        where=(c.incident_id == incident_id,),
        order_by=((c.status == "triggered").desc(), c.id.desc()),
        limit=MOST_ALERTS + 1,
        offset=(look.alerts - 1) * MOST_ALERTS,
    )


def _events(found: Iterable[Alert]) -> dict[str, Event]:
    return {alert.id: msgspec.convert(alert.body, Event) for alert in found if alert.body}


async def _notes(tx: AsyncConnection, incident_id: str) -> list[Note]:
    where = NOTES.c.incident_id == incident_id
    return await NOTES.select(tx, where, order_by=(NOTES.c.id.desc(),), limit=MOST_NOTES)


async def _entries(tx: AsyncConnection, incident_id: str, look: Look) -> list[LogEntry]:
    where = log_entries.fitting(
        incident_id=incident_id, without=("notify_log_entry",) if look.overview else ()
    )
    return await log_entries.select(
        tx,
        where=tuple(where),
        order_by=(tables.log_entries.c.id.desc(),),
        limit=MOST_ENTRIES + 1,
        offset=(look.entries - 1) * MOST_ENTRIES,
    )


async def _notifications(tx: AsyncConnection, incident_id: str) -> list[Notification]:
    where = NOTIFICATIONS.c.incident_id == incident_id
    order = notifications.NEWEST_FIRST
    return await NOTIFICATIONS.select(tx, where, order_by=order, limit=MOST_NOTIFICATIONS)


async def _help(tx: AsyncConnection, incident_id: str) -> Help:
    requests = (await responder_requests.of_incidents(tx, [incident_id])).get(incident_id, [])
    c = STATUS_UPDATES.c
    updates = await STATUS_UPDATES.select(
        tx, c.incident_id == incident_id, order_by=(c.created_at.desc(),), limit=MOST_UPDATES
    )
    return Help(
        standings=standings(requests),
        updates=updates,
        subscribers=await status_updates.subscribers(tx, incident_id),
        ids=frozenset({*ids_in_requests(requests), *(update.sender_id for update in updates)}),
    )
