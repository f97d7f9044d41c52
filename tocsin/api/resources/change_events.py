"""Change events: what was deployed, or changed otherwise, and when."""

from typing import Any

import msgspec
from msgspec import UNSET, UnsetType

from tocsin.api.event_shapes import change_shape
from tocsin.api.ranges import bounds_asked
from tocsin.api.rest import Call, Resource
from tocsin.api.zones import asked_zone
from tocsin.kit.instants import write_instant
from tocsin.usecases.intake import change_events
from tocsin.usecases.intake.change_events import Filter, Known, Wish

CHANGE_EVENTS = Resource("/change_events", scope="change_events")
SERVICE_CHANGES = Resource("/services/{id}/change_events", scope="services")
RELATED_CHANGES = Resource("/incidents/{id}/related_change_events", scope="incidents")


class _Change(msgspec.Struct, frozen=True, kw_only=True):
    summary: str | UnsetType = UNSET
    custom_details: Any = UNSET


@CHANGE_EVENTS.lists("listChangeEvents")
async def list_change_events(call: Call) -> dict[str, Any]:
    """List changes, the newest first."""
    return await _list(call)


@SERVICE_CHANGES.lists("listServiceChangeEvents")
async def list_service_change_events(call: Call, id: str) -> dict[str, Any]:
    """List the changes of a service, the newest first."""
    return await _list(call, id)


@RELATED_CHANGES.lists("listIncidentRelatedChangeEvents")
async def list_related_change_events(call: Call, id: str) -> dict[str, Any]:
    """List the changes of the same service in the day before an incident, the newest first."""
    page = call.query.page()
    found = await change_events.related(call.house, id, page.limit)
    reasons = ["most_recent", *["related_service"] * len(found)]
    shapes = [
        _shape(call, known) | {"correlation_reason": {"reason": reason}}
        for known, reason in zip(found, reasons, strict=False)
    ]
    return {"change_events": shapes}


@CHANGE_EVENTS.gets("getChangeEvent")
async def get_change_event(call: Call, id: str) -> dict[str, Any]:
    """Show a change."""
    return {"change_event": _shape(call, await change_events.get(call.house, id))}


@CHANGE_EVENTS.updates("updateChangeEvent")
async def update_change_event(call: Call, id: str) -> dict[str, Any]:
    """Say something else about a change."""
    body = call.body(_Change, "change_event")
    wish = Wish(summary=body.summary, custom_details=body.custom_details)
    return {"change_event": _shape(call, await change_events.change(call.house, id, wish))}


async def _list(call: Call, service_id: str | None = None) -> dict[str, Any]:
    page = call.query.page()
    since, until = bounds_asked(call.query, asked_zone(call))
    asked = Filter(
        service_id=service_id,
        integration_ids=call.query.many("integration_ids"),
        team_ids=call.query.many("team_ids"),
        since=since,
        until=until,
    )
    found, total = await change_events.find(call.house, asked, page.part)
    return page.wrap("change_events", found, lambda known: _shape(call, known), total=total)


def _shape(call: Call, known: Known) -> dict[str, Any]:
    change, names, links = known.change, known.names, call.links
    event, service_id, integration_id = change.event, change.service_id, change.integration_id
    return {
        **links.head("change_event", change.id, event.summary),
        "timestamp": event.timestamp or write_instant(change.at),
        "services": [links.ref("service", service_id, names.get(service_id))],
        "integration": links.ref(
            "integration",
            integration_id,
            names.get(integration_id),
            as_type="inbound_integration",
            within=f"/services/{service_id}",
        ),
        **change_shape(event),
    }
