"""The configuration that paging needs, read in bulk by the ids that a batch touches."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

import asyncpg
import msgspec

from tocsin.domain.duty.escalation_policy import EscalationPolicy
from tocsin.domain.duty.schedule import Override, Schedule
from tocsin.domain.intake.service import Service
from tocsin.domain.people.user import ContactMethod, NotificationRule, User
from tocsin.store.reaching.providers import SealedProvider
from tocsin.store.settings import DECIDED


class Route(msgspec.Struct, frozen=True):
    """Where a key leads. ``settings`` are sealed."""

    integration_id: str
    integration_name: str
    service_id: str
    vendor_id: str | None = None
    settings: bytes | None = None


class Person(msgspec.Struct, frozen=True):
    """A user with the ways to reach them and their rules."""

    user: User
    methods: Mapping[str, ContactMethod]
    rules: tuple[NotificationRule, ...]


class Window(msgspec.Struct, frozen=True):
    """A maintenance window, by its bounds and services alone."""

    start: datetime
    end: datetime
    service_ids: frozenset[str]


async def version(connection: asyncpg.Connection) -> int:
    """Return the number that every change of configuration raises."""
    return int(await connection.fetchval("select version from config_version"))


async def routes(connection: asyncpg.Connection, hashes: Iterable[bytes]) -> dict[bytes, Route]:
    """Find the integrations that own these keys."""
    rows = await connection.fetch(
        "select key_hash, id, name, service_id, vendor_id, settings_encrypted from integrations"
        " where key_hash = any($1::bytea[])",
        list(hashes),
    )
    return {row[0]: Route(*row[1:]) for row in rows}


async def hearing_back(connection: asyncpg.Connection) -> frozenset[str]:
    """Return the integrations whose tools are told that somebody has their alerts."""
    rows = await connection.fetch("select id from integrations where hears_back")
    return frozenset(row["id"] for row in rows)


async def services(connection: asyncpg.Connection, ids: Iterable[str]) -> dict[str, Service]:
    """Read services."""
    rows = await connection.fetch(
        "select id, name, description, escalation_policy_id, disabled, acknowledgement_timeout,"
        " auto_resolve_timeout, urgency_rule::text, support_hours::text, scheduled_actions::text,"
        " alert_grouping::text, created_at from services where id = any($1::text[])",
        list(ids),
    )
    nested = ("urgency_rule", "support_hours", "scheduled_actions", "alert_grouping")
    return {row["id"]: msgspec.convert(_decoded(row, nested), Service) for row in rows}


async def policies(
    connection: asyncpg.Connection, ids: Iterable[str]
) -> dict[str, EscalationPolicy]:
    """Read escalation policies."""
    rows = await connection.fetch(
        "select id, name, description, rules::text, num_loops, on_call_handoff_notifications"
        " from escalation_policies where id = any($1::text[])",
        list(ids),
    )
    return {row["id"]: msgspec.convert(_decoded(row, ("rules",)), EscalationPolicy) for row in rows}


async def schedules(
    connection: asyncpg.Connection, ids: Iterable[str], now: datetime
) -> dict[str, Schedule]:
    """Read schedules with the overrides that are not over."""
    wanted = list(ids)
    rows = await connection.fetch(
        "select id, name, description, time_zone, layers::text, past::text"
        " from schedules where id = any($1::text[])",
        wanted,
    )
    overrides: dict[str, list[Override]] = {}
    for row in await connection.fetch(
        'select id, schedule_id, user_id, start, "end", created_at from overrides'
        ' where schedule_id = any($1::text[]) and "end" > $2 order by created_at, id',
        wanted,
        now,
    ):
        overrides.setdefault(row["schedule_id"], []).append(Override(**row))
    return {
        row["id"]: msgspec.convert(
            _decoded(row, ("layers", "past")) | {"overrides": tuple(overrides.get(row["id"], ()))},
            Schedule,
        )
        for row in rows
    }


async def people(connection: asyncpg.Connection, ids: Iterable[str]) -> dict[str, Person]:
    """Read users with their contact methods and notification rules."""
    wanted = list(ids)
    users = await connection.fetch(
        "select id, name, email, role, time_zone, language, awake_check_minutes, quiet_hours::text,"
        " digest_seconds, created_at from users where id = any($1::text[])",
        wanted,
    )
    methods = await connection.fetch(
        "select id, user_id, kind, label, address, country_code, send_short_email, sealed,"
        " proven_at, fault, fault_at, created_at"
        " from contact_methods where user_id = any($1::text[]) order by created_at, id",
        wanted,
    )
    rules = await connection.fetch(
        "select id, user_id, contact_method_id, urgency, delay_minutes, created_at"
        " from notification_rules where user_id = any($1::text[])"
        " order by delay_minutes, created_at, id",
        wanted,
    )
    return {
        row["id"]: Person(
            msgspec.convert(_decoded(row, ("quiet_hours",)), User),
            {m["id"]: ContactMethod(**m) for m in methods if m["user_id"] == row["id"]},
            tuple(NotificationRule(**r) for r in rules if r["user_id"] == row["id"]),
        )
        for row in users
    }


async def providers(connection: asyncpg.Connection) -> tuple[SealedProvider, ...]:
    """Read whom administrators have set up to carry messages."""
    rows = await connection.fetch(
        "select id, type, kind, name, position, settings_encrypted, is_disabled,"
        " most_per_minute, created_at, updated_at from providers order by kind, position, id"
    )
    return tuple(SealedProvider(**row) for row in rows)


async def windows(connection: asyncpg.Connection, now: datetime) -> tuple[Window, ...]:
    """Read the maintenance windows that are not over."""
    rows = await connection.fetch(
        'select start, "end", service_ids from maintenance_windows where "end" > $1', now
    )
    return tuple(Window(r["start"], r["end"], frozenset(r["service_ids"])) for r in rows)


async def owners(connection: asyncpg.Connection) -> tuple[str, ...]:
    """Return the account's owners, the first one first."""
    rows = await connection.fetch("select id from users where role = 'owner' order by created_at")
    return tuple(row["id"] for row in rows)


