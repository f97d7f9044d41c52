"""All that one transaction wants to write, put down in a single statement (see ``pieces``)."""

from collections.abc import Iterable, Sequence
from typing import Any, Final

import asyncpg
import msgspec
from msgspec.structs import astuple

from tocsin.domain.intake.event import ChangeEvent
from tocsin.domain.machines.delivery import Dispatch
from tocsin.domain.reaching.channel import Delivery
from tocsin.domain.reaching.hearing import ReceiptState
from tocsin.domain.reaching.notification import Notification
from tocsin.domain.reaching.sent import Sent
from tocsin.domain.response.alert import Alert
from tocsin.domain.response.incident import Incident
from tocsin.domain.response.log_entry import LogEntry
from tocsin.domain.work import Work
from tocsin.store.pieces import statement

MAX_KEPT: Final = 64 * 1024


class Arrived(msgspec.Struct, frozen=True, kw_only=True):
    """A change event on its way into a service."""

    id: str
    service_id: str
    integration_id: str
    at: Any
    event: ChangeEvent


class Stray(msgspec.Struct, frozen=True, kw_only=True):
    """A request that fits nowhere: kept in quarantine for people to look at.

    ``headers`` are kept of callbacks alone, without secrets.
    """

    id: str
    at: Any
    reason: str
    path: str
    sender: str
    key_hint: str
    headers: str = ""
    body: bytes


class AlarmRow(msgspec.Struct, frozen=True, kw_only=True):
    """A sentence for the administrators."""

    id: str
    at: Any
    incident_id: str | None
    sentence: str


class Settled(msgspec.Struct, frozen=True, kw_only=True):
    """What came of handing a message over."""

    message_id: str
    delivery: Delivery
    receipt: ReceiptState
    at: Any


class Writes(msgspec.Struct, kw_only=True):
    """What a transaction has decided so far. The last word on an incident or alert wins."""

    new_incidents: dict[str, Incident] = {}
    incidents: dict[str, Incident] = {}
    new_alerts: dict[str, Alert] = {}
    alerts: dict[str, Alert] = {}
    log: list[LogEntry] = []
    work: list[Work] = []
    notifications: list[Notification] = []
    messages: list[Sent] = []
    settled: list[Settled] = []
    change_events: list[Arrived] = []
    strays: list[Stray] = []
    alarms: list[AlarmRow] = []
    dispatches: list[Dispatch] = []
    dealt: dict[str, int] = {}
    heard: dict[str, Any] = {}  # integration id -> when

    def put_incident(self, incident: Incident) -> None:
        """Keep the newest state of an incident, whether it is stored already or not."""
        known = self.new_incidents if incident.id in self.new_incidents else self.incidents
        known[incident.id] = incident

    def put_alert(self, alert: Alert) -> None:
        """Keep the newest state of an alert, whether it is stored already or not."""
        known = self.new_alerts if alert.id in self.new_alerts else self.alerts
        known[alert.id] = alert


async def flush(connection: asyncpg.Connection, writes: Writes) -> None:
    """Write everything in one statement, and wake the engines if there is work."""
    names: list[str] = []
    arguments: list[Sequence[Any]] = []
    for name, rows in _rows_of(writes):
        if rows:
            names.append(name)
            arguments.extend(zip(*rows, strict=True))
    if names:
        await connection.execute(statement(tuple(names)), *arguments)


def _rows_of(writes: Writes) -> Iterable[tuple[str, list[tuple[Any, ...]]]]:
    yield "insert_incidents", [_incident_row(i) for i in writes.new_incidents.values()]
    yield "update_incidents", [_incident_row(i) for i in writes.incidents.values()]
    yield "insert_alerts", [_alert_row(a) for a in writes.new_alerts.values()]
    yield "update_alerts", [_alert_change(a) for a in writes.alerts.values()]
    yield "insert_log", [_log_row(e) for e in writes.log]
    yield "insert_work", [_work_row(w) for w in writes.work]
    yield "insert_notifications", [astuple(n) for n in writes.notifications]
    yield "insert_messages", [_message_row(m) for m in writes.messages]
    yield "settle_messages", [_settled_row(s) for s in writes.settled]
    yield "insert_changes", [_change_row(c) for c in writes.change_events]
    yield "insert_strays", [_stray_row(s) for s in writes.strays]
    yield "insert_alarms", [(a.id, a.at, a.incident_id, a.sentence) for a in writes.alarms]
    yield "insert_deliveries", [_delivery_row(d) for d in writes.dispatches]
    yield "open_threads", sorted(_threads(writes.dispatches))
    yield "deal", list(writes.dealt.items())
    yield "hear", sorted(writes.heard.items())


