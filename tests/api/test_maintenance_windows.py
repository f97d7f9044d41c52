"""Maintenance windows over REST: made, moved, ended, and found by where they lie in time."""

from typing import Any

import httpx
import pytest

from tests.api.conftest import Connect, Hands, Welcome
from tests.api.scenes import a_service
from tests.api.shop import make_policy
from tocsin.domain.intake.service import Service
from tocsin.domain.people.user import Role, User
from tocsin.usecases.house import House

URL = "https://oncall.example.com"
NOW = "2026-11-21T12:00:00Z"
ONE = "2026-11-21T13:00:00Z"
TWO = "2026-11-21T14:00:00Z"


@pytest.fixture
async def shop(api: httpx.AsyncClient, house: House, alice: User) -> Service:
    """Make a service."""
    return await a_service(house, "Shop", await make_policy(api, alice))


def _window(*services: Service, **fields: Any) -> dict[str, Any]:
    return {
        "type": "maintenance_window",
        "start_time": ONE,
        "end_time": TWO,
        "services": [{"id": one.id, "type": "service_reference"} for one in services],
        **fields,
    }


async def _create(api: httpx.AsyncClient, body: dict[str, Any]) -> httpx.Response:
    return await api.post("/maintenance_windows", json={"maintenance_window": body})


async def _made(api: httpx.AsyncClient, body: dict[str, Any]) -> dict[str, Any]:
    answer = await _create(api, body)
    assert answer.status_code == 201, answer.json()
    window: dict[str, Any] = answer.json()["maintenance_window"]
    return window


async def test_a_window_is_made_shown_and_changed(api: httpx.AsyncClient, shop: Service) -> None:
    made = await _create(api, _window(shop))
    path = f"/maintenance_windows/{made.json()['maintenance_window']['id']}"
    shown = await api.get(path)
    changed = await api.put(path, json={"maintenance_window": {"description": "Cables"}})

    assert (made.status_code, changed.status_code) == (201, 200)
    assert made.json() == shown.json()
    assert changed.json()["maintenance_window"] == shown.json()["maintenance_window"] | {
        "description": "Cables",
        "summary": "Cables",
    }


async def test_a_window_looks_as_the_reference_says(
    api: httpx.AsyncClient, shop: Service, alice: User
) -> None:
    window = await _made(api, _window(shop, description="Cables"))

    (service,), creator = window.pop("services"), window.pop("created_by")
    assert window == {
        "id": window["id"],
        "type": "maintenance_window",
        "summary": "Cables",
        "self": f"{URL}/maintenance_windows/{window['id']}",
        "html_url": f"{URL}/maintenance_windows/{window['id']}",
        "sequence_number": 1,
        "start_time": ONE,
        "end_time": TWO,
        "description": "Cables",
        "teams": [],
    }
    assert (service["id"], service["type"], service["summary"]) == (
        shop.id,
        "service_reference",
        "Shop",
    )
    assert (creator["id"], creator["type"]) == (alice.id, "user_reference")


async def test_terraform_sends_no_from_header(api: httpx.AsyncClient, shop: Service) -> None:
    del api.headers["from"]

    assert (await _made(api, _window(shop)))["created_by"] is None


@pytest.mark.parametrize("start", ["2026-11-01T00:00:00Z", "2026-11-21T12:59+01:00", NOW])
async def test_what_would_begin_in_the_past_begins_now(
    api: httpx.AsyncClient, shop: Service, start: str
) -> None:
    assert (await _made(api, _window(shop, start_time=start)))["start_time"] == NOW


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({"services": []}, "Services must be 1 to 1000."),
        ({"services": None}, "Services must be 1 to 1000."),
        ({"services": [{"id": "PNONE"}]}, "Service PNONE was not found."),
        ({"end_time": "2026-11-21T12:00:00Z"}, "End time must be in the future."),
        ({"end_time": None}, "End time must be in the future."),
        ({"end_time": ONE}, "End time must be after the start time."),
        ({"end_time": "soon"}, "End time must be a date or a time in ISO 8601."),
        ({"start_time": 5}, "Start time must be a text."),
        ({"description": "x" * 2001}, "Description must have at most 2000 characters."),
    ],
)
async def test_a_window_that_cannot_be_is_refused_in_a_sentence(
    api: httpx.AsyncClient, shop: Service, fields: dict[str, Any], sentence: str
) -> None:
    answer = await _create(api, _window(shop, **fields))

    assert answer.status_code == 400
    assert answer.json()["error"]["errors"] == [sentence]


async def test_a_running_window_keeps_its_start_when_it_is_sent_back(
    api: httpx.AsyncClient, shop: Service, clock: Hands
) -> None:
    clock.move(seconds=0.7)
    window = await _made(api, _window(shop, start_time=NOW))
    clock.move(minutes=5)

    again = await api.put(
        f"/maintenance_windows/{window['id']}", json={"maintenance_window": window}
    )

    assert again.json()["maintenance_window"] == window


