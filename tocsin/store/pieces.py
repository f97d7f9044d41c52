"""The statement that writes whatever a transaction has to write.

Each table has a ``Piece``: a data-modifying query over ``unnest``-ed arrays. The pieces that have
rows are joined into one ``with``, so that a batch of any size costs one round trip.
"""

from collections.abc import Iterable
from functools import lru_cache
from typing import Final, NamedTuple

WAKE_ENGINES: Final = "work"  # the channel on which engines listen,
FOR_LANES: Final = "lanes"  # and what they hear: for whom there is something new
FOR_DISPATCHERS: Final = "deliveries"
FOR_PROBERS: Final = "rounds"


class Piece(NamedTuple):
    """A query over ``rows``, which ``unnest`` makes of one array per column."""

    query: str
    columns: tuple[tuple[str, str], ...]  # name, type


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
_CAST: Final = {
    **dict.fromkeys(("assignee_ids", "incident_ids"), "varchar[]"),
    **dict.fromkeys(("state", "body", "pages", "payload", "subject"), "json"),
    "classes": "text[]",
}


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
        ("message_id", "text"),
        ("carrier", "text"),
        ("receipt", "text"),
        ("receipt_at", "timestamptz"),
    ),
    "insert_messages": _insert(
        "messages",
        ("id", "text"),
        ("at", "timestamptz"),
        ("kind", "text"),
        ("channel", "text"),
        ("user_id", "text"),
        ("contact_method_id", "text"),
        ("address", "text"),
        ("incident_ids", "text"),
        ("body", "text"),
        ("classes", "text"),
        ("pages", "text"),
        ("provider_id", "text"),
    ),
    # What came of handing them over, and what their provider calls them and their address.
    "settle_messages": Piece(
        "update messages t set receipt = r.receipt, receipt_at = r.at, receipt_detail = r.detail,"
        " provider_ref = coalesce(r.provider_ref, t.provider_ref),"
        " address = coalesce(nullif(r.address, ''), t.address) from rows r where t.id = r.id",
        (
            ("id", "text"),
            ("receipt", "text"),
            ("at", "timestamptz"),
            ("detail", "text"),
            ("provider_ref", "text"),
            ("address", "text"),
        ),
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
        ("headers", "text"),
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
    "insert_deliveries": _insert(
        "deliveries",
        ("id", "text"),
        ("lane", "text"),
        ("destination_id", "text"),
        ("thread_id", "text"),
        ("kind", "text"),
        ("subject", "text"),
        ("due", "timestamptz"),
        ("created_at", "timestamptz"),
        also=", status",
        values=", 'waiting'",
    ),
    # A thread that is open already stays as it is, but held: whoever ends it sees what was added.
    "open_threads": Piece(
        "insert into delivery_threads (destination_id, thread_id, lane, due)"
        " select destination_id, thread_id, lane, due from rows"
        " on conflict (destination_id, thread_id) do update set lane = excluded.lane",
        (
            ("destination_id", "text"),
            ("thread_id", "text"),
            ("lane", "text"),
            ("due", "timestamptz"),
        ),
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
def statement(names: tuple[str, ...]) -> str:
    """Join the pieces of these names, whose arrays are the arguments."""
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
    return f"with {', '.join(parts)} select {', '.join(_wakes(names))}"


def _wakes(names: tuple[str, ...]) -> Iterable[str]:
    yield "1"
    if "insert_work" in names:
        yield f"pg_notify('{WAKE_ENGINES}', '{FOR_LANES}')"
    if "insert_deliveries" in names:
        yield f"pg_notify('{WAKE_ENGINES}', '{FOR_DISPATCHERS}')"
