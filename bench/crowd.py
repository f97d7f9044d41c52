"""A crowd to be paged: each person has one contact method, and a policy and a service alone."""

import secrets
from typing import Any, Final

import sqlalchemy as sa
from msgspec import to_builtins
from sqlalchemy.ext.asyncio import AsyncConnection

from tocsin.domain.duty.escalation_policy import Rule, Target
from tocsin.domain.intake.service import UrgencyRule
from tocsin.kit.clock import system_clock
from tocsin.kit.ids import new_id
from tocsin.kit.sealing import digest
from tocsin.store import tables
from tocsin.store.people import people_tables as people
from tocsin.usecases.house import House

ESCALATES_AFTER: Final = 30  # minutes: nobody else is paged while this is measured
FIRST_NUMBER: Final = 5_550_000_000


async def gather(house: House, kind: str, count: int) -> list[str]:
    """Make people who are reached by a kind of contact method; return the keys of their services.

    They are made by SQL: this many would need an hour through the API, for its limits.
    """
    rows: dict[sa.Table, list[dict[str, Any]]] = {}
    keys = [secrets.token_hex(16) for _ in range(count)]
    for number, key in enumerate(keys):
        for table, row in _person(house, kind, number, key):
            rows.setdefault(table, []).append(row | {"created_at": system_clock()})
    async with house.database.begin() as tx:
        for table, some in rows.items():
            await _insert(tx, table, some)
    return keys


async def _insert(tx: AsyncConnection, table: sa.Table, rows: list[dict[str, Any]]) -> None:
    await tx.execute(sa.insert(table), rows)


def _person(house: House, kind: str, number: int, key: str) -> list[tuple[sa.Table, Any]]:
    user_id, method_id, policy_id, service_id = (new_id() for _ in range(4))
    name = f"{kind} {number}"
    rule = Rule(
        id=new_id(), delay_minutes=ESCALATES_AFTER, targets=(Target(kind="user", id=user_id),)
    )
    method = {"kind": kind, "country_code": 1, "address": str(FIRST_NUMBER + number)}
    ring = {"user_id": user_id, "contact_method_id": method_id, "urgency": "high"}
    service = {"escalation_policy_id": policy_id, "urgency_rule": to_builtins(UrgencyRule())}
    way_in = {"service_id": service_id, "kind": "events_api_v2_inbound_integration"}
    sealed = {"key_hash": digest(key), "key_encrypted": house.sealer.seal(key)}
    return [
        (people.users, {"id": user_id, "name": name, "email": f"{kind}{number}@example.com"}),
        (people.contact_methods, {"id": method_id, "user_id": user_id, "label": name, **method}),
        (people.notification_rules, {"id": new_id(), **ring}),
        (tables.escalation_policies, {"id": policy_id, "name": name, "rules": to_builtins([rule])}),
        (tables.services, {"id": service_id, "name": name, **service}),
        (tables.integrations, {"id": new_id(), "name": name, **way_in, **sealed}),
    ]
