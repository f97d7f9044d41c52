"""Violations: the newest of each rule and monitor, and those that are open."""

from collections.abc import Iterable, Sequence
from typing import Final

import msgspec
import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from tocsin.domain.monitoring.alert_rule import Violation
from tocsin.store.monitoring.monitoring_tables import alert_rules, monitors, violations
from tocsin.store.rows import Rows, Where

Pair = tuple[str, str]  # the ids of a rule and of a monitor

VIOLATIONS: Final = Rows(violations, Violation)
NEWEST_FIRST: Final = (violations.c.began_at.desc(), violations.c.id.desc())
IS_OPEN: Final = violations.c.state != "cleared"

_NEWEST: Final = sa.text("""
select v.* from unnest(cast(:rules as text[]), cast(:monitors as text[])) as asked(rule, monitor)
cross join lateral (
  select * from violations where monitor_id = asked.monitor and rule_id = asked.rule
  order by id desc limit 1
) v
""")

_NAMES: Final = Violation.__struct_fields__
_UPDATE: Final = (
    sa.update(violations)
    .where(violations.c.id == sa.bindparam("new_id"))
    .values(
        {
            name: sa.bindparam(f"new_{name}", type_=violations.c[name].type)
            for name in _NAMES
            if name not in {"id", "number"}
        }
    )
)


async def newest(tx: AsyncConnection, pairs: Sequence[Pair]) -> dict[Pair, Violation]:
    """Return the newest violation of each rule by each monitor, where there was one.

    What may still change is locked until the transaction ends.
    """
    given = {"rules": [rule for rule, _ in pairs], "monitors": [one for _, one in pairs]}
    found = [VIOLATIONS.read(row) for row in (await tx.execute(_NEWEST, given)).mappings()]
    past = [one for one in found if one.state == "cleared" and not one.muted]
    # What was only tracked may be forgotten meanwhile.
    held = await hold(tx, {one.id for one in found} - {one.id for one in past})
    return {(one.rule_id, one.monitor_id): one for one in (*past, *held)}


async def hold(tx: AsyncConnection, ids: Iterable[str]) -> list[Violation]:
    """Lock violations, the oldest first, and read them as they are then."""
    named = sorted(set(ids))
    if not named:
        return []
    return await _hold(tx, violations.c.id.in_(named))


async def hold_open(
    tx: AsyncConnection, *, rule_ids: Iterable[str] = (), monitor_ids: Iterable[str] = ()
) -> list[Violation]:
    """Lock what is open of any of these rules, or at any of these monitors."""
    return await _hold(tx, IS_OPEN, _concerns(rule_ids, monitor_ids))


async def find_waiting(tx: AsyncConnection) -> list[str]:
    """Return what is open and may be over although nothing was heard.

    That is so if several agents measure, if nothing is sure yet, and if the rule or the monitor is
    not in force any more.
    """
    query = (
        sa.select(violations.c.id)
        .outerjoin(monitors, monitors.c.id == violations.c.monitor_id)
        .outerjoin(alert_rules, alert_rules.c.id == violations.c.rule_id)
        .where(
            IS_OPEN,
            sa.or_(
                violations.c.state == "tracking",
                sa.func.cardinality(monitors.c.agent_ids) > 1,
                sa.func.coalesce(monitors.c.paused, sa.true()),
                ~sa.func.coalesce(alert_rules.c.enabled, sa.false()),
            ),
        )
        .order_by(violations.c.id)
    )
    return list((await tx.execute(query)).scalars())


async def unmute(
    tx: AsyncConnection, *, rule_ids: Iterable[str] = (), monitor_ids: Iterable[str] = ()
) -> None:
    """Let what people closed come back, of any of these rules or at any of these monitors."""
    query = sa.update(violations).where(violations.c.muted, _concerns(rule_ids, monitor_ids))
    await tx.execute(query.values(muted=False))


async def forget(tx: AsyncConnection, ids: Iterable[str]) -> None:
    """Take away what did not become a violation."""
    if named := sorted(set(ids)):
        await tx.execute(sa.delete(violations).where(violations.c.id.in_(named)))


async def insert(tx: AsyncConnection, new: Sequence[Violation]) -> list[Violation]:
    """Write violations, and return them with their numbers."""
    if not new:
        return []
    values = [msgspec.structs.asdict(one) for one in new]
    for row in values:
        del row["number"]
    query = sa.insert(violations).returning(violations.c.id, violations.c.number)
    numbers = {row.id: row.number for row in await tx.execute(query, values)}
    return [msgspec.structs.replace(one, number=numbers[one.id]) for one in new]


async def update(tx: AsyncConnection, changed: Sequence[Violation]) -> None:
    """Store violations as they are now."""
    if changed:
        rows = [{f"new_{name}": getattr(one, name) for name in _NAMES} for one in changed]
        await tx.execute(_UPDATE, rows)


def _concerns(rule_ids: Iterable[str], monitor_ids: Iterable[str]) -> Where:
    return sa.or_(
        violations.c.rule_id.in_(sorted(set(rule_ids))),
        violations.c.monitor_id.in_(sorted(set(monitor_ids))),
    )


async def _hold(tx: AsyncConnection, *where: Where) -> list[Violation]:
    query = sa.select(violations).where(*where).order_by(violations.c.id).with_for_update()
    return [VIOLATIONS.read(row) for row in (await tx.execute(query)).mappings()]
