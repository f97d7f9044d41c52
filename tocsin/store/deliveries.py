"""Deliveries: planned in order, leased a few at a time for each destination, then settled."""

from collections.abc import Sequence

from sqlalchemy.ext.asyncio import AsyncConnection

from tocsin.domain.delivery import Dispatch
from tocsin.store.driver import driver
from tocsin.store.writes import Writes, flush


async def plan(tx: AsyncConnection, dispatches: Sequence[Dispatch]) -> None:
    """Put them at the ends of their threads, in the order given; engines hear of it."""
    await flush(await driver(tx), Writes(dispatches=list(dispatches)))
