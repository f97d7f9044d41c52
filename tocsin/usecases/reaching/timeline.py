"""Timeline: what an incident's log says of attempts to tell people."""

from datetime import datetime

from tocsin.domain.reaching.notification import Notification
from tocsin.domain.response.log_entry import LogEntry
from tocsin.kit.ids import new_id


def log_entry(notification: Notification, then: str = "") -> LogEntry:
    """Return what the timeline says of an attempt, and of what is done ``then``."""
    told = {
        "type": notification.kind,
        "address": notification.address,
        "status": "failed" if notification.status == "retrying" else notification.status,
    }
    has_failed = notification.status != "success"
    return entry_of(
        told,
        notification.incident_id,
        notification.at,
        user=notification.user_id,
        carrier=notification.carrier,
        reason=notification.detail if has_failed else "",
        then=then,
    )


def entry_of(
    told: dict[str, str], incident_id: str | None, at: datetime, **details: str | None
) -> LogEntry:
    """Return what the timeline says of what was ``told``; details that are empty say nothing."""
    return LogEntry(
        id=new_id("Q"),
        type="notify_log_entry",
        at=at,
        channel={"type": "auto", "notification": told},
        details={name: value for name, value in details.items() if value},
        incident_id=incident_id or "",
    )