async def catch_all(connection: asyncpg.Connection) -> tuple[str, ...] | None:
    """Return whom administrators chose as the last resort; None if they left that open."""
    chosen = await connection.fetchval(
        "select value::text from settings where name = $1", f"{DECIDED}catch_all"
    )
    return tuple(msgspec.json.decode(chosen)) if chosen else None


async def users_called(connection: asyncpg.Connection, names: Iterable[str]) -> tuple[str, ...]:
    """Return the ids of users with these ids or e-mail addresses, in their order of arrival."""
    wanted = list(names)
    rows = await connection.fetch(
        "select id from users where id = any($1::text[])"
        " union select id from users where lower(email) = any($2::text[])",
        wanted,
        [name.lower() for name in wanted],
    )
    return tuple(sorted(row["id"] for row in rows))  # ids sort by their time


async def rings(connection: asyncpg.Connection, rule_ids: Iterable[str]) -> dict[str, int]:
    """Read the round robin counters of these rules."""
    rows = await connection.fetch(
        "select rule_id, dealt from rings where rule_id = any($1::text[])", sorted(rule_ids)
    )
    return {row["rule_id"]: row["dealt"] for row in rows}


async def hold_rings(connection: asyncpg.Connection, rule_ids: Iterable[str]) -> dict[str, int]:
    """Hold the round robin counters of these rules until the transaction ends."""
    rows = await connection.fetch(
        "select rule_id, dealt from rings where rule_id = any($1::text[])"
        " order by rule_id for update",
        sorted(rule_ids),
    )
    return {row["rule_id"]: row["dealt"] for row in rows}


def _decoded(row: asyncpg.Record, nested: Iterable[str]) -> dict[str, Any]:
    """Read JSON columns from their text: connections differ in what they make of JSON."""
    texts = {name: row[name] for name in nested}
    return dict(row) | {
        name: None if text is None else msgspec.json.decode(text) for name, text in texts.items()
    }
