"""A Tocsin server under measurement: started, spoken to, weighed and stopped."""

import asyncio
import os
import signal
import sys
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import httpx
import msgspec
import psutil

TOKEN = "bench-token-12345678"
ADMIN = "owner@example.com"
HEADERS = {"Authorization": f"Token token={TOKEN}", "From": ADMIN}


class Server(msgspec.Struct, kw_only=True):
    """Where it answers, what it is, and how long it took to be ready (seconds)."""

    url: str
    process: asyncio.subprocess.Process
    ready_after: float

    def memory(self) -> float:
        """Weigh the server and its children in MiB, shared pages counted once."""
        tree = [psutil.Process(self.process.pid)]
        tree += tree[0].children(recursive=True)
        return float(sum(p.memory_full_info().pss for p in tree)) / 2**20


@asynccontextmanager
async def serving(
    directory: Path, *, port: int, database_url: str | None = None, smtp_port: int
) -> AsyncIterator[Server]:
    """Start a server on ``directory`` and stop it in the end."""
    url = f"http://127.0.0.1:{port}"
    environment = os.environ | {
        "TOCSIN_DATA": str(directory),
        "TOCSIN_PORT": str(port),
        "TOCSIN_API_TOKEN": TOKEN,
        "TOCSIN_ADMIN_EMAIL": ADMIN,
        "TOCSIN_ADMIN_PASSWORD": "a long pass phrase",
        "TOCSIN_SMTP_URL": f"smtp://127.0.0.1:{smtp_port}?starttls=never",
        "TOCSIN_LOG_LEVEL": "warning",
    }
    if database_url:
        environment["TOCSIN_DATABASE_URL"] = database_url
    began = time.perf_counter()
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "tocsin", "serve", env=environment
    )
    try:
        await _until_ready(url, process)
        yield Server(url=url, process=process, ready_after=time.perf_counter() - began)
    finally:
        if process.returncode is None:
            process.send_signal(signal.SIGTERM)
        await process.wait()


async def _until_ready(url: str, process: asyncio.subprocess.Process) -> None:
    async with httpx.AsyncClient() as http:
        while process.returncode is None:
            try:
                if (await http.get(f"{url}/ready")).status_code == 200:
                    return
            except httpx.TransportError:
                pass
            await asyncio.sleep(0.02)
    raise SystemExit("The server did not start.")


async def integration_key(url: str) -> str:
    """Make a person's policy and a service with an integration; return the integration's key."""
    _, key = await integrated_service(url)
    return key


async def integrated_service(url: str) -> tuple[str, str]:
    """Do the same, and return the service's id, too."""
    async with httpx.AsyncClient(base_url=url, headers=HEADERS) as http:
        me = (await http.get("/users", params={"query": ADMIN})).json()["users"][0]
        rule = {
            "escalation_delay_in_minutes": 30,
            "targets": [{"id": me["id"], "type": "user_reference"}],
        }
        policy = await _make(http, "escalation_policy", "/escalation_policies", "Bench", [rule])
        service = await _make(http, "service", "/services", f"Bench {time.time_ns()}", policy)
        integration = {"integration": {"type": "events_api_v2_inbound_integration", "name": "B"}}
        made = await http.post(f"/services/{service}/integrations", json=integration)
        return service, str(made.json()["integration"]["integration_key"])


async def _make(
    http: httpx.AsyncClient, kind: str, path: str, name: str, given: list[object] | str
) -> str:
    body: dict[str, object] = {"type": kind, "name": f"{name} {time.time_ns()}"}
    if isinstance(given, str):
        body["escalation_policy"] = {"id": given, "type": "escalation_policy_reference"}
    else:
        body["escalation_rules"] = given
    answer = await http.post(path, json={kind: body})
    answer.raise_for_status()
    return str(answer.json()[kind]["id"])
