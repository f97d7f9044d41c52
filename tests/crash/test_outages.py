"""What Tocsin needs goes away under load and comes back; nobody starts Tocsin again."""

import asyncio
import os
import signal
import time
from collections.abc import Callable
from pathlib import Path

import pytest
import sqlalchemy as sa

from tests.crash.conftest import at_home
from tests.crash.scene import A_MINUTE, Scene
from tests.running import ended
from tocsin.store.postgres import Postgres
from tocsin.store.tables import notifications

pytestmark = pytest.mark.crash


async def test_no_event_is_lost_when_postgresql_dies_and_all_are_taken_again_after(
    stage: Scene, folder: Path
) -> None:
    async with at_home(stage, folder) as server:
        tocsin = server.pid
        sending = asyncio.create_task(stage.load.send_on(server))
        answers = stage.load.answers
        await until(lambda: answers[202] > 100)
        os.kill(
            int((folder / "postgres" / "postmaster.pid").read_text().split()[0]), signal.SIGKILL
        )
        # It may be back so soon that nobody had to be put off.
        await until(lambda: "is started again" in server.log.read_text())
        taken = answers[202]
        await until(lambda: answers[202] > taken + 100)
        stage.load.stop()
        await sending
        await stage.let_time_pass(server)

        assert server.pid == tocsin
        assert stage.load.unanswered == 0
        assert await stage.breaches() == []

    assert stage.untold() == []
    assert max(stage.repeated().values(), default=0) <= 1


async def test_pages_that_no_mail_server_took_for_a_minute_arrive_after_it(
    scene: Scene, postgres: Postgres
) -> None:
    server = scene.server(database_url=postgres.url)
    async with ended(server):
        await server.start()
        await scene.inbox.stop()
        scene.load.add(20)
        await scene.load.send(server)
        tries = 0
        for _ in range(3):
            tries = await more_tries(scene, than=tries)
            await scene.move(20)

        await scene.inbox.start()
        await scene.move(A_MINUTE)
        await scene.let_time_pass(server)
        assert await scene.breaches() == []

    assert scene.untold() == []
    assert scene.repeated().total() == 0


async def test_a_busy_server_that_is_told_to_stop_loses_nothing_and_repeats_nothing(
    scene: Scene, postgres: Postgres
) -> None:
    server = scene.server(database_url=postgres.url)
    async with ended(server):
        await server.start()
        sending = asyncio.create_task(scene.load.send_on(server))
        await until(lambda: scene.load.answers[202] > 100)
        began = time.monotonic()
        assert await server.stop() == 0
        assert time.monotonic() - began < 10
        await sending
        assert await scene.breaches() == []

        await server.start()
        await scene.let_time_pass(server)

    assert scene.untold() == []
    assert scene.repeated().total() == 0


async def until(condition: Callable[[], bool], seconds: float = 30) -> None:
    """Wait until ``condition`` holds."""
    async with asyncio.timeout(seconds):
        while not condition():  # noqa: ASYNC110 - it is only looked at from outside
            await asyncio.sleep(0.02)


async def more_tries(scene: Scene, than: int) -> int:
    """Wait until more mails were tried in vain, and return how many."""
    query = sa.select(sa.func.count()).where(notifications.c.status == "retrying")
    async with asyncio.timeout(A_MINUTE):
        while True:
            async with scene.database.read() as tx:
                tries = int((await tx.execute(query)).scalar_one())
            if tries > than:
                return tries
            await asyncio.sleep(0.02)
