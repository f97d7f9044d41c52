"""How precisely a thousand monitors are measured, and what that costs."""

import asyncio
import statistics
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final, NamedTuple

import psutil
import sqlalchemy as sa

from bench.server import Server
from tocsin.config import read_settings
from tocsin.domain.monitoring.monitor import Http
from tocsin.kit.clock import system_clock
from tocsin.kit.sealing import Sealer, kept_secret
from tocsin.store.database import Database
from tocsin.store.monitoring.monitoring_tables import measurements
from tocsin.usecases.directory import Directory
from tocsin.usecases.house import House
from tocsin.usecases.monitoring import alert_rules, environments, monitors

MONITORS: Final = 1000
INTERVAL: Final = 60  # seconds, as all of these
WARM_UP: Final = 20.0
ANSWER: Final = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\nOK"


class Watching(NamedTuple):
    """What was measured: delays in milliseconds, processor time as shares of one core."""

    rounds: int
    p50_ms: float
    p99_ms: float
    worst_ms: float
    failed: int
    server_share: float
    database_share: float


async def measure(server: Server, data: Path, database_url: str, seconds: float) -> Watching:
    """Let the server watch a site on this machine for a while."""
    database = await Database.open(database_url, connections=4)
    house = House(
        database=database,
        settings=read_settings({"TOCSIN_DATA": str(data)}),
        sealer=Sealer(kept_secret(data)),
        directory=Directory(),
    )
    async with _site() as url:
        await _make_monitors(house, url)
        await asyncio.sleep(WARM_UP)
        began, spent = system_clock(), _spent(server)
        await asyncio.sleep(seconds)
        shares = [(now - then) / seconds for now, then in zip(_spent(server), spent, strict=True)]
        await asyncio.sleep(1)
        delays = await _delays(database, began, began + timedelta(seconds=seconds))
    await database.close()
    found = sorted(delay for delay, _ in delays)
    centiles = statistics.quantiles(found, n=100)
    failed = sum(not ok for _, ok in delays)
    return Watching(len(found), centiles[49], centiles[98], found[-1], failed, *shares)


@asynccontextmanager
async def _site() -> AsyncIterator[str]:
    """Run a site that is always well."""

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(ANSWER)
        writer.close()

    site = await asyncio.start_server(answer, "127.0.0.1", 0, backlog=1000)
    yield f"http://127.0.0.1:{site.sockets[0].getsockname()[1]}/"
    site.close()


async def _make_monitors(house: House, url: str) -> None:
    now = system_clock()
    env = await environments.create(house, environments.Wish(name="Bench"), now)
    rule = alert_rules.Wish(name="Down", alarm="!ok")
    await alert_rules.create(house, env.id, rule, now)
    for n in range(MONITORS):
        wish = monitors.Wish(name=f"Shop {n}", target=Http(url=url), interval=INTERVAL)
        await monitors.create(house, env.id, wish, system_clock())


def _spent(server: Server) -> tuple[float, float]:
    """Return the processor time of the server, and of the database that the bench has started."""
    ours = psutil.Process().children(recursive=True)
    databases = [process for process in ours if process.name() == "postgres"]
    return _time_of(psutil.Process(server.process.pid)), sum(map(_time_of, databases))


def _time_of(process: psutil.Process) -> float:
    times = process.cpu_times()
    return float(times.user + times.system)


async def _delays(database: Database, since: datetime, until: datetime) -> list[tuple[float, bool]]:
    late = sa.extract("epoch", measurements.c.at - measurements.c.round) * 1000
    window = (measurements.c.round >= since, measurements.c.round < until)
    async with database.read() as tx:
        rows = await tx.execute(sa.select(late, measurements.c.ok).where(*window))
        return [(float(delay), ok) for delay, ok in rows]
