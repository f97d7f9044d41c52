"""PagerDuty's own Python client, over HTTPS: it accepts nothing less."""

import asyncio

import pagerduty
import pytest

from tests.clients.office import OWNER, TOKEN, Office, Service

pytestmark = pytest.mark.slow


@pytest.fixture
async def service(office: Office, request: pytest.FixtureRequest) -> Service:
    """Give something new that can break."""
    return await office.new_service(request.node.name)


async def test_the_rest_client_creates_lists_acknowledges_and_resolves(
    office: Office, service: Service
) -> None:
    def speak() -> None:
        with pagerduty.RestApiV2Client(TOKEN, default_from=OWNER, **office.https) as client:
            made = client.rpost(
                "incidents",
                json={
                    "type": "incident",
                    "title": "Disk full",
                    "service": {"id": service.id, "type": "service_reference"},
                },
            )
            wanted = {"service_ids[]": [service.id], "statuses[]": ["triggered", "acknowledged"]}
            assert [one["id"] for one in client.iter_all("incidents", wanted)] == [made["id"]]
            assert client.dict_all("incidents", params=wanted).keys() == {made["id"]}

            held = client.rput(made, json={"type": "incident", "status": "acknowledged"})
            assert held["status"] == "acknowledged"
            assert held["acknowledgements"][0]["acknowledger"]["summary"] == "Owner"
            over = client.rput("incidents", json=[held | {"status": "resolved"}])
            assert [one["status"] for one in over] == ["resolved"]
            assert list(client.iter_all("incidents", wanted)) == []

    await asyncio.to_thread(speak)
    await office.until(service, ("Disk full", "resolved"))


async def test_the_events_client_triggers_acknowledges_and_resolves(
    office: Office, service: Service
) -> None:
    with pagerduty.EventsApiV2Client(service.key, **office.https) as client:
        key = await asyncio.to_thread(client.trigger, "CPU is on fire", "web-1.example.com")
        await office.until(service, ("CPU is on fire", "triggered"))
        await asyncio.to_thread(client.acknowledge, key)
        await office.until(service, ("CPU is on fire", "acknowledged"))
        await asyncio.to_thread(client.resolve, key)
        await office.until(service, ("CPU is on fire", "resolved"))


async def test_the_events_client_tells_of_a_change(office: Office, service: Service) -> None:
    with pagerduty.EventsApiV2Client(service.key, **office.https) as client:
        change = {"summary": "Version 7 is out", "source": "build-1.example.com"}
        await asyncio.to_thread(client.send_change_event, change)
