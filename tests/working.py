"""Engines at work, for tests in real time."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from tocsin.engine.engine import Engine


@asynccontextmanager
async def at_work(engine: Engine) -> AsyncIterator[Engine]:
    """Let an engine do what is due, until the block ends."""
    task = asyncio.create_task(engine.run())
    try:
        yield engine
    finally:
        await engine.stop()
        await task
