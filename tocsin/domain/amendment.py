"""Amendments: what people write on an incident without changing its course."""

from datetime import datetime

from msgspec.structs import replace

from tocsin.domain.command import Annotate, ChangePriority, Decision, Retitle
from tocsin.domain.course import entry, stay
from tocsin.domain.incident import Incident


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


def annotate(incident: Incident, command: Annotate, now: datetime) -> Decision:
    """Add a note; its channel repeats the text, as clients read it there."""
    text = command.content
    plain = entry("annotate_log_entry", incident, now, command, {"note": text})
    log = (replace(plain, channel={"type": "note", "summary": text, "content": text}),)
    return stay(incident, now, log=log)


def _changeset(field: str, old: str | None, new: str | None) -> dict[str, object]:
    return {"changeset": [{"field": field, "old": old, "new": new}]}
