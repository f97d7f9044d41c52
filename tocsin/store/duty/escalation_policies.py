"""Escalation policies: what can be asked about them beyond their rows."""

from collections.abc import Iterable, Sequence
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.ext.asyncio import AsyncConnection

from tocsin.domain.duty.escalation_policy import EscalationPolicy, TargetKind
from tocsin.store import tables
from tocsin.store.rows import Rows, Where

POLICIES: Final = Rows(tables.escalation_policies, EscalationPolicy)
BY_NAME: Final = (sa.func.lower(tables.escalation_policies.c.name),)
BY_NAME_BACKWARDS: Final = (sa.func.lower(tables.escalation_policies.c.name).desc(),)

_OF_SCHEDULES: Final = sa.text("""
select distinct target->>'id' as schedule_id, p.id, p.name
from escalation_policies p,
  jsonb_path_query(p.rules, '$[*].targets[*] ? (@.kind == "schedule")') as target
where target->>'id' = any(:schedule_ids) order by p.name, p.id
""")

Named = tuple[str, str]  # id, name


def named_like(text: str) -> Where:
    """Find by a part of the name."""
    return POLICIES.c.name.icontains(text, autoescape=True)


def targeting(kind: TargetKind, ids: Iterable[str]) -> Where:
    """Find those that page at least one of these users, or of these schedules."""
    pages = (POLICIES.c.rules.contains(_rules_with(kind, id_)) for id_ in ids)
    return sa.or_(sa.false(), *pages)


async def services_of(tx: AsyncConnection, ids: Iterable[str]) -> dict[str, list[Named]]:
    """Return the services that each of these policies stands behind."""
    services = tables.services.c
    query = (
        sa.select(services.escalation_policy_id, services.id, services.name)
        .where(services.escalation_policy_id.in_(sorted(set(ids))))
        .order_by(services.name, services.id)
    )
    return _grouped((await tx.execute(query)).all())


async def of_schedules(tx: AsyncConnection, ids: Iterable[str]) -> dict[str, list[Named]]:
    """Return the policies that page each of these schedules."""
    rows = await tx.execute(_OF_SCHEDULES, {"schedule_ids": sorted(set(ids))})
    return _grouped(rows.all())


async def is_climbed_to(tx: AsyncConnection, schedule_id: str) -> bool:
    """Say whether an open incident's own copy of its policy pages this schedule."""
    incidents = tables.incidents.c
    rules = sa.cast(incidents.state, JSONB)["policy"]["rules"]
    query = sa.select(incidents.id).where(
        incidents.status != "resolved", rules.contains(_rules_with("schedule", schedule_id))
    )
    return (await tx.execute(query.limit(1))).first() is not None


async def forget_rings(tx: AsyncConnection, rule_ids: Iterable[str]) -> None:
    """Take away the round robin counters of rules that are gone."""
    await tx.execute(sa.delete(tables.rings).where(tables.rings.c.rule_id.in_(sorted(rule_ids))))


def _rules_with(kind: TargetKind, id_: str) -> list[dict[str, Any]]:
    return [{"targets": [{"kind": kind, "id": id_}]}]


def _grouped(rows: Sequence[Any]) -> dict[str, list[Named]]:
    found: dict[str, list[Named]] = {}
    for owner_id, id_, name in rows:
        found.setdefault(owner_id, []).append((id_, name))
    return found
