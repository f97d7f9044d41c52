"""`tocsin serve` and `tocsin token` as processes: what they refuse, what they say, how they end."""

import asyncio
import json
import os
import signal
import socket
import sys
import time
from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest

from tests.conftest import open_folder
from tests.running import Server, ended, serving
from tocsin.store.database import Database
from tocsin.store.postgres import Postgres

pytestmark = pytest.mark.slow

TOKEN = "y_NbAkKc66ryYTWUXYEu"
METRICS = {
    "tocsin_engine_due",
    "tocsin_engine_failures_total",
    "tocsin_engine_heartbeat_timestamp_seconds",
    "tocsin_engine_oldest_due_seconds",
    "tocsin_event_commit_seconds",
    "tocsin_events_total",
    "tocsin_page_seconds",
    "tocsin_pages_total",
}


@pytest.fixture(scope="session")
async def shared() -> AsyncIterator[Server]:
    """Run one server for those who change nothing of it, with a database of its own."""
    with open_folder() as folder:
        async with serving(folder, api_token=TOKEN, admin_email="owner@example.com") as server:
            yield server


async def tocsin(*arguments: object, **environ: str) -> tuple[int | None, str, str]:
    """Run a command to its end: exit code, output, errors."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "tocsin", *map(str, arguments)),
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
        env=os.environ | environ | {"COLUMNS": "200"},
    )
    out, err = await process.communicate()
    return process.returncode, out.decode(), err.decode()


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["--port", "http"], "TOCSIN_PORT must be a whole number from 0 to 65535, not 'http'."),
        (["--role", "chief"], "TOCSIN_ROLE must be one of api, engine, all, not 'chief'."),
    ],
)
async def test_a_wrong_setting_is_one_sentence_and_exit_code_two(
    arguments: list[str], sentence: str
) -> None:
    assert await tocsin("serve", *arguments) == (2, "", f"{sentence}\n")


async def test_a_secret_that_is_wrong_is_not_repeated() -> None:
    code, _, err = await tocsin("serve", TOCSIN_API_TOKEN="not-a-token")

    assert code == 2
    assert err.startswith("TOCSIN_API_TOKEN must be 20 letters")
    assert "not-a-token" not in err


async def test_a_port_in_use_is_one_sentence_and_nothing_is_begun(folder: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
        code, _, err = await tocsin("serve", "--data", folder, "--port", str(port))

    assert (code, err) == (1, f"127.0.0.1:{port} cannot be listened on: Address already in use.\n")


async def test_a_host_of_another_machine_is_one_sentence(folder: Path) -> None:
    code, _, err = await tocsin("serve", "--data", folder, "--host", "203.0.113.7")

    assert code == 1
    assert err == "203.0.113.7:8642 cannot be listened on: Cannot assign requested address.\n"


async def test_a_database_that_is_away_is_one_sentence_and_exit_code_one(folder: Path) -> None:
    url = "postgresql://tocsin@127.0.0.1:1/tocsin"
    code, _, err = await tocsin("serve", "--data", folder, "--port", "0", TOCSIN_DATABASE_URL=url)

    assert (code, err) == (1, "The database cannot be reached.\n")


async def test_health_readiness_and_metrics_need_no_key(shared: Server) -> None:
    async with httpx.AsyncClient(base_url=shared.url) as http:
        health, ready, metrics = [await http.get(p) for p in ("/health", "/ready", "/metrics")]

    assert (health.status_code, health.json()) == (200, {"status": "alive"})
    assert ready.json() == {"database": True, "migrations": True, "engine": True}
    names = {line.split()[2] for line in metrics.text.splitlines() if line.startswith("# TYPE")}
    assert names >= METRICS


async def test_a_token_is_made_used_listed_and_revoked(shared: Server) -> None:
    data = ("--data", shared.settings["data"])
    code, secret, _ = await tocsin("token", "create", "Terraform", *data)
    assert code == 0
    assert await status(shared, secret.strip()) == 200

    _, listed, _ = await tocsin("token", "list", *data)
    [line] = [line for line in listed.splitlines() if "Terraform" in line]
    assert secret.strip() not in listed

    id_ = line.split()[1]
    assert await tocsin("token", "revoke", id_, *data) == (0, f"The key {id_} is revoked.\n", "")
    assert await status(shared, secret.strip()) == 401
    assert (await tocsin("token", "revoke", id_, *data))[0] == 1


async def test_a_token_of_a_user_who_is_not_there_is_refused(shared: Server) -> None:
    data = ("--data", shared.settings["data"])
    code, out, err = await tocsin("token", "create", "Ghost", "--user", "x@example.com", *data)

    assert (code, out) == (1, "")
    assert err.count("\n") == 1


async def test_the_token_and_the_owner_of_the_settings_exist_after_the_first_start(
    shared: Server,
) -> None:
    async with httpx.AsyncClient(base_url=shared.url) as http:
        answer = await http.get("/users", headers={"authorization": f"Token token={TOKEN}"})

    assert [user["email"] for user in answer.json()["users"]] == ["owner@example.com"]


async def test_a_server_is_alive_but_not_ready_while_its_database_is_away(folder: Path) -> None:
    postgres = await Postgres.start(folder / "elsewhere", fast_and_unsafe=True)
    async with (
        serving(folder, database_url=postgres.url) as server,
        httpx.AsyncClient(base_url=server.url, timeout=10) as http,
    ):
        await postgres.stop()
        assert (await http.get("/ready")).status_code == 503
        assert (await http.get("/health")).status_code == 200

        postgres = await Postgres.start(folder / "elsewhere", fast_and_unsafe=True)
        await server.until_ready()
    await postgres.stop()


async def test_an_api_node_is_not_ready_before_an_engine_beats(
    folder: Path, database: Database, postgres: Postgres
) -> None:
    api, engine = [
        Server(
            folder,
            role=role,
            database_url=postgres.url,
            secret_key="a secret that all nodes have in common",
        )
        for role in ("api", "engine")
    ]
    async with ended(api, engine), httpx.AsyncClient() as http:
        await api.begin()
        await until_answering(api)
        waiting = await http.get(f"{api.url}/ready")
        assert (waiting.status_code, waiting.json()["engine"]) == (503, False)

        await engine.start()
        assert (await http.get(f"{api.url}/ready")).status_code == 200
        assert (await http.post(f"{engine.url}/v2/enqueue", json={})).status_code != 202
        assert (await http.get(f"{engine.url}/users")).status_code == 404


async def test_a_server_that_is_told_to_stop_ends_the_requests_it_has(folder: Path) -> None:
    async with serving(folder, log_format="json") as server:
        reader, writer = await asyncio.open_connection("127.0.0.1", server.port)
        writer.write(b"POST /v2/enqueue HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\n\r\n{")
        await asyncio.sleep(0.2)
        began = time.monotonic()
        server.send(signal.SIGTERM)
        await asyncio.sleep(0.2)
        writer.write(b"}")
        answer = await reader.read()

        assert answer.startswith(b"HTTP/1.1 400")
        assert await server.until_ended() == 0
        assert time.monotonic() - began < 10
        writer.close()
        assert all(json.loads(line) for line in server.said.splitlines()[1:])


async def status(server: Server, token: str) -> int:
    """Return what a key is answered."""
    async with httpx.AsyncClient(base_url=server.url) as http:
        answer = await http.get("/abilities", headers={"authorization": f"Token token={token}"})
        return answer.status_code


async def until_answering(server: Server) -> None:
    """Wait until the server says anything at all."""
    async with httpx.AsyncClient(base_url=server.url) as http:
        for _ in range(400):
            try:
                await http.get("/health")
            except httpx.TransportError:
                await asyncio.sleep(0.05)
            else:
                return
    raise AssertionError(server.said)
