"""Timeline: what an incident's log says of attempts to tell people."""

from typing import Any

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
    details: dict[str, Any] = {
        "user": notification.user_id,
        "carrier": notification.carrier,
        "reason": notification.detail if has_failed else "",
        "then": then,
    }
    return LogEntry(
        id=new_id("Q"),
        type="notify_log_entry",
        at=notification.at,
        channel={"type": "auto", "notification": told},
        details={name: value for name, value in details.items() if value},
        incident_id=notification.incident_id or "",
    )
