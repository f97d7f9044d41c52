"""Peers on the same machine: Alertmanager in memory, Alerta on PostgreSQL, started and stopped."""

import asyncio
import os
import shutil
import sys
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from urllib.parse import urlsplit

import asyncpg
import httpx

from bench import load

ALERTMANAGER_PORT, ALERTA_PORT = 8692, 8693
_ALERTMANAGER_CONFIG = "route: {receiver: none}\nreceivers: [{name: none}]\n"
_ALERTA_NEEDS = ("alerta-server", "psycopg2-binary", "gunicorn")


class Peer:
    """A server that takes alerts: its name, and where it listens."""

    def __init__(self, name: str, port: int) -> None:
        self.name = name
        self.url = f"http://127.0.0.1:{port}"

    async def measure(self, *, connections: int, seconds: int, run: str) -> load.Result:
        """Send new alerts as fast as they are taken."""
        return await load.wrk(
            self.url, "alert.lua", [self.name, run], connections=connections, seconds=seconds
        )


@asynccontextmanager
async def peers(directory: Path, database_url: str) -> AsyncIterator[list[Peer]]:
    """Start those peers that this machine has or can install."""
    async with AsyncExitStack() as stack:
        started = []
        if program := shutil.which("prometheus-alertmanager") or shutil.which("alertmanager"):
            started.append(await stack.enter_async_context(_alertmanager(program, directory)))
        if python := await _with_alerta(directory):
            started.append(
                await stack.enter_async_context(_alerta(python, directory, database_url))
            )
        yield started


@asynccontextmanager
async def _alertmanager(program: str, directory: Path) -> AsyncIterator[Peer]:
    config = directory / "alertmanager.yml"
    config.write_text(_ALERTMANAGER_CONFIG)
    peer = Peer("alertmanager", ALERTMANAGER_PORT)
    arguments = (
        f"--config.file={config}",
        f"--storage.path={directory / 'alertmanager'}",
        f"--web.listen-address=127.0.0.1:{ALERTMANAGER_PORT}",
        "--cluster.listen-address=",
        "--log.level=error",
    )
    async with _running(f"{peer.url}/-/ready", program, *arguments):
        yield peer


@asynccontextmanager
async def _alerta(python: Path, directory: Path, database_url: str) -> AsyncIterator[Peer]:
    connection = await asyncpg.connect(database_url)
    await connection.execute("create database alerta")
    await connection.close()
    own_url = urlsplit(database_url)._replace(path="/alerta").geturl()
    config = directory / "alertad.conf"
    config.write_text(f"DATABASE_URL = {own_url!r}\nAUTH_REQUIRED = False\nPLUGINS = []\n")
    peer = Peer("alerta", ALERTA_PORT)
    # Loaded once before its workers start: two at once would both make its tables.
    arguments = ("-w", "2", "--preload", "-b", f"127.0.0.1:{ALERTA_PORT}", "alerta:create_app()")
    environment = {"ALERTA_SVR_CONF_FILE": str(config)}
    gunicorn = str(python.parent / "gunicorn")
    async with _running(f"{peer.url}/management/gtg", gunicorn, *arguments, **environment):
        yield peer


async def _with_alerta(directory: Path) -> Path | None:
    """Install Alerta into an environment of its own; return that one's Python."""
    environment = directory / "alerta-env"
    python = environment / "bin" / "python"
    print("  installing Alerta")
    for command in (
        (sys.executable, "-m", "venv", str(environment)),
        (str(python), "-m", "pip", "install", "-q", *_ALERTA_NEEDS),
    ):
        process = await asyncio.create_subprocess_exec(*command, stderr=asyncio.subprocess.DEVNULL)
        if await process.wait() != 0:
            print("  Alerta cannot be installed here; it is left out")
            return None
    return python


@asynccontextmanager
async def _running(ready_url: str, *command: str, **environment: str) -> AsyncIterator[None]:
    process = await asyncio.create_subprocess_exec(
        *command,
        env=os.environ | environment,
        stdout=asyncio.subprocess.DEVNULL,
        stderr=asyncio.subprocess.DEVNULL,
    )
    try:
        await _until_ready(ready_url, process)
        yield
    finally:
        if process.returncode is None:
            process.terminate()
        await process.wait()


async def _until_ready(url: str, process: asyncio.subprocess.Process) -> None:
    async with httpx.AsyncClient() as http:
        for _ in range(600):
            try:
                if (await http.get(url)).status_code == 200:
                    return
            except httpx.TransportError:
                pass
            if process.returncode is not None:
                break
            await asyncio.sleep(0.1)
    raise SystemExit(f"{url} did not answer.")
