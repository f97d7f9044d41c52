"""Services over REST, as the reference, Terraform and scripts use them."""

from typing import Any

import httpx
import pytest
import sqlalchemy as sa

from tests.api.conftest import Connect, Hands, Welcome
from tests.api.scenes import open_incident
from tests.api.shop import HOURS, RULE, make_policy, make_shop, shop_body, stored_shop
from tocsin.domain.people.user import Role, User
from tocsin.domain.response.command import Acknowledge
from tocsin.domain.response.log_entry import Agent
from tocsin.store import tables
from tocsin.usecases.house import House
from tocsin.usecases.response import incidents

URL = "https://oncall.example.com"


@pytest.fixture
async def policy(api: httpx.AsyncClient, alice: User) -> str:
    """Make a policy, and return its id."""
    return await make_policy(api, alice)


async def test_a_service_is_made_shown_changed_and_taken_away(
    api: httpx.AsyncClient, policy: str
) -> None:
    made = await api.post("/services", json=shop_body(policy))
    path = f"/services/{made.json()['service']['id']}"
    shown = await api.get(path)
    changed = await api.put(path, json={"service": {"description": "Sells"}})
    gone = await api.delete(path)

    assert (made.status_code, changed.status_code, gone.status_code) == (201, 200, 204)
    assert made.json() == shown.json()
    assert changed.json()["service"] == shown.json()["service"] | {"description": "Sells"}
    assert (await api.get(path)).status_code == 404
    assert (await api.delete(path)).status_code == 404


async def test_a_service_looks_as_the_reference_says(api: httpx.AsyncClient, policy: str) -> None:
    service = await make_shop(api, policy)

    assert service == {
        "id": service["id"],
        "type": "service",
        "summary": "Shop",
        "self": f"{URL}/services/{service['id']}",
        "html_url": f"{URL}/service-directory/{service['id']}",
        "name": "Shop",
        "description": None,
        "created_at": "2026-11-21T12:00:00Z",
        "status": "active",
        "acknowledgement_timeout": 1800,
        "auto_resolve_timeout": 14400,
        "last_incident_timestamp": None,
        "escalation_policy": {
            "id": policy,
            "type": "escalation_policy_reference",
            "summary": "Web",
            "self": f"{URL}/escalation_policies/{policy}",
            "html_url": f"{URL}/escalation_policies/{policy}",
        },
        "incident_urgency_rule": {"type": "constant", "urgency": "high"},
        "support_hours": None,
        "scheduled_actions": [],
        "alert_creation": "create_alerts_and_incidents",
        "alert_grouping": None,
        "alert_grouping_timeout": None,
        "alert_grouping_parameters": None,
        "auto_pause_notifications_parameters": {"enabled": False, "timeout": None},
        "response_play": None,
        "integrations": [],
        "teams": [],
        "addons": [],
    }


@pytest.mark.parametrize(
    "grouping",
    [
        {"type": "time", "config": {"timeout": 5}},
        {"type": "content_based", "config": {"aggregate": "any", "fields": ["summary"]}},
        None,
    ],
)
async def test_a_whole_service_can_be_sent_back(
    api: httpx.AsyncClient, policy: str, grouping: dict[str, Any] | None
) -> None:
    service = await make_shop(
        api,
        policy,
        incident_urgency_rule=RULE,
        support_hours=HOURS,
        alert_grouping_parameters=grouping,
        auto_pause_notifications_parameters={"enabled": True, "timeout": 300},
    )

    again = await api.put(f"/services/{service['id']}", json={"service": service})

    assert again.json()["service"] == service


async def test_nulls_empty_what_can_be_empty_and_leave_the_rest(
    api: httpx.AsyncClient, policy: str
) -> None:
    service = await make_shop(api, policy, description="Sells")

    nulls = await api.put(f"/services/{service['id']}", json={"service": dict.fromkeys(service)})

    assert nulls.json()["service"] == service | {
        "description": None,
        "acknowledgement_timeout": None,
        "auto_resolve_timeout": None,
    }


async def test_a_name_belongs_to_one_service(api: httpx.AsyncClient, policy: str) -> None:
    await make_shop(api, policy)
    other = await make_shop(api, policy, name="Other")

    made = await api.post("/services", json=shop_body(policy, name=" SHOP "))
    changed = await api.put(f"/services/{other['id']}", json={"service": {"name": "shop"}})

    for answer in (made, changed):
        assert answer.status_code == 400
        assert answer.json()["error"]["errors"] == ["Name has already been taken"]


@pytest.mark.parametrize(
    ("query", "names"),
    [
        ("", ["Bar", "foo", "Foo bar"]),
        ("query=FOO", ["foo", "Foo bar"]),
        ("name=foo", ["foo"]),
        ("name=fo", []),
        ("sort_by=name:desc", ["Foo bar", "foo", "Bar"]),
        ("team_ids[]=PNOTEAM", []),
        ("limit=1&offset=1", ["foo"]),
    ],
)
async def test_services_are_found_by_name(
    api: httpx.AsyncClient, policy: str, query: str, names: list[str]
) -> None:
    for name in ("Foo bar", "foo", "Bar"):
        await make_shop(api, policy, name=name)

    listed = (await api.get(f"/services?{query}")).json()

    assert [service["name"] for service in listed["services"]] == names


