"""Rules about hand-offs and status updates, and of which shifts somebody was told."""

from typing import Final

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql
from sqlalchemy.ext.asyncio import AsyncConnection

from tocsin.domain.reaching.handoff import HandoffRule, StatusUpdateRule, Turning
from tocsin.store.reaching.reach_tables import handoff_notices, handoff_rules, status_update_rules
from tocsin.store.rows import Rows
from tocsin.store.tables import services

HANDOFF_RULES: Final = Rows(handoff_rules, HandoffRule)
STATUS_UPDATE_RULES: Final = Rows(status_update_rules, StatusUpdateRule)


async def note_told(
    tx: AsyncConnection, rule: HandoffRule, schedule_id: str, turning: Turning
) -> bool:
    """Keep that somebody is told of a shift; say False if they were told before."""
    query = postgresql.insert(handoff_notices).values(
        rule_id=rule.id,
        schedule_id=schedule_id,
        shift_at=turning.at,
        handoff_type="oncall" if turning.begins else "offcall",
    )
    told = await tx.execute(query.on_conflict_do_nothing().returning(handoff_notices.c.rule_id))
    return told.first() is not None


async def policies_with_services(tx: AsyncConnection) -> set[str]:
    """Return the policies that a service uses."""
    return set((await tx.execute(sa.select(services.c.escalation_policy_id).distinct())).scalars())
