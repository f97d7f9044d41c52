"""Log entries: everything that happened to incidents."""

from collections.abc import Sequence
from typing import Any, Final

import msgspec

from tocsin.api.includes import whole_incidents, whole_services
from tocsin.api.log_entry_shapes import CHANNELS, log_entry_shape
from tocsin.api.ranges import bounds_asked
from tocsin.api.rest import Call, Resource
from tocsin.api.team_shapes import TEAMS
from tocsin.api.views import View
from tocsin.api.zones import asked_zone
from tocsin.usecases.response import log_entries
from tocsin.usecases.response.log_entries import Filter, Known

LOG_ENTRIES = Resource("/log_entries", scope="incidents")
INCIDENT_LOG_ENTRIES = Resource("/incidents/{id}/log_entries", scope="incidents")

INCLUDES: Final = ("incidents", "services", CHANNELS, TEAMS)


class _Channel(msgspec.Struct, frozen=True):
    type: str
    details: str


@LOG_ENTRIES.lists("listLogEntries")
async def list_log_entries(call: Call) -> dict[str, Any]:
    """List what happened to all incidents, the newest first."""
    return await _list(call)


@INCIDENT_LOG_ENTRIES.lists("listIncidentLogEntries")
async def list_incident_log_entries(call: Call, id: str) -> dict[str, Any]:
    """List what happened to an incident, the newest first."""
    return await _list(call, id)


@LOG_ENTRIES.gets("getLogEntry")
async def get_log_entry(call: Call, id: str) -> dict[str, Any]:
    """Show a log entry."""
    known = await log_entries.get(call.house, id)
    return {"log_entry": log_entry_shape(await _view(call, [known]), known)}


@LOG_ENTRIES.op("updateLogEntryChannel", "PUT", "/{id}/channel", status=202, needs_from=True)
async def update_channel(call: Call, id: str) -> None:
    """Let a trigger that a person wrote tell other details."""
    channel = call.body(_Channel, "channel")
    await log_entries.redetail(call.house, id, channel.type, channel.details)


async def _list(call: Call, incident_id: str | None = None) -> dict[str, Any]:
    page = call.query.page()
    since, until = bounds_asked(call.query, asked_zone(call))
    asked = Filter(
        incident_id=incident_id,
        team_ids=call.query.many("team_ids"),
        since=since,
        until=until,
        overview=call.query.flag("is_overview"),
    )
    found, total = await log_entries.find(call.house, asked, page.part)
    view = await _view(call, found)
    return page.wrap("log_entries", found, lambda known: log_entry_shape(view, known), total=total)


async def _view(call: Call, found: Sequence[Known]) -> View:
    includes = call.query.includes(*INCLUDES)
    wholes: dict[str, dict[str, dict[str, Any]]] = {}
    if "services" in includes:
        ids = {known.service_id for known in found if known.service_id}
        wholes["services"] = await whole_services(call, ids)
    if "incidents" in includes:
        wholes["incidents"] = await whole_incidents(call, {k.entry.incident_id for k in found})
    return View(links=call.links, zone=call.query.zone(), includes=includes, wholes=wholes)
