"""Change events over REST: beside services, and beside the incidents that followed them."""

from typing import Any

import httpx
import pytest

from tests.api.conftest import Connect, Hands, Welcome
from tests.api.watched import Json, Watched
from tocsin.domain.intake.event import ChangeEvent, Image, Link

URL = "https://oncall.example.com"


async def _deploy(watched: Watched, summary: str = "Deployed", **said: Any) -> Json:
    await watched.send(ChangeEvent(summary=summary, **said))
    (newest, *_) = await watched.get("/change_events")
    return dict(newest)


async def _summaries(watched: Watched, path: str = "/change_events", **query: Any) -> list[str]:
    return [change["summary"] for change in await watched.get(path, **query)]


async def test_a_change_looks_as_clients_expect(watched: Watched) -> None:
    change = await _deploy(
        watched,
        source="ci",
        timestamp="2026-11-21T11:59:00Z",
        links=(Link(href="https://ci.example.com/7"),),
        images=(Image(src="https://ci.example.com/7.png", alt="Graph"),),
        custom_details={"build": 7},
    )

    service, integration = change.pop("services")[0], change.pop("integration")
    assert change == {
        "id": change["id"],
        "type": "change_event",
        "summary": "Deployed",
        "self": f"{URL}/change_events/{change['id']}",
        "html_url": f"{URL}/change_events/{change['id']}",
        "timestamp": "2026-11-21T11:59:00Z",
        "source": "ci",
        "links": [{"href": "https://ci.example.com/7"}],
        "images": [{"src": "https://ci.example.com/7.png", "alt": "Graph"}],
        "custom_details": {"build": 7},
    }
    assert (service["id"], service["summary"]) == (watched.service_id, "Checkout")
    assert (integration["id"], integration["summary"]) == (watched.integration_id, "Prometheus")
    shown = await watched.get(f"/change_events/{change['id']}")
    assert shown == change | {"services": [service], "integration": integration}


async def test_a_change_without_a_time_happened_when_it_arrived(watched: Watched) -> None:
    assert (await _deploy(watched))["timestamp"] == "2026-11-21T12:00:00Z"


async def test_changes_are_found_the_newest_first(watched: Watched, clock: Hands) -> None:
    await _deploy(watched, "First")
    clock.move(hours=1)
    await _deploy(watched, "Second")

    assert await _summaries(watched) == ["Second", "First"]
    assert await _summaries(watched, since="2026-11-21T12:30:00Z") == ["Second"]
    assert await _summaries(watched, until="2026-11-21T12:30:00Z") == ["First"]
    assert len(await _summaries(watched, **{"integration_ids[]": watched.integration_id})) == 2
    assert await _summaries(watched, **{"integration_ids[]": "PNONE"}) == []
    assert await _summaries(watched, **{"team_ids[]": "PTEAM"}) == []
    page = (await watched.api.get("/change_events?limit=1&offset=1&total=true")).json()
    assert (page["change_events"][0]["summary"], page["total"], page["more"]) == ("First", 2, False)


async def test_the_changes_of_a_service_are_its_own(watched: Watched) -> None:
    await _deploy(watched)
    policy = {"id": watched.policy_id, "type": "escalation_policy_reference"}
    body = {"service": {"type": "service", "name": "Search", "escalation_policy": policy}}
    other = (await watched.api.post("/services", json=body)).json()["service"]["id"]

    assert await _summaries(watched, f"/services/{watched.service_id}/change_events") == [
        "Deployed"
    ]
    assert await _summaries(watched, f"/services/{other}/change_events") == []


async def test_what_changed_in_the_day_before_an_incident_is_related_to_it(
    watched: Watched, clock: Hands
) -> None:
    await _deploy(watched, "Too old")
    for summary in ("First", "Last"):
        clock.move(hours=14)
        await _deploy(watched, summary)
    incident = await watched.open()
    clock.move(seconds=1)
    await _deploy(watched, "Too late")

    path = f"/incidents/{incident['id']}/related_change_events"
    found = await watched.get(path)
    assert [(one["summary"], one["correlation_reason"]["reason"]) for one in found] == [
        ("Last", "most_recent"),
        ("First", "related_service"),
    ]
    assert await _summaries(watched, path, limit=1) == ["Last"]


async def test_what_is_said_about_a_change_can_be_corrected(watched: Watched) -> None:
    change = await _deploy(watched, custom_details={"build": 7})
    path = f"/change_events/{change['id']}"
    body = {"type": "change_event", "summary": "Deployed twice", "source": "kept as it was"}
    changed = (await watched.api.put(path, json={"change_event": body})).json()["change_event"]
    details = {"change_event": {"custom_details": {"build": 8}}}
    again = (await watched.api.put(path, json=details)).json()["change_event"]

    assert changed == change | {"summary": "Deployed twice"}
    assert again == changed | {"custom_details": {"build": 8}}
    assert await watched.get(path) == again


@pytest.mark.parametrize("summary", ["", " ", "x" * 1025, 7])
async def test_a_change_needs_a_short_summary(watched: Watched, summary: Any) -> None:
    change = await _deploy(watched)
    path, body = f"/change_events/{change['id']}", {"change_event": {"summary": summary}}

    assert (await watched.api.put(path, json=body)).status_code == 400


@pytest.mark.parametrize(
    "path",
    [
        "/change_events/QNOTHING",
        "/services/PNOTHING/change_events",
        "/incidents/QNOTHING/related_change_events",
    ],
)
async def test_what_is_not_there_has_no_changes(api: httpx.AsyncClient, path: str) -> None:
    assert (await api.get(path)).status_code == 404
    missing = await api.put("/change_events/QNOTHING", json={"change_event": {"summary": "Hm"}})
    assert missing.status_code == 404


async def test_managers_may_correct_what_observers_may_only_read(
    watched: Watched, connect: Connect, welcome: Welcome
) -> None:
    path = f"/change_events/{(await _deploy(watched))['id']}"
    carol = await connect(await welcome("Carol", role="observer"))
    bob = await connect(watched.bob)

    body = {"change_event": {"summary": "Deployed twice"}}
    assert (await carol.get(path)).status_code == 200
    assert (await carol.put(path, json=body)).status_code == 403
    assert (await bob.put(path, json=body)).status_code == 200
