"""Prometheus' Alertmanager, the real one: it opens incidents and resolves them."""

import asyncio
import json
import os
import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

import httpx
import pytest

from tests.clients.office import PATIENCE, Office
from tests.running import free_port

pytestmark = pytest.mark.slow

PROGRAM: Final = "prometheus-alertmanager"
MISSING: Final = f"{PROGRAM} is missing: on Debian, apt-get install {PROGRAM} brings it."
ALERT: Final = {
    "labels": {"alertname": "DiskFull", "severity": "critical", "instance": "db-1"},
    "annotations": {"summary": "Disk /var is full"},
    "generatorURL": "http://prometheus.example.com/graph",
}
TITLE: Final = "[FIRING:1] DiskFull (db-1 critical)"  # Alertmanager's own template


@pytest.fixture(autouse=True, scope="module")
def _program() -> None:
    if shutil.which(PROGRAM) is None:
        (pytest.fail if os.environ.get("CI") else pytest.skip)(MISSING)


async def test_an_alert_opens_an_incident_and_its_end_resolves_it(
    office: Office, folder: Path
) -> None:
    service = await office.new_service("Alertmanager")
    async with alertmanager(folder, configuration(office, service.key)) as api:
        await api.post("/api/v2/alerts", json=[ALERT])
        await office.until(service, (TITLE, "triggered"))
        await office.until_mailed(TITLE)

        await api.post("/api/v2/alerts", json=[ALERT | {"endsAt": datetime.now(UTC).isoformat()}])
        await office.until(service, (TITLE, "resolved"))


def configuration(office: Office, key: str) -> str:
    """Configure a receiver as its users do; JSON is YAML, too."""
    receiver = {"routing_key": key, "url": f"{office.server.url}/v2/enqueue"}
    quick = {"group_wait": "10ms", "group_interval": "500ms", "repeat_interval": "1h"}
    return json.dumps({
        "route": {"receiver": "tocsin", "group_by": ["alertname"], **quick},
        "receivers": [{"name": "tocsin", "pagerduty_configs": [receiver]}],
    })  # fmt: skip


@asynccontextmanager
async def alertmanager(folder: Path, configuration: str) -> AsyncIterator[httpx.AsyncClient]:
    """Run an Alertmanager, and give a client of its API."""
    (folder / "alertmanager.yml").write_text(configuration)
    address = f"127.0.0.1:{free_port()}"
    with (folder / "alertmanager.log").open("wb") as log:
        process = await asyncio.create_subprocess_exec(
            PROGRAM,
            f"--config.file={folder / 'alertmanager.yml'}",
            f"--storage.path={folder / 'alertmanager'}",
            f"--web.listen-address={address}",
            "--cluster.listen-address=",
            stdout=log,
            stderr=log,
        )
    try:
        async with httpx.AsyncClient(base_url=f"http://{address}") as api:
            await until_ready(api)
            yield api
    finally:
        process.terminate()
        await process.wait()


async def until_ready(api: httpx.AsyncClient) -> Any:
    """Wait until it answers."""
    async with asyncio.timeout(PATIENCE):
        while True:
            with suppress(httpx.TransportError):
                if (await api.get("/-/ready")).is_success:
                    return
            await asyncio.sleep(0.05)
