"""Alarms: what administrators must know. PagerDuty has nothing like it."""

from typing import Any

from tocsin.api.rest import Call, Resource
from tocsin.kit.instants import write_instant
from tocsin.usecases import alarms

ALARMS = Resource("/alarms", scope="alarms")


@ALARMS.op("listAlarms", "GET", "", power="manage")
async def list_alarms(call: Call) -> dict[str, Any]:
    """List alarms, the newest first."""
    page, links = call.query.page(), call.links
    found, names, total = await alarms.find(call.house, page.part)

    def shape(alarm: alarms.Alarm) -> dict[str, Any]:
        incident_id = alarm.incident_id
        return {
            "id": alarm.id,
            "type": "alarm",
            "summary": alarm.sentence,
            "created_at": write_instant(alarm.at),
            "incident": incident_id and links.ref("incident", incident_id, names.get(incident_id)),
        }

    return page.wrap("alarms", found, shape, total=total)
