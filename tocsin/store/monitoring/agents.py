"""Agents: the programs that measure from elsewhere."""

from datetime import datetime
from typing import Final

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from tocsin.domain.monitoring.environment import Agent
from tocsin.store.monitoring.monitoring_tables import agents
from tocsin.store.rows import Rows

AGENTS: Final = Rows(agents, Agent)
BY_NAME: Final = (sa.func.lower(agents.c.name),)


async def find(tx: AsyncConnection, key_hash: bytes) -> Agent | None:
    """Find the agent that a key belongs to."""
    found = await AGENTS.select(tx, agents.c.key_hash == key_hash)
    return found[0] if found else None


async def touch(
    tx: AsyncConnection, agent_id: str, *, version: str, address: str, now: datetime
) -> None:
    """Write down when an agent was last heard, what it is, and where it asked from."""
    seen = {"version": version, "address": address, "seen_at": now}
    await tx.execute(sa.update(agents).where(agents.c.id == agent_id).values(seen))
