"""Log entries: read, with what people need to understand them."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Final

import msgspec
from msgspec.structs import replace
from sqlalchemy.ext.asyncio import AsyncConnection

from tocsin.domain.intake.event import Event
from tocsin.domain.people.team import Team
from tocsin.domain.response.log_entry import LogEntry
from tocsin.store.names import names
from tocsin.store.people import teams
from tocsin.store.response import alerts, incidents
from tocsin.store.response import log_entries as store
from tocsin.usecases.errors import Invalid, NotFound
from tocsin.usecases.house import House
from tocsin.usecases.parts import Part
from tocsin.usecases.people.teams import services_of

WRITTEN: Final = ("web_trigger", "mobile")
_ONE: Final = ("user", "policy", "merged_into", "linked_incident", "alert")
_TRIGGER: Final = "trigger_log_entry"


class Filter(msgspec.Struct, frozen=True, kw_only=True):
    """Which entries are wanted. An overview leaves out who was notified when."""

    incident_id: str | None = None
    team_ids: tuple[str, ...] = ()
    since: datetime | None = None
    until: datetime | None = None
    overview: bool = False


class Known(msgspec.Struct, frozen=True, kw_only=True):
    """An entry, the service of its incident, the event that it tells of, and what ids are called.

    What was deleted has no name, and no service.
    """

    entry: LogEntry
    service_id: str | None
    event: Event | None
    names: Mapping[str, str]
    teams: Sequence[Team] = ()


async def find(house: House, asked: Filter, part: Part) -> tuple[list[Known], int | None]:
    """List entries, the newest first. Raises NotFound if they are of an incident there is not."""
    async with house.database.read() as tx:
        if asked.incident_id and not await incidents.services_of(tx, [asked.incident_id]):
            raise NotFound("Incident", asked.incident_id)
        fitting = store.fitting(
            incident_id=asked.incident_id,
            service_ids=await services_of(tx, asked.team_ids),
            since=asked.since,
            until=asked.until,
            without=("notify_log_entry",) if asked.overview else (),
        )
        where = tuple(fitting)
        found = await store.select(tx, where=where, limit=part.limit, offset=part.offset)
        total = await store.count(tx, *where) if part.counted else None
        return await _know(tx, found), total


async def get(house: House, entry_id: str) -> Known:
    """Read one entry."""
    async with house.database.read() as tx:
        entry = await store.get(tx, entry_id)
        if entry is None:
            raise NotFound("Log entry", entry_id)
        (known,) = await _know(tx, [entry])
    return known


async def redetail(house: House, entry_id: str, way: str, details: str) -> None:
    """Let the channel of a trigger that a person wrote tell other details."""
    async with house.database.begin() as tx:
        entry = await store.get(tx, entry_id, hold=True)
        if entry is None:
            raise NotFound("Log entry", entry_id)
        if way not in WRITTEN or entry.channel["type"] != way:
            raise Invalid("Only the details that a person gave can be changed, and no type.")
        await store.update(tx, replace(entry, channel={**entry.channel, "details": details}))


async def know(house: House, entries: Sequence[LogEntry]) -> list[Known]:
    """Read what belongs to entries that are at hand."""
    async with house.database.read() as tx:
        return await _know(tx, entries)


async def _know(tx: AsyncConnection, entries: Sequence[LogEntry]) -> list[Known]:
    """Do so for all of them at once."""
    services = await incidents.services_of(tx, {entry.incident_id for entry in entries})
    answering = await teams.of_services(tx, services.values())
    mentioned = {id_ for entry in entries for id_ in ids_in(entry)}
    called = await names(tx, mentioned.union(services, services.values()))
    events = await alerts.events(tx, {id_ for entry in entries if (id_ := _began(entry))})
    return [
        Known(
            entry=entry,
            service_id=services.get(entry.incident_id),
            event=_event(entry) or events.get(_began(entry) or ""),
            names=called,
            teams=answering.get(services.get(entry.incident_id, ""), ()),
        )
        for entry in entries
    ]


def ids_in(entry: LogEntry) -> Iterable[str]:
    """Return the ids that an entry mentions."""
    if entry.agent:
        yield entry.agent.id
    yield from entry.details.get("assignees", ())
    yield from (entry.details[name] for name in _ONE if entry.details.get(name))
    for change in entry.details.get("changeset", ()):
        yield from (change[which] for which in ("old", "new") if change[which])


def _event(entry: LogEntry) -> Event | None:
    """Return the event that the entry holds itself: a further trigger of an alert."""
    event = entry.details.get("event")
    return None if event is None else msgspec.convert(event, Event)


def _began(entry: LogEntry) -> str | None:
    """Return the id of the alert whose body the entry tells of."""
    if entry.type != _TRIGGER or "event" in entry.details:
        return None
    return entry.details.get("alert_id")
