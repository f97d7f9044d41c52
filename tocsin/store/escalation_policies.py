"""Escalation policies: read, found and written, and what hangs on them."""

from collections.abc import Iterable, Sequence
from typing import Any, Final

import msgspec
import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.ext.asyncio import AsyncConnection

from tocsin.domain.escalation_policy import EscalationPolicy, Rule, TargetKind
from tocsin.store.tables import escalation_policies, incidents, rings, services

_decode_rules = msgspec.json.Decoder(tuple[Rule, ...]).decode

_WHOLE = (
    escalation_policies.c.id,
    escalation_policies.c.name,
    escalation_policies.c.description,
    escalation_policies.c.num_loops,
    escalation_policies.c.on_call_handoff_notifications,
    sa.cast(escalation_policies.c.rules, sa.Text).label("rules"),
)

_OF_SCHEDULES: Final = sa.text("""
select distinct target->>'id' as schedule_id, p.id, p.name
from escalation_policies p,
  jsonb_path_query(p.rules, '$[*].targets[*] ? (@.kind == "schedule")') as target
where target->>'id' = any(:schedule_ids) order by p.name, p.id
""")


async def get(tx: AsyncConnection, policy_id: str) -> EscalationPolicy | None:
    """Read a policy."""
    query = sa.select(*_WHOLE).where(escalation_policies.c.id == policy_id)
    row = (await tx.execute(query)).first()
    return None if row is None else _from_row(row)


async def lock(tx: AsyncConnection, policy_id: str) -> EscalationPolicy | None:
    """Read a policy, and hold it until the transaction ends."""
    query = sa.select(*_WHOLE).where(escalation_policies.c.id == policy_id).with_for_update()
    row = (await tx.execute(query)).first()
    return None if row is None else _from_row(row)


async def get_many(tx: AsyncConnection, ids: Iterable[str]) -> dict[str, EscalationPolicy]:
    """Read those of these policies that exist."""
    query = sa.select(*_WHOLE).where(escalation_policies.c.id.in_(set(ids)))
    return {row.id: _from_row(row) for row in await tx.execute(query)}


async def find(
    tx: AsyncConnection,
    *where: sa.ColumnElement[bool],
    descending: bool = False,
    limit: int | None = None,
    offset: int = 0,
) -> list[EscalationPolicy]:
    """List the policies that fit, by name."""
    name = sa.func.lower(escalation_policies.c.name)
    order = name.desc() if descending else name
    query = sa.select(*_WHOLE).where(*where).order_by(order, escalation_policies.c.id)
    return [_from_row(row) for row in await tx.execute(query.limit(limit).offset(offset))]


async def count(tx: AsyncConnection, *where: sa.ColumnElement[bool]) -> int:
    """Count the policies that fit."""
    query = sa.select(sa.func.count()).select_from(escalation_policies).where(*where)
    return int((await tx.execute(query)).scalar_one())


def named_like(search: str) -> sa.ColumnElement[bool]:
    """Ask for policies with a text in their names."""
    return escalation_policies.c.name.icontains(search, autoescape=True)


def targeting(kind: TargetKind, ids: Iterable[str]) -> sa.ColumnElement[bool]:
    """Ask for policies that page at least one of these users, or of these schedules."""
    return sa.or_(
        sa.false(), *(escalation_policies.c.rules.contains(_with_target(kind, id_)) for id_ in ids)
    )


async def has_name(tx: AsyncConnection, name: str, *, besides: str) -> bool:
    """Say whether a policy other than ``besides`` has this name."""
    query = sa.select(escalation_policies.c.id).where(
        sa.func.lower(escalation_policies.c.name) == name.lower(),
        escalation_policies.c.id != besides,
    )
    return (await tx.execute(query.limit(1))).first() is not None


async def services_of(tx: AsyncConnection, ids: Iterable[str]) -> dict[str, list[tuple[str, str]]]:
    """Return the services (id, name) that each of these policies stands behind."""
    query = (
        sa.select(services.c.escalation_policy_id, services.c.id, services.c.name)
        .where(services.c.escalation_policy_id.in_(set(ids)))
        .order_by(services.c.name, services.c.id)
    )
    return _grouped((await tx.execute(query)).all())


async def of_schedules(
    tx: AsyncConnection, schedule_ids: Iterable[str]
) -> dict[str, list[tuple[str, str]]]:
    """Return the policies (id, name) that page each of these schedules."""
    return _grouped((await tx.execute(_OF_SCHEDULES, {"schedule_ids": list(schedule_ids)})).all())


async def is_climbed_to(tx: AsyncConnection, schedule_id: str) -> bool:
    """Say whether an open incident's own copy of its policy pages this schedule."""
    rules = sa.cast(incidents.c.state, JSONB)["policy"]["rules"]
    query = sa.select(incidents.c.id).where(
        incidents.c.status != "resolved", rules.contains(_with_target("schedule", schedule_id))
    )
    return (await tx.execute(query.limit(1))).first() is not None


async def insert(tx: AsyncConnection, policy: EscalationPolicy) -> None:
    """Write a new policy."""
    await tx.execute(sa.insert(escalation_policies).values(msgspec.structs.asdict(policy)))


async def update(tx: AsyncConnection, policy: EscalationPolicy) -> None:
    """Write a policy anew."""
    change = sa.update(escalation_policies).where(escalation_policies.c.id == policy.id)
    await tx.execute(change.values(msgspec.structs.asdict(policy)))


async def delete(tx: AsyncConnection, policy: EscalationPolicy) -> None:
    """Take a policy away, with the counters of its rules."""
    await tx.execute(sa.delete(rings).where(rings.c.rule_id.in_({r.id for r in policy.rules})))
    await tx.execute(sa.delete(escalation_policies).where(escalation_policies.c.id == policy.id))


def _with_target(kind: TargetKind, id_: str) -> list[dict[str, Any]]:
    return [{"targets": [{"kind": kind, "id": id_}]}]


def _grouped(rows: Sequence[Any]) -> dict[str, list[tuple[str, str]]]:
    found: dict[str, list[tuple[str, str]]] = {}
    for owner_id, id_, name in rows:
        found.setdefault(owner_id, []).append((id_, name))
    return found


def _from_row(row: sa.Row[Any]) -> EscalationPolicy:
    return EscalationPolicy(
        id=row.id,
        name=row.name,
        description=row.description,
        num_loops=row.num_loops,
        on_call_handoff_notifications=row.on_call_handoff_notifications,
        rules=_decode_rules(row.rules),
    )
