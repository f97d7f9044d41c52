"""Turns: what only one node does at a time, for as long as its connection lasts."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Final

import asyncpg

from tocsin.store.database import COMMAND_TIMEOUT, CONNECT_TIMEOUT, Database, told_as_away

STILL_THERE: Final = 5.0  # seconds; another node waits as long after a connection was lost
_HOLD: Final = "select pg_try_advisory_lock($1)"


async def do_alone(database: Database, lock: int, do: Callable[[], Awaitable[None]]) -> None:
    """Do it while nobody else does; return at once if somebody does, or when the turn is lost."""
    with told_as_away():
        connection = await asyncpg.connect(
            database.url, timeout=CONNECT_TIMEOUT, command_timeout=COMMAND_TIMEOUT
        )
        try:
            if await connection.fetchval(_HOLD, lock):
                await _while_held(connection, do)
        finally:
            connection.terminate()


async def _while_held(connection: asyncpg.Connection, do: Callable[[], Awaitable[None]]) -> None:
    doing = asyncio.ensure_future(do())
    try:
        while not doing.done():
            await connection.execute("select 1", timeout=CONNECT_TIMEOUT)
            await asyncio.wait([doing], timeout=STILL_THERE)
        doing.result()
    finally:
        doing.cancel()
        await asyncio.gather(doing, return_exceptions=True)
