"""All that one transaction wants to write, put down in a single statement.

Each table has a ``Piece``: a data-modifying query over ``unnest``-ed arrays. The pieces that have
rows are joined into one ``with``, so that a batch of any size costs one round trip.
"""

from collections.abc import Iterable, Sequence
from functools import lru_cache
from typing import Any, Final, NamedTuple

import asyncpg
import msgspec
from msgspec.structs import astuple

from tocsin.domain.alert import Alert
from tocsin.domain.event import ChangeEvent
from tocsin.domain.incident import Incident
from tocsin.domain.log_entry import LogEntry
from tocsin.domain.notification import Notification
from tocsin.domain.work import Work

WAKE_ENGINES: Final = "work"  # the channel on which engines listen for new work


class Piece(NamedTuple):
    """A query over ``rows``, which ``unnest`` makes of one array per column."""

    query: str
    columns: tuple[tuple[str, str], ...]  # name, type


class Arrived(msgspec.Struct, frozen=True, kw_only=True):
    """A change event on its way into a service."""

    id: str
    service_id: str
    integration_id: str
    at: Any
    event: ChangeEvent


class Stray(msgspec.Struct, frozen=True, kw_only=True):
    """A request that fits nowhere: kept in quarantine for people to look at."""

    id: str
    at: Any
    reason: str
    path: str
    sender: str
    key_hint: str
    body: bytes


class AlarmRow(msgspec.Struct, frozen=True, kw_only=True):
    """A sentence for the administrators."""

    id: str
    at: Any
    incident_id: str | None
    sentence: str


class Writes(msgspec.Struct, kw_only=True):
    """What a transaction has decided so far. The last word on an incident or alert wins."""

    new_incidents: dict[str, Incident] = {}
    incidents: dict[str, Incident] = {}
    new_alerts: dict[str, Alert] = {}
    alerts: dict[str, Alert] = {}
    log: list[LogEntry] = []
    work: list[Work] = []
    notifications: list[Notification] = []
    change_events: list[Arrived] = []
    strays: list[Stray] = []
    alarms: list[AlarmRow] = []
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
        await connection.execute(_statement(tuple(names)), *arguments)


def _rows_of(writes: Writes) -> Iterable[tuple[str, list[tuple[Any, ...]]]]:
    yield "insert_incidents", [_incident_row(i) for i in writes.new_incidents.values()]
    yield "update_incidents", [_incident_row(i) for i in writes.incidents.values()]
    yield "insert_alerts", [_alert_row(a) for a in writes.new_alerts.values()]
    yield "update_alerts", [_alert_change(a) for a in writes.alerts.values()]
    yield "insert_log", [_log_row(e) for e in writes.log]
    yield "insert_work", [_work_row(w) for w in writes.work]
    yield "insert_notifications", [astuple(n) for n in writes.notifications]
    yield "insert_changes", [_change_row(c) for c in writes.change_events]
    yield "insert_strays", [_stray_row(s) for s in writes.strays]
    yield "insert_alarms", [(a.id, a.at, a.incident_id, a.sentence) for a in writes.alarms]
    yield "deal", list(writes.dealt.items())
    yield "hear", sorted(writes.heard.items())


def _json(value: object) -> str:
    return msgspec.json.encode(value).decode()


def _ids(ids: Iterable[str]) -> str:
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
        _ids(a.user_id for a in incident.assignments),
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
        kept,
        len(stray.body),
    )


MAX_KEPT: Final = 64 * 1024

_INCIDENT_COLUMNS: Final = (
    ("id", "text"),
    ("title", "text"),
    ("service_id", "text"),
    ("status", "text"),
    ("urgency", "text"),
    ("priority_id", "text"),
    ("incident_key", "text"),
    ("created_at", "timestamptz"),
    ("updated_at", "timestamptz"),
    ("resolved_at", "timestamptz"),
    ("generation", "int"),
    ("assignee_ids", "text"),
    ("state", "text"),
)
_CAST: Final = {"assignee_ids": "varchar[]", "state": "json", "body": "json", "payload": "json"}


def _insert(table: str, *columns: tuple[str, str], also: str = "", values: str = "") -> Piece:
    names = ", ".join(name for name, _ in columns)
    picked = ", ".join(
        f"r.{name}::{_CAST[name]}" if kind == "text" and name in _CAST else f"r.{name}"
        for name, kind in columns
    )
    return Piece(
        f"insert into {table} ({names}{also}) select {picked}{values} from rows r", columns
    )


