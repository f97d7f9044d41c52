"""A server is killed before and after each commit, and before and after it hands over a mail."""

import pytest

from tests.crash.launcher import MOMENTS
from tests.crash.scene import Scene
from tests.running import ended
from tocsin.store.postgres import Postgres

pytestmark = pytest.mark.crash

OFTEN = {"accept": 3, "lease email": 2, "send": 2, "record": 2}  # so that it dies amid the others


@pytest.mark.parametrize("moment", MOMENTS)
async def test_nothing_is_lost_and_one_mail_at_most_is_repeated(
    moment: str, scene: Scene, postgres: Postgres
) -> None:
    _, _, step = moment.partition(" ")
    server = scene.server(moment, OFTEN.get(step, 1), database_url=postgres.url)
    async with ended(server):
        await server.start()
        await scene.live_through(server)

    assert scene.deaths == 1, "The server never came to this moment."
    assert await scene.breaches() == []
    assert scene.untold() == []
    assert scene.repeated().total() <= 1
