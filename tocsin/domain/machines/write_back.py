"""Writing back: what a tool is told when somebody here acknowledges, or lets go of, its alert."""

import re
from datetime import datetime, timedelta
from typing import Any, Final, Literal

import msgspec

from tocsin.domain.intake.integration_settings import AtlasAccess
from tocsin.domain.response.log_entry import Agent, LogEntry, LogEntryType
from tocsin.kit.instants import write_instant
from tocsin.kit.text import one_line, printable

Course = Literal["acknowledge", "unacknowledge"]

LASTS: Final = timedelta(hours=24)  # then Atlas reminds, unless it was told once more
LONGEST_COMMENT: Final = 200
COURSES: Final[dict[LogEntryType, Course]] = {
    "acknowledge_log_entry": "acknowledge",
    "unacknowledge_log_entry": "unacknowledge",
}

_ID: Final = re.compile(r"[0-9a-f]{24}")


class AtlasAlert(msgspec.Struct, frozen=True, kw_only=True):
    """An alert of Atlas, by the project it is in."""

    integration_id: str
    incident_id: str
    group_id: str
    alert_id: str


class AtlasRequest(msgspec.Struct, frozen=True, kw_only=True):
    """What Atlas is asked to do, and with whose key."""

    access: AtlasAccess
    path: str
    body: str


def is_echo(entry: LogEntry, integration_id: str) -> bool:
    """Say whether a tool would hear back what it has said itself."""
    by = entry.agent
    return by is not None and (by.kind, by.id) == ("integration", integration_id)


def is_of_atlas(alert: AtlasAlert) -> bool:
    """Say whether an alert has ids as Atlas gives them: they become part of an address."""
    return bool(_ID.fullmatch(alert.group_id) and _ID.fullmatch(alert.alert_id))


def path_of(group_id: str, alert_id: str) -> str:
    """Return where Atlas has an alert."""
    return f"/api/atlas/v2/groups/{group_id}/alerts/{alert_id}"


def told_to_atlas(course: Course, by: str, at: datetime) -> dict[str, Any]:
    """Return what Atlas is told of an alert."""
    if course == "unacknowledge":
        return {"unacknowledgeAlert": True}
    comment = one_line(printable(f"Acknowledged in Tocsin by {by}"), LONGEST_COMMENT)
    return {"acknowledgedUntil": write_instant(at + LASTS), "acknowledgementComment": comment}


def name_of(agent: Agent | None) -> str:
    """Return who did it, as others may know them."""
    return (agent.summary or agent.id) if agent else "an app"
