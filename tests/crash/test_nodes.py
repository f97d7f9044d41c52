"""Two nodes share one database; one of them is killed."""

import asyncio

import pytest

from tests.crash.scene import A_MINUTE, ALERTS, Scene
from tests.running import ended
from tocsin.store.postgres import Postgres

pytestmark = pytest.mark.crash


@pytest.mark.parametrize("moment", ["after accept", "after lease email", "after send"])
async def test_the_other_node_goes_on_and_sends_what_the_dead_one_had_leased(
    moment: str, scene: Scene, postgres: Postgres
) -> None:
    mortal = scene.server(moment, 2, database_url=postgres.url)
    other = scene.server(database_url=postgres.url)
    async with ended(mortal, other):
        await asyncio.gather(mortal.start(), other.start())
        scene.load.add(ALERTS)
        assert await scene.load.send(mortal, other)
        await mortal.until_ended()
        await scene.until_idle()
        assert await scene.breaches() == []

        await scene.move(A_MINUTE)
        await scene.let_time_pass(other)
        assert await scene.breaches() == []

    assert scene.untold() == []
    assert max(scene.repeated().values(), default=0) <= 1
