"""Incidents: found and read, with what people need to understand them."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Final

import msgspec
from sqlalchemy.ext.asyncio import AsyncConnection

from tocsin.domain.people.team import Team
from tocsin.domain.response.incident import Incident
from tocsin.domain.response.log_entry import LogEntry
from tocsin.domain.response.responder_request import ResponderRequest
from tocsin.store.names import names
from tocsin.store.people import teams
from tocsin.store.response import alerts, incident_lists, incidents, log_entries, responder_requests
from tocsin.store.response.alerts import Counts
from tocsin.store.response.incident_lists import Asked
from tocsin.usecases.errors import NotFound
from tocsin.usecases.house import House
from tocsin.usecases.parts import Part
from tocsin.usecases.response.log_entries import ids_in

__all__ = [
    "WORST_FIRST",
    "Asked",
    "Counts",
    "Known",
    "find",
    "get",
    "get_many",
    "ids_in_incident",
    "ids_in_requests",
    "know",
]

WORST_FIRST: Final = (("urgency", True), ("created_at", True))


class Known(msgspec.Struct, frozen=True, kw_only=True):
    """An incident, how many alerts it has, how it began, and what the ids in it are called.

    Its teams are those that answer for the policy of its service; its requests ask for help.
    """

    incident: Incident
    counts: Counts
    trigger: LogEntry | None
    names: Mapping[str, str]
    teams: Sequence[Team] = ()
    requests: Sequence[ResponderRequest] = ()


async def find(house: House, asked: Asked, part: Part) -> tuple[list[Known], int | None]:
    """List incidents."""
    async with house.database.read() as tx:
        found = await incident_lists.find(tx, asked, limit=part.limit, offset=part.offset)
        total = await incident_lists.count(tx, asked) if part.counted else None
        return await _know(tx, found), total


async def get(house: House, id_or_number: str) -> Known:
    """Read one incident, by its id or its number."""
    async with house.database.read() as tx:
        incident = await incidents.get(tx, id_or_number)
        if incident is None:
            raise NotFound("Incident", id_or_number)
        (known,) = await _know(tx, [incident])
    return known


async def get_many(house: House, ids: Iterable[str]) -> dict[str, Known]:
    """Read those of these incidents that exist."""
    async with house.database.read() as tx:
        found = await incidents.get_many(tx, ids)
        return {known.incident.id: known for known in await _know(tx, list(found.values()))}


async def know(house: House, found: Sequence[Incident]) -> list[Known]:
    """Read what belongs to incidents that are at hand."""
    async with house.database.read() as tx:
        return await _know(tx, found)


async def _know(tx: AsyncConnection, found: Sequence[Incident]) -> list[Known]:
    """Do so for all of them at once."""
    ids = [incident.id for incident in found]
    counts = await alerts.counts(tx, ids)
    triggers = await log_entries.first_triggers(tx, ids)
    answering = await teams.of_services(tx, {incident.service_id for incident in found})
    mentioned = {id_ for incident in found for id_ in ids_in_incident(incident)}
    mentioned.update(id_ for entry in triggers.values() for id_ in ids_in(entry))
    requests = await responder_requests.of_incidents(tx, ids)
    mentioned.update(id_ for asked in requests.values() for id_ in ids_in_requests(asked))
    called = await names(tx, mentioned)
    return [
        Known(
            incident=incident,
            counts=counts.get(incident.id, Counts()),
            trigger=triggers.get(incident.id),
            names=called,
            teams=answering.get(incident.service_id, ()),
            requests=requests.get(incident.id, ()),
        )
        for incident in found
    ]


def ids_in_incident(incident: Incident) -> Iterable[str]:
    """Return the ids that an incident mentions."""
    yield incident.service_id
    yield incident.policy.id
    yield incident.last_status_change_by.id
    yield from (assignment.user_id for assignment in incident.assignments)
    yield from (acknowledgement.by.id for acknowledgement in incident.acknowledgements)
    if incident.merged_into:
        yield incident.merged_into


def ids_in_requests(requests: Iterable[ResponderRequest]) -> Iterable[str]:
    """Return the ids of all who asked for help, or were asked."""
    for request in requests:
        yield request.requester_id
        yield from (target.id for target in request.targets)
        yield from (one.user_id for one in request.responders)
