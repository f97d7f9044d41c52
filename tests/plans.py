"""How many rows a question makes PostgreSQL look at, by the plan that it follows."""

import json
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from typing import Any

import asyncpg
import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from tocsin.store.database import Database


async def rows_read(database: Database, ask: Callable[[AsyncConnection], Awaitable[object]]) -> int:
    """Return how many rows of tables and indexes a question made PostgreSQL look at."""
    with questions(database) as asked:
        async with database.engine.connect() as tx:
            await ask(tx)
            connection = (await tx.get_raw_connection()).driver_connection
            assert connection
            await tx.rollback()
            plans = [await explain(connection, text, args) for text, args in asked]
    return sum(plans)


@contextmanager
def questions(database: Database) -> Iterator[list[tuple[str, Any]]]:
    """Hear all that is asked of a database, except what the driver is asked itself."""
    asked: list[tuple[str, Any]] = []

    def hear(*heard: Any) -> None:
        asked.append((heard[2], heard[3]))

    engine = database.engine.sync_engine
    sa.event.listen(engine, "before_cursor_execute", hear)
    try:
        yield asked
    finally:
        sa.event.remove(engine, "before_cursor_execute", hear)


async def explain(connection: asyncpg.Connection, query: str, args: Any) -> int:
    """Follow the plan of a question, undo what it did, and count the rows."""
    transaction = connection.transaction()
    await transaction.start()
    plan = await connection.fetchval(f"explain (analyze, format json) {query}", *args)
    await transaction.rollback()
    return sum(_read_by(json.loads(plan)[0]["Plan"] if isinstance(plan, str) else plan[0]["Plan"]))


def _read_by(node: dict[str, Any]) -> Iterator[int]:
    """Return the rows that each scan in a plan gave and threw away."""
    if "Scan" in node["Node Type"] and node.keys() & {"Index Name", "Relation Name"}:
        each = node["Actual Rows"] + node.get("Rows Removed by Filter", 0)
        yield round(each * node["Actual Loops"])
    for inner in node.get("Plans", ()):
        yield from _read_by(inner)
