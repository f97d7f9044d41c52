"""`tocsin agent` as a process beside a server: it measures, waits for the server, and obeys."""

import asyncio
import os
import signal
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import msgspec
import pytest
import typer
from typer.testing import CliRunner

from tests.hook import Hook
from tests.night import Night
from tests.running import Server, ended, free_port
from tests.watching import environment, monitor, results
from tocsin import __version__
from tocsin.cli.agent import agent as agent_command
from tocsin.domain.monitoring.cadence import last_round
from tocsin.domain.monitoring.environment import Agent
from tocsin.domain.monitoring.monitor import Http, Monitor, Result
from tocsin.kit.sealing import Sealer
from tocsin.store.database import Database
from tocsin.store.postgres import Postgres
from tocsin.usecases.monitoring import agents

pytestmark = pytest.mark.slow

SECRET = "a secret that server and test have in common"


@pytest.fixture
async def night(database: Database) -> Night:
    night = await Night.falls(database, real_time=True)
    night.house = msgspec.structs.replace(night.house, sealer=Sealer(SECRET))
    return night


@pytest.fixture
async def oslo(night: Night) -> tuple[Agent, str]:
    return await agents.create(night.house, "Oslo", night.now)


@pytest.fixture
def server(folder: Path, oslo: tuple[Agent, str], postgres: Postgres) -> Server:
    return Server(folder, database_url=postgres.url, secret_key=SECRET)


class Process:
    """An agent at work."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self._process = process
        self._said = bytearray()

    async def until_says(self, words: str) -> None:
        """Wait until its log holds these words."""
        assert self._process.stderr
        async with asyncio.timeout(30):
            while words not in self._said.decode():
                line = await self._process.stderr.readline()
                assert line, self._said.decode()
                self._said += line

    async def until_ended(self) -> tuple[int | None, str]:
        """Wait for its end; return its exit code, and what it said."""
        _, said = await asyncio.wait_for(self._process.communicate(), 30)
        return self._process.returncode, (self._said + said).decode()

    async def stop(self) -> int | None:
        """Ask it to end, and return its exit code."""
        if self._process.returncode is None:
            self._process.send_signal(signal.SIGTERM)
        return (await self.until_ended())[0]


@asynccontextmanager
async def working(url: str, key: str) -> AsyncIterator[Process]:
    """Run an agent, and stop it in the end."""
    environ = {name: value for name, value in os.environ.items() if not name.startswith("TOCSIN_")}
    process = Process(
        await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "tocsin", "agent"),
            stdout=asyncio.subprocess.DEVNULL,
            stderr=asyncio.subprocess.PIPE,
            env=environ | {"TOCSIN_SERVER": url, "TOCSIN_AGENT_KEY": key},
        )
    )
    try:
        yield process
    finally:
        await process.stop()


async def watch(night: Night, hook: Hook, agent: Agent) -> Monitor:
    """Let an agent watch a page."""
    env = await environment(night)
    target = Http(url=hook.url)
    return await monitor(night, env, target=target, agent_ids=(agent.id,), interval=3600)


async def until_found(night: Night, one: Monitor) -> Result:
    """Wait until there is a result."""
    async with asyncio.timeout(30):
        while not (found := await results(night, one.id)):  # noqa: ASYNC110 - rows tell nobody
            await asyncio.sleep(0.1)
    return found[0]


async def test_an_agent_measures_for_its_server(
    server: Server, night: Night, hook: Hook, oslo: tuple[Agent, str]
) -> None:
    agent, key = oslo
    shop = await watch(night, hook, agent)
    async with ended(server):
        await server.start()
        async with working(server.url, key) as process:
            result = await until_found(night, shop)
            assert await process.stop() == 0

    assert (result.agent_id, result.measurement.ok) == (agent.id, True)
    assert result.round == last_round(shop.id, 3600, result.at)
    seen = await agents.get(night.house, agent.id)
    assert (seen.version, seen.address) == (__version__, "127.0.0.1")


async def test_what_is_found_while_the_server_is_away_is_brought_later(
    server: Server, night: Night, hook: Hook, oslo: tuple[Agent, str]
) -> None:
    agent, key = oslo
    shop = await watch(night, hook, agent)
    hook.open.clear()
    async with ended(server):
        await server.start()
        async with working(server.url, key) as process:
            await process.until_says("Measuring")
            assert await server.stop() == 0
            hook.open.set()
            await process.until_says("Results are kept until the server is back")

            await server.start()
            assert (await until_found(night, shop)).measurement.ok


async def test_an_agent_whose_key_nobody_knows_says_so_and_ends(
    server: Server, oslo: tuple[Agent, str]
) -> None:
    async with ended(server):
        await server.start()
        async with working(server.url, "nobody") as process:
            code, said = await process.until_ended()

    assert code == 1
    assert said == f"{server.url} knows no agent with this key: make it a new one there.\n"


async def test_an_agent_waits_for_a_server_that_is_not_there_yet(oslo: tuple[Agent, str]) -> None:
    async with working(f"http://127.0.0.1:{free_port()}", oslo[1]) as process:
        await process.until_says("cannot be reached")
        assert await process.stop() == 0


def test_without_a_server_or_a_key_it_is_one_complaint() -> None:
    command = typer.Typer()
    command.command()(agent_command)
    for given, missing in ((["--key", "x"], "--server"), (["--server", "http://a"], "--key")):
        ended = CliRunner().invoke(command, given, env={"COLUMNS": "200"})
        assert ended.exit_code == 2
        assert missing in ended.stderr
