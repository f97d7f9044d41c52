"""Nodes: the processes that share this database, and when each last said that it lives."""

from datetime import datetime

import msgspec
import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from tocsin.store.tables import nodes


class Node(msgspec.Struct, frozen=True, kw_only=True):
    """One running process. ``role`` is ``api``, ``engine`` or ``all``."""

    id: str
    name: str
    role: str
    started_at: datetime
    beat_at: datetime


async def beat(tx: AsyncConnection, node: Node) -> None:
    """Write down that the node lives."""
    query = insert(nodes).values(msgspec.structs.asdict(node))
    await tx.execute(
        query.on_conflict_do_update(index_elements=["id"], set_={"beat_at": node.beat_at})
    )


async def select(tx: AsyncConnection) -> list[Node]:
    """List the nodes, the eldest first."""
    rows = (await tx.execute(sa.select(nodes).order_by(nodes.c.started_at))).mappings()
    return [Node(**row) for row in rows]


async def leave(tx: AsyncConnection, node_id: str) -> None:
    """Strike a node that stops on purpose."""
    await tx.execute(sa.delete(nodes).where(nodes.c.id == node_id))


async def forget_silent(tx: AsyncConnection, before: datetime) -> None:
    """Strike nodes that have not been heard of since."""
    await tx.execute(sa.delete(nodes).where(nodes.c.beat_at < before))