async def test_a_list_comes_in_parts(api: httpx.AsyncClient, policy: str) -> None:
    for name in ("A", "B", "C"):
        await make_shop(api, policy, name=name)

    listed = (await api.get("/services?limit=2&total=true")).json()

    assert (listed["more"], listed["total"], listed["limit"]) == (True, 3, 2)


async def test_what_belongs_to_a_service_is_included(api: httpx.AsyncClient, policy: str) -> None:
    service = await make_shop(api, policy)
    made = await api.post(f"/services/{service['id']}/integrations", json={"integration": {}})
    include = "include[]=escalation_policies&include[]=integrations"

    (listed,) = (await api.get(f"/services?{include}")).json()["services"]
    plain = (await api.get(f"/services/{service['id']}")).json()["service"]

    assert listed["integrations"] == [made.json()["integration"]]
    assert listed["escalation_policy"]["escalation_rules"][0]["targets"][0]["summary"] == "Alice"
    (reference,) = plain["integrations"]
    assert reference["type"] == "events_api_v2_inbound_integration_reference"


async def test_the_status_tells_how_a_service_fares(
    api: httpx.AsyncClient, house: House, policy: str, alice: User, clock: Hands
) -> None:
    made = await make_shop(api, policy)
    path = f"/services/{made['id']}"
    seen = []

    async def look() -> dict[str, Any]:
        (listed,) = (await api.get("/services")).json()["services"]
        seen.append(listed["status"])
        shown: dict[str, Any] = (await api.get(path)).json()["service"]
        assert listed == shown
        return shown

    stored = await stored_shop(house, made)
    clock.move(minutes=1)
    incident = await open_incident(house, stored)
    assert (await look())["last_incident_timestamp"] == "2026-11-21T12:01:00Z"
    taken = Acknowledge(agent=Agent("user", alice.id), channel={"type": "website"})
    await incidents.act(house, incident.id, taken, clock.now)
    await look()
    window = {
        "start_time": "2026-11-21T12:00:00Z",
        "end_time": "2026-11-21T13:00:00Z",
        "services": [{"id": made["id"], "type": "service_reference"}],
    }
    await api.post("/maintenance_windows", json={"maintenance_window": window})
    await look()
    await api.put(path, json={"service": {"status": "disabled"}})
    await look()
    await api.put(path, json={"service": {"status": "active"}})
    await look()

    assert seen == ["critical", "warning", "maintenance", "disabled", "maintenance"]


async def test_a_deleted_service_takes_its_open_incidents_with_it(
    api: httpx.AsyncClient, house: House, policy: str, alice: User
) -> None:
    made = await make_shop(api, policy)
    stored = await stored_shop(house, made)
    incident = await open_incident(house, stored)

    assert (await api.delete(f"/services/{made['id']}")).status_code == 204

    entries = tables.log_entries.c
    query = sa.select(entries.body).where(
        entries.incident_id == incident.id, entries.type == "resolve_log_entry"
    )
    async with house.database.read() as tx:
        status = await tx.scalar(sa.select(tables.incidents.c.status))
        (entry,) = (await tx.execute(query)).scalars()
    assert status == "resolved"
    assert (entry["agent"]["kind"], entry["agent"]["id"]) == ("user", alice.id)
    assert entry["details"]["note"] == "The service was deleted."


async def test_a_deleted_service_leaves_its_maintenance_windows(
    api: httpx.AsyncClient, policy: str
) -> None:
    shop, other = [await make_shop(api, policy, name=name) for name in ("Shop", "Other")]
    window = {
        "start_time": "2026-11-21T12:00:00Z",
        "end_time": "2026-11-21T13:00:00Z",
        "services": [{"id": one["id"], "type": "service_reference"} for one in (shop, other)],
    }
    await api.post("/maintenance_windows", json={"maintenance_window": window})

    await api.delete(f"/services/{shop['id']}")

    (left,) = (await api.get("/maintenance_windows")).json()["maintenance_windows"]
    assert [one["id"] for one in left["services"]] == [other["id"]]


async def test_account_keys_without_a_from_header_may_delete(
    connect: Connect, api: httpx.AsyncClient, policy: str, house: House
) -> None:
    made = await make_shop(api, policy)
    stored = await stored_shop(house, made)
    await open_incident(house, stored)

    assert (await (await connect()).delete(f"/services/{made['id']}")).status_code == 204


@pytest.mark.parametrize(
    ("role", "status"), [("user", 201), ("limited_user", 403), ("observer", 403)]
)
async def test_services_are_made_by_those_who_manage(
    connect: Connect, welcome: Welcome, policy: str, role: Role, status: int
) -> None:
    client = await connect(await welcome("Carol", role))

    assert (await client.post("/services", json=shop_body(policy))).status_code == status
    assert (await client.get("/services")).status_code == 200


async def test_a_read_only_key_only_reads(
    connect: Connect, api: httpx.AsyncClient, policy: str
) -> None:
    service = await make_shop(api, policy)
    path, client = f"/services/{service['id']}", await connect(read_only=True)

    assert (await client.get(path)).status_code == 200
    assert (await client.put(path, json={"service": {}})).status_code == 403
    assert (await client.delete(path)).status_code == 403
