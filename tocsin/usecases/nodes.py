"""Nodes: each says that it lives, so that the others and the people can tell."""

from datetime import datetime, timedelta
from typing import Final

from tocsin.store import nodes as store
from tocsin.store.nodes import Node
from tocsin.usecases.house import House

__all__ = ["Node", "beat", "find", "is_beating", "leave"]

SILENT_AFTER: Final = timedelta(seconds=30)
FORGOTTEN_AFTER: Final = timedelta(days=1)
WITH_ENGINE: Final = frozenset({"engine", "all"})


async def beat(house: House, node: Node) -> None:
    """Say that a node lives, and forget those that have long been silent."""
    async with house.database.begin() as tx:
        await store.beat(tx, node)
        await store.forget_silent(tx, node.beat_at - FORGOTTEN_AFTER)


async def leave(house: House, node_id: str) -> None:
    """Take a node off the list, because it stops on purpose."""
    async with house.database.begin() as tx:
        await store.leave(tx, node_id)


async def find(house: House) -> list[Node]:
    """List the nodes, the eldest first."""
    async with house.database.read() as tx:
        return await store.select(tx)


async def is_beating(house: House, now: datetime) -> bool:
    """Say whether any node with an engine was heard of lately."""
    since = now - SILENT_AFTER
    return any(n.role in WITH_ENGINE and n.beat_at >= since for n in await find(house))
