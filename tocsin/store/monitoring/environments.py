"""Environments: what is watched together, and how much there is of it."""

from collections.abc import Iterable
from typing import Final

import msgspec
import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from tocsin.domain.monitoring.environment import Environment
from tocsin.store.monitoring.monitoring_tables import (
    environments,
    notification_channels,
    violations,
)
from tocsin.store.rows import Rows

ENVIRONMENTS: Final = Rows(environments, Environment)
BY_NAME: Final = (sa.func.lower(environments.c.name),)

_CENSUS: Final = sa.text("""
select e.id,
  (select count(*) from monitors m where m.environment_id = e.id) as monitors,
  (select count(*) from monitors m where m.environment_id = e.id and m.paused) as paused,
  (select count(*) from alert_rules r where r.environment_id = e.id) as rules,
  (
    select count(*) from notification_channels c
    where c.environment_id = e.id and c.removed_at is null
  ) as channels,
  (select count(*) from notification_schemes s where s.environment_id = e.id) as schemes,
  (
    select count(*) from violations v where v.environment_id = e.id and v.state = 'active'
  ) as violations
from environments e where e.id = any(cast(:ids as text[]))
""")
_TOLD: Final = sa.text("""
select exists (
  select from deliveries d join notification_channels c on c.id = d.destination_id
  where c.environment_id = :id and d.lane = 'signal' and d.status = 'waiting'
)
""")


class Census(msgspec.Struct, frozen=True, kw_only=True):
    """How much there is in an environment; ``violations`` are those that are active."""

    id: str
    monitors: int
    paused: int
    rules: int
    channels: int
    schemes: int
    violations: int


async def count(tx: AsyncConnection, environment_ids: Iterable[str]) -> dict[str, Census]:
    """Count what is in each of these environments."""
    rows = await tx.execute(_CENSUS, {"ids": sorted(set(environment_ids))})
    return {row.id: Census(**row._mapping) for row in rows}


async def channel_ids(tx: AsyncConnection, environment_id: str) -> set[str]:
    """Return the ids of the channels of an environment."""
    channels = notification_channels.c
    query = sa.select(channels.id).where(
        channels.environment_id == environment_id, channels.removed_at.is_(None)
    )
    return set((await tx.execute(query)).scalars())


async def violated(tx: AsyncConnection, environment_id: str) -> list[str]:
    """Name the monitors at which a violation is active."""
    found = violations.c
    query = (
        sa.select(found.monitor_name)
        .where(found.environment_id == environment_id, found.state == "active")
        .distinct()
        .order_by(found.monitor_name)
    )
    return list((await tx.execute(query)).scalars())


async def is_telling(tx: AsyncConnection, environment_id: str) -> bool:
    """Say whether anything is still on its way to a channel of an environment."""
    return bool((await tx.execute(_TOLD, {"id": environment_id})).scalar_one())


async def is_connected(tx: AsyncConnection, environment_id: str) -> bool:
    """Say whether a channel of an environment has something to clean up over there."""
    channels = notification_channels.c
    query = sa.select(channels.id).where(
        channels.environment_id == environment_id, channels.is_connected
    )
    return (await tx.execute(query.limit(1))).first() is not None
