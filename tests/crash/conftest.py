"""What the tests of this folder begin with."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from tests.crash.scene import Scene
from tests.inbox import Inbox
from tests.running import Server, ended
from tocsin.store.database import Database
from tocsin.store.postgres import at_hand


@pytest.fixture
def stage(folder: Path, smtp_inbox: Inbox) -> Scene:
    """Give a scene in which nobody lives yet."""
    return Scene(folder, smtp_inbox)


@pytest.fixture
async def scene(stage: Scene, database: Database) -> Scene:
    """Give a scene on a database that no server takes with it when it dies."""
    await stage.move_in(database)
    return stage


@asynccontextmanager
async def at_home(scene: Scene, folder: Path) -> AsyncIterator[Server]:
    """Run a server on a database of its own, which dies and comes back with it."""
    server = scene.server()
    async with ended(server):
        await server.start()
        async with at_hand(folder) as url:
            database = await Database.open(url, connections=4)
        try:
            await scene.move_in(database)
            yield server
        finally:
            await database.close()
