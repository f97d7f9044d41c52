"""Alerts of an incident: what the monitoring tools said."""

from collections.abc import Sequence
from typing import Any, Final, Literal

import msgspec

from tocsin.api.event_shapes import body_shape
from tocsin.api.includes import whole_incidents, whole_services, whole_triggers
from tocsin.api.incoming import Ref
from tocsin.api.log_entry_shapes import trigger_ref
from tocsin.api.rest import Call, Resource
from tocsin.api.views import View
from tocsin.usecases.errors import Invalid, TooMany
from tocsin.usecases.response import alerts
from tocsin.usecases.response.alerts import Change, Filter, Known
from tocsin.usecases.response.incidents import by_hand

INCIDENT_ALERTS = Resource("/incidents/{id}/alerts", scope="incidents", item="alert_id")

AT_ONCE: Final = 250
INCLUDES: Final = ("services", "first_trigger_log_entries", "incidents")


class _Alert(msgspec.Struct, frozen=True, kw_only=True):
    id: str = ""
    status: Literal["triggered", "resolved"] | None = None
    incident: Ref | None = None


class _Alerts(msgspec.Struct, frozen=True):
    alerts: tuple[_Alert, ...]


@INCIDENT_ALERTS.lists("listIncidentAlerts")
async def list_alerts(call: Call, id: str) -> dict[str, Any]:
    """List the alerts of an incident, the oldest first unless asked otherwise."""
    page, query = call.query.page(), call.query
    asked = msgspec.convert(
        {
            "statuses": query.many_of("statuses", "triggered", "resolved"),
            "alert_key": query.text("alert_key"),
            "sorting": query.sorting("created_at", "resolved_at"),
        },
        Filter,
    )
    found, total = await alerts.find(call.house, id, asked, page.part)
    view = await _view(call, found)
    return page.wrap("alerts", found, lambda known: _shape(view, known), total=total)


@INCIDENT_ALERTS.gets("getIncidentAlert")
async def get_alert(call: Call, id: str, alert_id: str) -> dict[str, Any]:
    """Show an alert of an incident."""
    known = await alerts.get(call.house, id, alert_id)
    return {"alert": _shape(await _view(call, [known]), known)}


@INCIDENT_ALERTS.op("updateIncidentAlerts", "PUT", "", needs_from=True)
async def update_alerts(call: Call, id: str) -> dict[str, Any]:
    """Resolve alerts, trigger them again, or move them to another incident: all, or none."""
    changed = call.body(_Alerts).alerts
    if len(changed) > AT_ONCE:
        raise TooMany(f"At most {AT_ONCE} alerts can be changed at once.")
    if not all(alert.id for alert in changed):
        raise Invalid("Alerts must have an id.")
    found = await _change(call, id, [_wanted(alert.id, alert) for alert in changed])
    view = await _view(call, found)
    return {"alerts": [_shape(view, known) for known in found]}


@INCIDENT_ALERTS.updates("updateIncidentAlert", needs_from=True)
async def update_alert(call: Call, id: str, alert_id: str) -> dict[str, Any]:
    """Resolve an alert, trigger it again, or move it to another incident."""
    wanted = _wanted(alert_id, call.body(_Alert, "alert"))
    (known,) = found = await _change(call, id, [wanted])
    return {"alert": _shape(await _view(call, found), known)}


async def _change(call: Call, incident_id: str, changes: Sequence[Change]) -> list[Known]:
    return await alerts.change(call.house, incident_id, changes, by_hand(call.person), call.now)


def _wanted(alert_id: str, body: _Alert) -> Change:
    incident_id = body.incident.id if body.incident else None
    return Change(alert_id=alert_id, status=body.status, incident_id=incident_id)


async def _view(call: Call, found: Sequence[Known]) -> View:
    includes = call.query.includes(*INCLUDES)
    wholes: dict[str, dict[str, dict[str, Any]]] = {}
    if "services" in includes:
        wholes["services"] = await whole_services(call, {k.alert.service_id for k in found})
    if "incidents" in includes:
        ids = {known.alert.incident_id for known in found if known.alert.incident_id}
        wholes["incidents"] = await whole_incidents(call, ids)
    if "first_trigger_log_entries" in includes:
        triggers = [known.trigger for known in found if known.trigger]
        wholes["first_trigger_log_entries"] = await whole_triggers(call, triggers)
    return View(links=call.links, includes=includes, wholes=wholes)


def _shape(view: View, known: Known) -> dict[str, Any]:
    alert, names = known.alert, known.names
    incident_id, integration_id = alert.incident_id or "", alert.integration_id
    within = f"/services/{alert.service_id}"
    return view.links.head("alert", alert.id, alert.summary, within=f"/incidents/{incident_id}") | {
        "created_at": view.time(alert.created_at),
        "updated_at": view.time(alert.updated_at),
        "resolved_at": view.time(alert.resolved_at),
        "status": alert.status,
        "alert_key": alert.dedup_key,
        "suppressed": alert.suppressed,
        "severity": alert.severity,
        "service": view.refer("services", "service", alert.service_id, names),
        "incident": view.refer("incidents", "incident", incident_id, names),
        "integration": integration_id
        and view.links.ref(
            "integration",
            integration_id,
            names.get(integration_id),
            as_type="inbound_integration",
            within=within,
        ),
        "first_trigger_log_entry": _first_trigger(view, known),
        "body": body_shape(known.event),
        "privilege": None,
    }


def _first_trigger(view: View, known: Known) -> dict[str, Any] | None:
    if known.trigger is None:
        return None
    whole = view.wholes.get("first_trigger_log_entries", {}).get(known.trigger.id)
    return whole or trigger_ref(view.links, known.trigger, known.names)