async def test_a_future_window_that_is_moved_into_the_past_begins_now(
    api: httpx.AsyncClient, shop: Service
) -> None:
    window = await _made(api, _window(shop))

    moved = await api.put(
        f"/maintenance_windows/{window['id']}",
        json={"maintenance_window": {"start_time": "2026-11-01"}},
    )

    assert moved.json()["maintenance_window"]["start_time"] == NOW


async def test_a_future_window_is_taken_away(api: httpx.AsyncClient, shop: Service) -> None:
    path = f"/maintenance_windows/{(await _made(api, _window(shop)))['id']}"

    assert (await api.delete(path)).status_code == 204
    assert (await api.get(path)).status_code == 404
    assert (await api.delete(path)).status_code == 404


async def test_a_running_window_ends(api: httpx.AsyncClient, shop: Service, clock: Hands) -> None:
    path = f"/maintenance_windows/{(await _made(api, _window(shop, start_time=NOW)))['id']}"
    clock.move(minutes=30)

    assert (await api.delete(path)).status_code == 204
    ended = (await api.get(path)).json()["maintenance_window"]
    assert (ended["start_time"], ended["end_time"]) == (NOW, "2026-11-21T12:30:00Z")


async def test_what_is_over_cannot_be_ended_or_changed(
    api: httpx.AsyncClient, shop: Service, clock: Hands
) -> None:
    path = f"/maintenance_windows/{(await _made(api, _window(shop)))['id']}"
    clock.move(hours=2)

    deleted = await api.delete(path)
    changed = await api.put(path, json={"maintenance_window": {"end_time": "2027-01-01"}})

    assert (deleted.status_code, deleted.json()["error"]["code"]) == (405, 5003)
    assert changed.json()["error"]["errors"] == [
        "A maintenance window that is over cannot be changed."
    ]


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("", ["past", "ongoing", "future"]),
        ("filter=all", ["past", "ongoing", "future"]),
        ("filter=past", ["past"]),
        ("filter=ongoing", ["ongoing"]),
        ("filter=future", ["future"]),
        ("filter=open", ["ongoing", "future"]),
        ("query=UTUR", ["future"]),
        ("service_ids[]=PNONE", []),
        ("team_ids[]=PNOTEAM", []),
        ("limit=1&offset=1", ["ongoing"]),
    ],
)
async def test_windows_are_found(
    api: httpx.AsyncClient, shop: Service, clock: Hands, query: str, found: list[str]
) -> None:
    await _made(api, _window(shop, description="past", start_time=NOW, end_time=ONE))
    await _made(
        api, _window(shop, description="future", start_time="2027-01-01", end_time="2028-01-01")
    )
    await _made(api, _window(shop, description="ongoing"))
    clock.move(hours=1.5)

    listed = (await api.get(f"/maintenance_windows?{query}")).json()["maintenance_windows"]

    assert [window["description"] for window in listed] == found


async def test_windows_are_found_by_their_services(
    api: httpx.AsyncClient, house: House, shop: Service
) -> None:
    other = await a_service(house, "Other", shop.escalation_policy_id)
    both = await _made(api, _window(shop, other))
    await _made(api, _window(shop))

    listed = (await api.get(f"/maintenance_windows?service_ids[]={other.id}&total=1")).json()
    longer = (await api.get(f"/maintenance_windows?service_ids[]={other.id}X")).json()

    assert longer["maintenance_windows"] == []
    assert [window["id"] for window in listed["maintenance_windows"]] == [both["id"]]
    assert listed["total"] == 1


async def test_a_strange_filter_is_refused(api: httpx.AsyncClient) -> None:
    assert (await api.get("/maintenance_windows?filter=never")).status_code == 400


async def test_services_and_users_are_included(
    api: httpx.AsyncClient, shop: Service, alice: User
) -> None:
    await _made(api, _window(shop))
    include = "include[]=services&include[]=users"

    (window,) = (await api.get(f"/maintenance_windows?{include}")).json()["maintenance_windows"]

    assert (window["services"][0]["type"], window["services"][0]["status"]) == ("service", "active")
    assert (window["created_by"]["type"], window["created_by"]["email"]) == ("user", alice.email)


@pytest.mark.parametrize(("role", "status"), [("user", 201), ("limited_user", 403)])
async def test_windows_are_made_by_those_who_manage(
    connect: Connect, welcome: Welcome, shop: Service, role: Role, status: int
) -> None:
    client = await connect(await welcome("Carol", role))

    assert (await _create(client, _window(shop))).status_code == status


async def test_a_read_only_key_only_reads(
    connect: Connect, api: httpx.AsyncClient, shop: Service
) -> None:
    path = f"/maintenance_windows/{(await _made(api, _window(shop)))['id']}"
    client = await connect(read_only=True)

    assert (await client.get(path)).status_code == 200
    assert (await client.put(path, json={"maintenance_window": {}})).status_code == 403
    assert (await client.delete(path)).status_code == 403