def _json(value: object) -> str:
    return msgspec.json.encode(value).decode()


def _array(ids: Iterable[str]) -> str:
    return "{" + ",".join(ids) + "}"


def _incident_row(incident: Incident) -> tuple[Any, ...]:
    return (
        incident.id,
        incident.title,
        incident.service_id,
        incident.status,
        incident.urgency,
        incident.priority_id,
        incident.incident_key,
        incident.created_at,
        incident.updated_at,
        incident.resolved_at,
        incident.generation,
        _array(a.user_id for a in incident.assignments),
        _json(incident),
    )


def _alert_row(alert: Alert) -> tuple[Any, ...]:
    return (
        alert.id,
        alert.service_id,
        alert.integration_id,
        alert.incident_id,
        alert.dedup_key,
        alert.status,
        alert.suppressed,
        alert.summary,
        alert.severity,
        alert.created_at,
        alert.updated_at,
        alert.resolved_at,
        _json(alert.body),
    )


def _alert_change(alert: Alert) -> tuple[Any, ...]:
    return (
        alert.id,
        alert.incident_id,
        alert.status,
        alert.suppressed,
        alert.severity,
        alert.updated_at,
        alert.resolved_at,
    )


def _log_row(entry: LogEntry) -> tuple[Any, ...]:
    body = {"agent": entry.agent, "channel": entry.channel, "details": entry.details}
    return (entry.id, entry.incident_id, entry.type, entry.at, _json(body))


def _work_row(work: Work) -> tuple[Any, ...]:
    return (
        work.lane,
        work.kind,
        work.due,
        work.incident_id,
        work.generation,
        work.user_id,
        work.contact_method_id,
        None if work.payload is None else _json(work.payload),
    )


def _message_row(sent: Sent) -> tuple[Any, ...]:
    return (
        sent.id,
        sent.at,
        sent.kind,
        sent.channel,
        sent.user_id,
        sent.contact_method_id,
        sent.address,
        _array(sent.incident_ids),
        _json(sent.body),
        _array(sent.classes),
        _json(sent.pages),
        sent.provider_id,
    )


def _settled_row(settled: Settled) -> tuple[Any, ...]:
    told = settled.delivery
    return (
        settled.message_id,
        settled.receipt,
        settled.at,
        told.detail,
        told.provider_id,
        told.address,
    )


def _change_row(change: Arrived) -> tuple[Any, ...]:
    return (
        change.id,
        change.service_id,
        change.integration_id,
        change.at,
        change.event.summary,
        _json(change.event),
    )


def _stray_row(stray: Stray) -> tuple[Any, ...]:
    kept = stray.body[:MAX_KEPT]
    return (
        stray.id,
        stray.at,
        stray.reason,
        stray.path,
        stray.sender,
        stray.key_hint,
        stray.headers,
        kept,
        len(stray.body),
    )


def _delivery_row(dispatch: Dispatch) -> tuple[Any, ...]:
    return (
        dispatch.id,
        dispatch.lane,
        dispatch.destination_id,
        dispatch.thread_id,
        dispatch.kind,
        _json(dispatch.subject),
        dispatch.due,
        dispatch.created_at,
    )


def _threads(dispatches: Iterable[Dispatch]) -> Iterable[tuple[Any, ...]]:
    """Return each thread with the first that is told to it."""
    firsts: dict[tuple[str, str], Dispatch] = {}
    for dispatch in dispatches:
        firsts.setdefault((dispatch.destination_id, dispatch.thread_id), dispatch)
    return ((*thread, first.lane, first.due) for thread, first in firsts.items())
