"""A past for tests: incidents that were, what their log says, and who was paged when."""

from datetime import UTC, datetime, timedelta
from typing import Any

import sqlalchemy as sa

from tests.night import Night
from tocsin.domain.people.user import Urgency, User
from tocsin.domain.response.log_entry import AgentKind
from tocsin.kit.ids import new_id
from tocsin.store.tables import incidents, log_entries, notifications

_TOLD = {
    "acknowledged": "acknowledge_log_entry",
    "escalated": "escalate_log_entry",
    "resolved": "resolve_log_entry",
}


def day(text: str) -> datetime:
    """Return the instant at which clocks in UTC show ``2026-03-02 12:00``."""
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


class Past:
    """Writes what would have been written, had it happened."""

    def __init__(self, night: Night) -> None:
        self.night = night

    async def incident(
        self, at: str, *, service_id: str | None = None, urgency: Urgency = "high", **told: Any
    ) -> str:
        """Let an incident have begun. ``resolved=(30, "user")``: by a person after 30 minutes."""
        began, id_ = day(at), new_id("Q")
        course = {
            what: [given] if isinstance(given, tuple) else given for what, given in told.items()
        }
        ended = [began + timedelta(minutes=minutes) for minutes, _ in course.get("resolved", ())]
        row: dict[str, Any] = {
            "id": id_,
            "title": "Disk full",
            "service_id": service_id or self.night.team.service.id,
            "status": "resolved" if ended else "triggered",
            "urgency": urgency,
            "created_at": began,
            "updated_at": began,
            "resolved_at": max(ended, default=None),
            "generation": 1,
            "assignee_ids": [],
            "state": {},
        }
        await self.night.sql(sa.insert(incidents).values(row))
        for what, entries in course.items():
            for minutes, kind in entries:
                await self._tell(id_, _TOLD[what], began + timedelta(minutes=minutes), kind)
        return id_

    async def page(
        self, user: User, incident_id: str, *times: str, status: str = "success"
    ) -> None:
        """Let somebody have been paged."""
        for at in times:
            row = {
                "id": new_id("Q"),
                "incident_id": incident_id,
                "user_id": user.id,
                "kind": "email",
                "address": user.email,
                "status": status,
                "detail": "250 OK",
                "at": day(at),
            }
            await self.night.sql(sa.insert(notifications).values(row))

    async def _tell(self, incident_id: str, type_: str, at: datetime, kind: AgentKind) -> None:
        row = {
            "id": new_id("Q"),
            "incident_id": incident_id,
            "type": type_,
            "at": at,
            "body": {
                "agent": {"kind": kind, "id": "PSOMEBODY", "summary": None},
                "channel": {"type": "auto"},
                "details": {},
            },
        }
        await self.night.sql(sa.insert(log_entries).values(row))
