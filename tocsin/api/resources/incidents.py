"""Incidents: what is wrong, who has it, and what is done about it."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, Final

import msgspec

from tocsin.api.incident_bodies import ChangedIncident, Creation, change_of, wish_of
from tocsin.api.incident_shapes import incident_ref, incident_shape
from tocsin.api.includes import view_of_incidents
from tocsin.api.incoming import Ref
from tocsin.api.ranges import bounds_asked
from tocsin.api.rest import Call, Resource
from tocsin.api.zones import asked_zone
from tocsin.domain.response.incident import Incident
from tocsin.usecases.errors import Invalid, TooMany
from tocsin.usecases.response import creation, incident_queries, incidents, merging
from tocsin.usecases.response.incident_queries import Asked
from tocsin.usecases.response.incidents import Change, by_hand

INCIDENTS = Resource("/incidents", scope="incidents")

AT_ONCE: Final = 250
MONTH: Final = timedelta(days=31)
HALF_YEAR: Final = timedelta(days=184)
STATUSES: Final = ("triggered", "acknowledged", "resolved")
SORTING: Final = ("incident_number", "created_at", "resolved_at", "urgency")

# Clients look for this sentence, to the letter.
STATUS_MUST: Final = "Status must be a list of triggered, acknowledged, or resolved."


class _Merge(msgspec.Struct, frozen=True):
    source_incidents: tuple[Ref, ...]


class _Changed(msgspec.Struct, frozen=True):
    incidents: tuple[ChangedIncident, ...]


class _Snooze(msgspec.Struct, frozen=True):
    duration: int


@INCIDENTS.lists("listIncidents")
async def list_incidents(call: Call) -> dict[str, Any]:
    """List incidents, the oldest of the last month first unless asked otherwise."""
    page, asked = call.query.page(), _asked(call)
    found, total = await incident_queries.find(call.house, asked, page.part)
    view = await view_of_incidents(call, found)
    return page.wrap("incidents", found, lambda known: incident_shape(view, known), total=total)


@INCIDENTS.creates("createIncident", needs_from=True)
async def create_incident(call: Call) -> dict[str, Any]:
    """Let an incident begin."""
    wish = wish_of(call.body(Creation).incident)
    return await _whole(call, await creation.create(call.house, wish, call.person, call.now))


@INCIDENTS.gets("getIncident")
async def get_incident(call: Call, id: str) -> dict[str, Any]:
    """Show an incident, by its id or its number."""
    known = await incident_queries.get(call.house, id)
    return {"incident": incident_shape(await view_of_incidents(call, [known]), known)}


@INCIDENTS.updates("updateIncident", needs_from=True)
async def update_incident(call: Call, id: str) -> dict[str, Any]:
    """Acknowledge, resolve, reopen, escalate, reassign or amend an incident."""
    (incident,) = await _change(call, [change_of(id, call.body(ChangedIncident, "incident"))])
    return await _whole(call, incident)


@INCIDENTS.op("updateIncidents", "PUT", "", needs_from=True)
async def update_incidents(call: Call) -> dict[str, Any]:
    """Do so with many incidents: with all of them, or with none."""
    changed = call.body(_Changed).incidents
    if len(changed) > AT_ONCE:
        raise TooMany(f"At most {AT_ONCE} incidents can be changed at once.")
    if not all(one.id for one in changed):
        raise Invalid("Incidents must have an id.")
    wanted = [change_of(one.id, one) for one in changed]
    found = await incident_queries.know(call.house, await _change(call, wanted))
    view = await view_of_incidents(call, found)
    return {"incidents": [incident_shape(view, known) for known in found]}


@INCIDENTS.op("mergeIncidents", "PUT", "/{id}/merge", needs_from=True)
async def merge_incidents(call: Call, id: str) -> dict[str, Any]:
    """Let incidents go on in this one, with their alerts."""
    sources = [source.id for source in call.body(_Merge).source_incidents]
    by = by_hand(call.person)
    target = await merging.merge(call.house, id, sources, by, call.now)
    return {"incident": incident_ref(call.links, target)}


@INCIDENTS.op("createIncidentSnooze", "POST", "/{id}/snooze", status=201, needs_from=True)
async def snooze_incident(call: Call, id: str) -> dict[str, Any]:
    """Let an acknowledged incident sleep for some seconds."""
    seconds = call.body(_Snooze).duration
    by = by_hand(call.person)
    return await _whole(call, await incidents.snooze(call.house, id, seconds, by, call.now))


async def _change(call: Call, changes: Sequence[Change]) -> list[Incident]:
    return await incidents.change(call.house, changes, by_hand(call.person), call.now)


async def _whole(call: Call, incident: Incident) -> dict[str, Any]:
    found = await incident_queries.know(call.house, [incident])
    return {"incident": incident_shape(await view_of_incidents(call, found), found[0])}


def _asked(call: Call) -> Asked:
    query = call.query
    if not set(query.many("statuses")) <= set(STATUSES):
        raise Invalid(STATUS_MUST)
    sorting = query.sorting(*SORTING)
    if len(sorting) > 2:
        raise Invalid("Sort by can name two fields at most.")
    since, until = _time_asked(call)
    return msgspec.convert(
        {
            "statuses": query.many("statuses"),
            "urgencies": query.many_of("urgencies", "high", "low"),
            "user_ids": query.many("user_ids"),
            "service_ids": query.many("service_ids"),
            "team_ids": query.many("team_ids"),
            "incident_key": query.text("incident_key"),
            "since": since,
            "until": until,
            "sorting": sorting,
        },
        Asked,
    )


def _time_asked(call: Call) -> tuple[datetime | None, datetime | None]:
    if call.query.one_of("date_range", "all"):
        return None, None
    since, until = bounds_asked(call.query, asked_zone(call))
    since = since or (until or call.now) - MONTH
    if (until or call.now) - since > HALF_YEAR:
        raise Invalid("Since and until cannot be more than six months apart.")
    return since, until
