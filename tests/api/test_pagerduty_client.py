"""PagerDuty's own Python client, asked who is on call."""

import asyncio
from typing import Any

import httpx
import httpx2
import pagerduty
import pytest

from tests.api.conftest import PUBLIC_URL, Connect
from tests.api.scenes import a_layer, a_policy, ref
from tocsin.domain.people.user import User


class Bridge(httpx2.BaseTransport):
    """Carries what the client sends from its thread to the loop of the test, and back."""

    def __init__(self, api: httpx.AsyncClient) -> None:
        self._api = api
        self._loop = asyncio.get_running_loop()

    def handle_request(self, request: httpx2.Request) -> httpx2.Response:
        sent = self._api.request(
            request.method, str(request.url), headers=request.headers, content=request.read()
        )
        answer = asyncio.run_coroutine_threadsafe(sent, self._loop).result(timeout=10)
        return httpx2.Response(
            answer.status_code, headers=answer.headers.raw, stream=httpx2.ByteStream(answer.content)
        )


@pytest.fixture
async def client(connect: Connect, alice: User) -> pagerduty.RestApiV2Client:
    api = await connect(alice)
    key = api.headers["authorization"].removeprefix("Token token=")
    return pagerduty.RestApiV2Client(key, base_url=PUBLIC_URL, transport=Bridge(api))


async def test_the_python_client_makes_changes_lists_and_takes_away(
    client: pagerduty.RestApiV2Client, alice: User
) -> None:
    def walk() -> None:
        bob = client.persist(
            "users", "email", {"type": "user", "name": "Bob", "email": "bob@example.com"}
        )
        schedule = client.rpost("schedules", json=_schedule("Night", alice))
        target = {"id": schedule["id"], "type": "schedule_reference"}
        for number in range(5):
            client.rpost("escalation_policies", json=a_policy(f"P{number}", [target]))
        policy = client.find("escalation_policies", "P3")
        assert policy
        policy["escalation_rules"][0]["targets"].append({"id": bob["id"], "type": "user_reference"})
        changed = client.rput(policy, json=policy)
        rows = list(client.iter_all("oncalls", page_size=2, total=True))

        assert len(changed["escalation_rules"][0]["targets"]) == 2
        assert len(rows) == 6
        assert {row["user"]["summary"] for row in rows} == {"Alice", "Bob"}
        assert len(client.list_all("escalation_policies", params={"user_ids[]": bob["id"]})) == 1
        with pytest.raises(pagerduty.HttpError, match="400"):
            client.rdelete(schedule)
        for policy in client.list_all("escalation_policies"):
            client.rdelete(policy)
        client.rdelete(schedule)
        assert client.list_all("schedules") == []

    await asyncio.to_thread(walk)


async def test_the_python_client_overrides_a_schedule(
    client: pagerduty.RestApiV2Client, alice: User
) -> None:
    def walk() -> None:
        schedule = client.rpost("schedules", json=_schedule("Night", alice))
        path = f"/schedules/{schedule['id']}/overrides"
        override = {"user": ref(alice), "start": "2026-11-22", "end": "2026-11-23"}
        (outcome,) = client.jpost(path, json={"overrides": [override]})
        window = {"since": "2026-11-21", "until": "2026-11-28"}

        assert client.rget(path, params=window) == [outcome["override"]]
        client.rdelete(f"{path}/{outcome['override']['id']}")
        assert client.rget(path, params=window) == []

    await asyncio.to_thread(walk)


async def test_the_python_client_keeps_users_and_services(
    client: pagerduty.RestApiV2Client, alice: User
) -> None:
    def walk() -> None:
        bob = client.rpost("users", json={"name": "Bob", "email": "bob@example.com"})
        phone = {"type": "phone_contact_method", "label": "Mobile", "address": "5555550123"}
        method = client.rpost(f"{bob['self']}/contact_methods", json=phone)
        rule = {"contact_method": method, "urgency": "low", "start_delay_in_minutes": 2}
        client.rpost(f"{bob['self']}/notification_rules", json=rule)
        policy = client.rpost("escalation_policies", json=a_policy("Web", [ref(alice)]))
        service = client.rpost("services", json={"name": "Shop", "escalation_policy": policy})
        client.rput(service, json=service | {"description": "Sells"})
        window = {"start_time": "2026-11-21", "end_time": "2026-11-22", "services": [service]}
        quiet = client.rpost("maintenance_windows", json=window)
        client.rpost(f"{service['self']}/integrations", json={"name": "Metrics"})

        rules = client.rget(f"{bob['self']}/notification_rules", params={"urgency": "low"})
        found = client.find("services", "Shop")
        assert [one["start_delay_in_minutes"] for one in rules] == [0, 2]
        assert client.rget(method)["label"] == "Mobile"
        assert found
        assert (found["status"], found["description"]) == ("maintenance", "Sells")
        assert [one["summary"] for one in found["integrations"]] == ["Metrics"]
        client.rdelete(quiet)
        for thing in (service, policy, bob):
            client.rdelete(thing)
        assert client.list_all("services") == []
        assert [user["name"] for user in client.list_all("users")] == ["Alice"]

    await asyncio.to_thread(walk)


def _schedule(name: str, *users: User) -> dict[str, Any]:
    layers = [a_layer(*users)]
    return {"type": "schedule", "name": name, "time_zone": "UTC", "schedule_layers": layers}
