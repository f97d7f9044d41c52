"""Heartbeats as jobs call them: with curl, at the end of a line in a crontab."""

from collections.abc import AsyncIterator
from datetime import timedelta

import httpx
import msgspec
import pytest

from tests.night import URL, Night
from tests.watching import environment, monitor, monitor_now
from tocsin.api.body import LIMIT
from tocsin.api.heartbeats import PER_MINUTE, HeartbeatsApp
from tocsin.domain.monitoring.monitor import Heartbeat, Monitor
from tocsin.store.database import Database
from tocsin.usecases.monitoring import monitors


@pytest.fixture
async def backup(night: Night) -> Monitor:
    return await monitor(night, await environment(night), "Backup", Heartbeat(period=3600))


@pytest.fixture
async def http(night: Night, backup: Monitor) -> AsyncIterator[httpx.AsyncClient]:
    """Give a client whose addresses begin with that of the heartbeat."""
    url = monitors.heartbeat_url(night.house, backup)
    transport = httpx.ASGITransport(HeartbeatsApp(night.house))
    async with httpx.AsyncClient(transport=transport, base_url=str(url)) as client:
        yield client


@pytest.mark.parametrize("method", ["GET", "HEAD", "POST"])
async def test_a_call_is_answered_and_noted(
    http: httpx.AsyncClient, night: Night, backup: Monitor, method: str
) -> None:
    answer = await http.request(method, "")

    assert (answer.status_code, answer.text) == (200, "" if method == "HEAD" else "OK")
    assert (await monitor_now(night.house, backup.id)).called_at == night.now


async def test_a_job_tells_when_it_begins_and_when_it_fails(
    http: httpx.AsyncClient, night: Night, backup: Monitor
) -> None:
    assert (await http.get("/start")).text == "OK"
    began = night.now
    night.passes(minutes=3)
    assert (await http.post("/fail", content=b"disk full\n")).text == "OK"

    after = await monitor_now(night.house, backup.id)
    assert (after.started_at, after.failed_at, after.called_at) == (began, night.now, None)
    assert after.failed_at == began + timedelta(minutes=3)


@pytest.mark.parametrize(
    "address",
    [
        f"{URL}/heartbeat/{'0' * 32}",
        f"{URL}/heartbeat/{'0' * 31}",
        f"{URL}/heartbeat/{'0' * 32}/start",
        f"{URL}/heartbeat/",
        f"{URL}/heartbeat/%00",
    ],
)
async def test_an_address_that_nobody_has_is_not_found(
    http: httpx.AsyncClient, address: str
) -> None:
    answer = await http.get(address)

    assert (answer.status_code, answer.text) == (404, "No heartbeat has this address.")


async def test_an_address_of_a_heartbeat_has_nothing_else_beneath(http: httpx.AsyncClient) -> None:
    assert (await http.get("/stop")).status_code == 404


async def test_a_heartbeat_is_called_with_three_methods(
    http: httpx.AsyncClient, night: Night, backup: Monitor
) -> None:
    answer = await http.delete("")

    assert (answer.status_code, answer.text) == (405, "Use GET, HEAD, POST.")
    assert (await monitor_now(night.house, backup.id)).called_at is None


async def test_a_heartbeat_may_not_be_called_all_the_time(
    http: httpx.AsyncClient, night: Night
) -> None:
    statuses = [(await http.get("")).status_code for _ in range(PER_MINUTE + 1)]
    assert statuses == [200] * PER_MINUTE + [429]

    night.passes(minutes=1)
    assert (await http.get("")).status_code == 200


async def test_what_is_too_long_is_not_read(http: httpx.AsyncClient) -> None:
    answer = await http.post("", content=b"x" * (LIMIT + 1))

    assert (answer.status_code, answer.text) == (413, f"The body is larger than {LIMIT} bytes.")


async def test_a_database_that_is_away_is_told(night: Night) -> None:
    away = await Database.open("postgresql://tocsin@127.0.0.1:1/tocsin")
    app = HeartbeatsApp(msgspec.structs.replace(night.house, database=away))
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url=URL) as http:
        answer = await http.get(f"/heartbeat/{'0' * 32}")

    assert answer.status_code == 503
    assert answer.text == "The database is away; call again in 5 seconds."
    await away.close()
