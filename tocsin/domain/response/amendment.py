"""Amendments: what people write on an incident without changing its course."""

from datetime import datetime

from msgspec.structs import replace

from tocsin.domain.response.command import (
    Annotate,
    ChangeBridge,
    ChangePriority,
    ChangeService,
    Decision,
    Publish,
    Retitle,
)
from tocsin.domain.response.course import entry, stay
from tocsin.domain.response.incident import ConferenceBridge, Incident


def change_priority(incident: Incident, command: ChangePriority, now: datetime) -> Decision:
    """Give the incident another priority, or none."""
    new = command.priority_id
    if incident.priority_id == new:
        return Decision(incident=incident)
    changed = _changeset("priority", incident.priority_id, new) | {"priority": command.name}
    log = (entry("priority_change_log_entry", incident, now, command, changed),)
    return stay(incident, now, log=log, priority_id=new)


def retitle(incident: Incident, command: Retitle, now: datetime) -> Decision:
    """Give the incident another title."""
    if incident.title == command.title:
        return Decision(incident=incident)
    changed = _changeset("title", incident.title, command.title)
    log = (entry("field_value_change_log_entry", incident, now, command, changed),)
    return stay(incident, now, log=log, title=command.title)


def change_service(incident: Incident, command: ChangeService, now: datetime) -> Decision:
    """Say that another service is what is broken."""
    if incident.service_id == command.service_id:
        return Decision(incident=incident)
    changed = _changeset("service", incident.service_id, command.service_id)
    log = (entry("field_value_change_log_entry", incident, now, command, changed),)
    return stay(incident, now, log=log, service_id=command.service_id)


def change_bridge(incident: Incident, command: ChangeBridge, now: datetime) -> Decision:
    """Talk about the incident elsewhere."""
    old, new = incident.conference_bridge, command.bridge
    if old == new:
        return Decision(incident=incident)
    changed = _changeset("conference bridge", _said(old), _said(new))
    log = (entry("field_value_change_log_entry", incident, now, command, changed),)
    return stay(incident, now, log=log, conference_bridge=new)


def annotate(incident: Incident, command: Annotate, now: datetime) -> Decision:
    """Add a note; its channel repeats the text, as clients read it there."""
    text = command.content
    plain = entry("annotate_log_entry", incident, now, command, {"note": text})
    log = (replace(plain, channel={"type": "note", "summary": text, "content": text}),)
    return stay(incident, now, log=log)


def publish(incident: Incident, command: Publish, now: datetime) -> Decision:
    """Tell subscribers how it stands."""
    log = (entry("status_update_log_entry", incident, now, command, {"note": command.message}),)
    return stay(incident, now, log=log)


def _said(bridge: ConferenceBridge | None) -> str | None:
    if bridge is None:
        return None
    return " · ".join(filter(None, (bridge.number, bridge.url))) or None


def _changeset(field: str, old: str | None, new: str | None) -> dict[str, object]:
    return {"changeset": [{"field": field, "old": old, "new": new}]}