_PIECES: Final = {
    "insert_incidents": _insert("incidents", *_INCIDENT_COLUMNS),
    "update_incidents": Piece(
        "update incidents t set title = r.title, service_id = r.service_id, status = r.status,"
        " urgency = r.urgency, priority_id = r.priority_id, updated_at = r.updated_at,"
        " resolved_at = r.resolved_at, generation = r.generation,"
        " assignee_ids = r.assignee_ids::varchar[], state = r.state::json"
        " from rows r where t.id = r.id",
        _INCIDENT_COLUMNS,
    ),
    "insert_alerts": _insert(
        "alerts",
        ("id", "text"),
        ("service_id", "text"),
        ("integration_id", "text"),
        ("incident_id", "text"),
        ("dedup_key", "text"),
        ("status", "text"),
        ("suppressed", "bool"),
        ("summary", "text"),
        ("severity", "text"),
        ("created_at", "timestamptz"),
        ("updated_at", "timestamptz"),
        ("resolved_at", "timestamptz"),
        ("body", "text"),
    ),
    "update_alerts": Piece(
        "update alerts t set incident_id = r.incident_id, status = r.status,"
        " suppressed = r.suppressed, severity = r.severity, updated_at = r.updated_at,"
        " resolved_at = r.resolved_at from rows r where t.id = r.id",
        (
            ("id", "text"),
            ("incident_id", "text"),
            ("status", "text"),
            ("suppressed", "bool"),
            ("severity", "text"),
            ("updated_at", "timestamptz"),
            ("resolved_at", "timestamptz"),
        ),
    ),
    "insert_log": _insert(
        "log_entries",
        ("id", "text"),
        ("incident_id", "text"),
        ("type", "text"),
        ("at", "timestamptz"),
        ("body", "text"),
    ),
    "insert_work": _insert(
        "work",
        ("lane", "text"),
        ("kind", "text"),
        ("due", "timestamptz"),
        ("incident_id", "text"),
        ("generation", "int"),
        ("user_id", "text"),
        ("contact_method_id", "text"),
        ("payload", "text"),
        also=", planned_for",
        values=", r.due",
    ),
    "insert_notifications": _insert(
        "notifications",
        ("id", "text"),
        ("incident_id", "text"),
        ("user_id", "text"),
        ("contact_method_id", "text"),
        ("kind", "text"),
        ("address", "text"),
        ("status", "text"),
        ("detail", "text"),
        ("provider_id", "text"),
        ("at", "timestamptz"),
    ),
    "insert_changes": _insert(
        "change_events",
        ("id", "text"),
        ("service_id", "text"),
        ("integration_id", "text"),
        ("at", "timestamptz"),
        ("summary", "text"),
        ("body", "text"),
    ),
    "insert_strays": _insert(
        "quarantine",
        ("id", "text"),
        ("at", "timestamptz"),
        ("reason", "text"),
        ("path", "text"),
        ("sender", "text"),
        ("key_hint", "text"),
        ("body", "bytea"),
        ("body_bytes", "int"),
    ),
    "insert_alarms": _insert(
        "alarms",
        ("id", "text"),
        ("at", "timestamptz"),
        ("incident_id", "text"),
        ("sentence", "text"),
    ),
    "deal": Piece(
        "insert into rings (rule_id, dealt) select rule_id, dealt from rows"
        " on conflict (rule_id) do update set dealt = rings.dealt + excluded.dealt",
        (("rule_id", "text"), ("dealt", "bigint")),
    ),
    # An integration that was heard a moment ago is left alone: in a storm all would wait for it.
    "hear": Piece(
        "insert into last_events (integration_id, at)"
        " select r.integration_id, r.at from rows r left join last_events e"
        " on e.integration_id = r.integration_id"
        " where e.at is null or e.at < r.at - interval '10 seconds'"
        " on conflict (integration_id) do update set at = excluded.at",
        (("integration_id", "text"), ("at", "timestamptz")),
    ),
}


@lru_cache
def _statement(names: tuple[str, ...]) -> str:
    parts: list[str] = []
    argument = 0
    for name in names:
        piece = _PIECES[name]
        arrays = []
        for _, kind in piece.columns:
            argument += 1
            arrays.append(f"${argument}::{kind}[]")
        columns = ", ".join(column for column, _ in piece.columns)
        rows = f"rows as (select * from unnest({', '.join(arrays)}) as x({columns}))"
        parts.append(f"{name} as (with {rows} {piece.query})")
    wake = f"pg_notify('{WAKE_ENGINES}', '')" if "insert_work" in names else "1"
    return f"with {', '.join(parts)} select {wake}"
