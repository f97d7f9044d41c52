"""A server with a PostgreSQL of its own is killed at any time, and takes its database with it."""

import asyncio
import random
from pathlib import Path

import pytest

from tests.crash.conftest import at_home
from tests.crash.scene import Scene
from tests.running import ended

pytestmark = pytest.mark.crash

KILLS = 4  # of each server: in these minutes nobody climbs to the second level


@pytest.mark.parametrize("seed", range(3))
async def test_nothing_is_lost_by_a_server_that_is_killed_while_busy(
    seed: int, stage: Scene, folder: Path
) -> None:
    chance = random.Random(seed)
    async with at_home(stage, folder) as server:
        for _ in range(KILLS):
            await stage.die_under_load(server, after=chance.uniform(0.05, 1.2))
        await stage.let_time_pass(server)
        assert await stage.breaches() == []

    assert stage.deaths == KILLS
    assert stage.untold() == []
    assert max(stage.repeated().values(), default=0) <= KILLS


async def test_a_server_that_is_killed_while_it_is_installed_starts_all_the_same(
    stage: Scene, folder: Path
) -> None:
    server = stage.server()
    async with ended(server):
        for seconds in (0.7, 1.5, 2.5, 3.5):
            await server.begin()
            await asyncio.sleep(seconds)
            await server.kill()

    async with at_home(stage, folder) as server:
        await stage.live_through(server)
        assert await stage.breaches() == []

    assert stage.untold() == []
    assert stage.repeated().total() == 0
