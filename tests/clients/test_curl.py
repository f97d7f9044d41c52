"""curl, as anybody has it at hand."""

import asyncio
import json
from typing import Any

import pytest

from tests.clients.office import TOKEN, Office

pytestmark = pytest.mark.slow


async def curl(*arguments: str) -> Any:
    """Run curl, and return what was answered."""
    process = await asyncio.create_subprocess_exec(
        *("curl", "-sS", "--fail-with-body", *arguments), stdout=asyncio.subprocess.PIPE
    )
    said, _ = await process.communicate()
    assert process.returncode == 0, said.decode()
    return json.loads(said)


async def test_one_line_triggers_an_incident_and_another_shows_it(office: Office) -> None:
    service = await office.new_service("Curl")
    payload = {"summary": "Disk full", "source": "db-1.example.com", "severity": "critical"}
    event = {"routing_key": service.key, "event_action": "trigger", "payload": payload}

    answer = await curl(f"{office.server.url}/v2/enqueue", "-d", json.dumps(event))
    assert (answer["status"], answer["message"]) == ("success", "Event processed")

    key = f"Authorization: Token token={TOKEN}"
    shown = await curl("-H", key, f"{office.server.url}/incidents?service_ids[]={service.id}", "-g")
    assert [incident["title"] for incident in shown["incidents"]] == ["Disk full"]
    await office.until_mailed("Disk full")

    over = {
        "routing_key": service.key,
        "event_action": "resolve",
        "dedup_key": answer["dedup_key"],
    }
    await curl(f"{office.server.url}/v2/enqueue", "-d", json.dumps(over))
    await office.until(service, ("Disk full", "resolved"))
