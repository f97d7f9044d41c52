"""Services over REST, as the reference, Terraform and scripts use them."""

from typing import Any

import httpx
import pytest
import sqlalchemy as sa

from tests.api.conftest import Connect, Hands, Welcome
from tests.api.scenes import a_policy, open_incident, ref
from tocsin.domain.command import Acknowledge
from tocsin.domain.log_entry import Agent
from tocsin.domain.user import Role, User
from tocsin.store import tables
from tocsin.store.services import SERVICES
from tocsin.usecases import incidents
from tocsin.usecases.house import House

URL = "https://oncall.example.com"
RULE = {
    "type": "use_support_hours",
    "during_support_hours": {"type": "constant", "urgency": "high"},
    "outside_support_hours": {"type": "constant", "urgency": "low"},
}
HOURS = {
    "type": "fixed_time_per_day",
    "time_zone": "America/Lima",
    "days_of_week": [1, 2, 3, 4, 5],
    "start_time": "09:00:00",
    "end_time": "17:30:00",
}
ACTION = {
    "type": "urgency_change",
    "at": {"type": "named_time", "name": "support_hours_start"},
    "to_urgency": "high",
}


@pytest.fixture
async def policy(api: httpx.AsyncClient, alice: User) -> str:
    """Make a policy, and return its id."""
    body = {"escalation_policy": a_policy("Web", [ref(alice)])}
    answer = await api.post("/escalation_policies", json=body)
    return str(answer.json()["escalation_policy"]["id"])


def _shop(policy: str, **fields: Any) -> dict[str, Any]:
    reference = {"id": policy, "type": "escalation_policy_reference"}
    return {"type": "service", "name": "Shop", "escalation_policy": reference} | fields


async def _create(api: httpx.AsyncClient, body: dict[str, Any]) -> httpx.Response:
    return await api.post("/services", json={"service": body})


async def _made(api: httpx.AsyncClient, body: dict[str, Any]) -> dict[str, Any]:
    answer = await _create(api, body)
    assert answer.status_code == 201, answer.json()
    service: dict[str, Any] = answer.json()["service"]
    return service


async def test_a_service_is_made_shown_changed_and_taken_away(
    api: httpx.AsyncClient, policy: str
) -> None:
    made = await _create(api, _shop(policy))
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
    service = await _made(api, _shop(policy))

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


@pytest.mark.parametrize("off", [0, None])
async def test_a_timeout_of_nothing_is_off(
    api: httpx.AsyncClient, policy: str, off: int | None
) -> None:
    timeouts = {"acknowledgement_timeout": off, "auto_resolve_timeout": off}

    service = await _made(api, _shop(policy, **timeouts))

    assert service["acknowledgement_timeout"] is service["auto_resolve_timeout"] is None


async def test_urgency_can_follow_support_hours(api: httpx.AsyncClient, policy: str) -> None:
    urgency = {
        "incident_urgency_rule": RULE,
        "support_hours": HOURS,
        "scheduled_actions": [ACTION],
    }

    service = await _made(api, _shop(policy, **urgency))

    assert {name: service[name] for name in urgency} == urgency


async def test_hours_go_with_the_rule_that_they_were_for(
    api: httpx.AsyncClient, policy: str
) -> None:
    hours = {"incident_urgency_rule": RULE, "support_hours": HOURS, "scheduled_actions": [ACTION]}
    service = await _made(api, _shop(policy, **hours))
    rule = {"type": "constant", "urgency": "severity_based"}

    changed = await api.put(
        f"/services/{service['id']}", json={"service": {"incident_urgency_rule": rule}}
    )

    after = changed.json()["service"]
    assert after["incident_urgency_rule"] == rule
    assert (after["support_hours"], after["scheduled_actions"]) == (None, [])


async def test_the_date_of_a_time_of_day_is_ignored(api: httpx.AsyncClient, policy: str) -> None:
    hours = HOURS | {"start_time": "2026-01-01T22:00:00Z", "end_time": "06:00"}

    service = await _made(api, _shop(policy, incident_urgency_rule=RULE, support_hours=hours))

    shown = service["support_hours"]
    assert (shown["start_time"], shown["end_time"]) == ("22:00:00", "06:00:00")


async def test_terraform_sends_a_list_of_actions_with_a_null_in_it(
    api: httpx.AsyncClient, policy: str
) -> None:
    body = _shop(policy, incident_urgency_rule=RULE, support_hours=HOURS, scheduled_actions=[None])

    assert (await _made(api, body))["scheduled_actions"] == []


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
    service = await _made(
        api,
        _shop(
            policy,
            incident_urgency_rule=RULE,
            support_hours=HOURS,
            alert_grouping_parameters=grouping,
            auto_pause_notifications_parameters={"enabled": True, "timeout": 300},
        ),
    )

    again = await api.put(f"/services/{service['id']}", json={"service": service})

    assert again.json()["service"] == service


async def test_nulls_empty_what_can_be_empty_and_leave_the_rest(
    api: httpx.AsyncClient, policy: str
) -> None:
    service = await _made(api, _shop(policy, description="Sells"))

    nulls = await api.put(f"/services/{service['id']}", json={"service": dict.fromkeys(service)})

    assert nulls.json()["service"] == service | {
        "description": None,
        "acknowledgement_timeout": None,
        "auto_resolve_timeout": None,
    }


@pytest.mark.parametrize(
    ("sent", "shown", "old_word", "old_timeout"),
    [
        ({"type": "time", "config": {"timeout": 0}}, None, "time", 0),
        ({"type": "time"}, {"type": "time", "config": {}}, "time", None),
        ({"type": "intelligent", "config": {"time_window": 300}}, None, "intelligent", None),
        ({"type": "intelligent", "config": {"time_window": 0}}, None, "intelligent", None),
        (
            {
                "type": "content_based",
                "config": {"aggregate": "all", "fields": ["summary"], "time_window": 86400},
            },
            None,
            "rules",
            None,
        ),
    ],
)
async def test_alerts_can_be_grouped(
    api: httpx.AsyncClient,
    policy: str,
    sent: dict[str, Any],
    shown: dict[str, Any] | None,
    old_word: str,
    old_timeout: int | None,
) -> None:
    service = await _made(api, _shop(policy, alert_grouping_parameters=sent))

    assert service["alert_grouping_parameters"] == (shown or sent)
    assert service["alert_grouping"] == old_word
    assert service["alert_grouping_timeout"] == old_timeout


@pytest.mark.parametrize("off", [None, {}, {"type": None}, {"type": "", "config": None}])
async def test_grouping_is_switched_off_by_a_null(
    api: httpx.AsyncClient, policy: str, off: dict[str, Any] | None
) -> None:
    grouping = {"type": "time", "config": {"timeout": 5}}
    service = await _made(api, _shop(policy, alert_grouping_parameters=grouping))

    changed = await api.put(
        f"/services/{service['id']}", json={"service": {"alert_grouping_parameters": off}}
    )

    assert changed.json()["service"]["alert_grouping_parameters"] is None


@pytest.mark.parametrize(
    ("old", "parameters"),
    [
        (
            {"alert_grouping": "time", "alert_grouping_timeout": 7},
            {"type": "time", "config": {"timeout": 7}},
        ),
        ({"alert_grouping": "intelligent"}, {"type": "intelligent", "config": {}}),
        ({"alert_grouping": None, "alert_grouping_timeout": None}, None),
    ],
)
async def test_the_old_words_for_grouping_are_understood(
    api: httpx.AsyncClient, policy: str, old: dict[str, Any], parameters: dict[str, Any] | None
) -> None:
    service = await _made(api, _shop(policy, **old))

    assert service["alert_grouping_parameters"] == parameters


def _grouped(kind: str | None, config: object, **others: object) -> dict[str, Any]:
    return {"alert_grouping_parameters": {"type": kind, "config": config, **others}}


_NO_HOURS = "Support hours cannot be blank with a rule of type use_support_hours."
_BY_HOURS = {"incident_urgency_rule": RULE, "support_hours": HOURS}
_ALL_HIGH = RULE | {"outside_support_hours": {"type": "constant", "urgency": "high"}}
_CONTENT = {"aggregate": "all", "fields": ["summary"]}


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({"name": " "}, "Name cannot be blank."),
        ({"name": "a\x07"}, "Name must have at most 255 characters, all of them printable."),
        ({"description": "x" * 2001}, "Description must have at most 2000 characters."),
        ({"escalation_policy": None}, "Escalation policy cannot be blank."),
        ({"escalation_policy": {"id": "PNONE"}}, "Escalation policy PNONE was not found."),
        ({"status": "disabled"}, "Status can only be active when a service is made."),
        (
            {"acknowledgement_timeout": -1},
            "Acknowledgement timeout must be from 0 to 31536000 seconds.",
        ),
        (
            {"auto_resolve_timeout": 31_536_001},
            "Auto resolve timeout must be from 0 to 31536000 seconds.",
        ),
        ({"incident_urgency_rule": RULE}, _NO_HOURS),
        (
            {"support_hours": HOURS},
            "Support hours need an incident urgency rule of type use_support_hours.",
        ),
        (
            {"incident_urgency_rule": {"type": "use_support_hours"}, "support_hours": HOURS},
            "Incident urgency rule must say what holds during and outside support hours.",
        ),
        (
            {"incident_urgency_rule": RULE | {"urgency": "high"}, "support_hours": HOURS},
            "Urgency cannot be set for a rule of type use_support_hours.",
        ),
        (
            _BY_HOURS | {"support_hours": HOURS | {"days_of_week": [1, 8]}},
            "Support hours must have days of week from 1 (Monday) to 7, each at most once.",
        ),
        (
            _BY_HOURS | {"support_hours": HOURS | {"time_zone": "Mars"}},
            "Support hours must have the name of a time zone, such as Europe/Vienna.",
        ),
        (
            _BY_HOURS | {"support_hours": HOURS | {"start_time": "nine"}},
            "Start time of support hours must be a time of day such as 09:00:00.",
        ),
        (
            {"scheduled_actions": [ACTION]},
            "Scheduled actions need a rule of high urgency during support hours, low outside.",
        ),
        (
            {
                "incident_urgency_rule": _ALL_HIGH,
                "support_hours": HOURS,
                "scheduled_actions": [ACTION],
            },
            "Scheduled actions need a rule of high urgency during support hours, low outside.",
        ),
        (
            _BY_HOURS | {"scheduled_actions": [ACTION, ACTION]},
            "Scheduled actions cannot be more than one.",
        ),
        (
            _BY_HOURS | {"scheduled_actions": [ACTION | {"to_urgency": "low"}]},
            "Scheduled actions can only change the urgency to high.",
        ),
        (
            {"auto_pause_notifications_parameters": {"enabled": True, "timeout": 7}},
            "Auto pause timeout must be one of 0, 120, 180, 300, 600, 900 seconds.",
        ),
        (
            _grouped("magic", {}),
            "Alert grouping parameters must have a type of time, intelligent, content_based"
            " or null.",
        ),
        (_grouped("time", {}, typo=1), "Alert grouping parameters cannot have typo."),
        (_grouped("time", 5), "Alert grouping parameters must have an object as config."),
        (
            _grouped("time", {"time_out": 5}),
            "Alert grouping parameters of type time cannot have time_out.",
        ),
        (
            _grouped("time", {"timeout": 1441}),
            "Alert grouping parameters must have a timeout of 0 to 1440 minutes.",
        ),
        (
            _grouped("intelligent", {"time_window": 299}),
            "Alert grouping parameters must have a time window of 300 to 3600 seconds, or 0.",
        ),
        (
            _grouped("intelligent", {"time_window": False}),
            "Alert grouping parameters must have a time window of 300 to 3600 seconds, or 0.",
        ),
        (
            _grouped("content_based", _CONTENT | {"time_window": 3601}),
            "Alert grouping parameters must have a time window of 300 to 3600 or 86400 seconds,"
            " or 0.",
        ),
        (
            _grouped("content_based", _CONTENT | {"aggregate": "some"}),
            "Alert grouping parameters must have an aggregate of all or any.",
        ),
        (
            _grouped("content_based", _CONTENT | {"fields": []}),
            "Alert grouping parameters must name 1 to 20 fields.",
        ),
        (
            _grouped("content_based", _CONTENT | {"fields": [7]}),
            "Alert grouping parameters must have texts as fields.",
        ),
    ],
)
async def test_a_service_that_cannot_be_is_refused_in_a_sentence(
    api: httpx.AsyncClient, policy: str, fields: dict[str, Any], sentence: str
) -> None:
    answer = await _create(api, _shop(policy, **fields))

    assert answer.status_code == 400
    assert answer.json()["error"]["errors"] == [sentence]


async def test_a_name_belongs_to_one_service(api: httpx.AsyncClient, policy: str) -> None:
    await _made(api, _shop(policy))
    other = await _made(api, _shop(policy, name="Other"))

    made = await _create(api, _shop(policy, name=" SHOP "))
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
        await _made(api, _shop(policy, name=name))

    listed = (await api.get(f"/services?{query}")).json()

    assert [service["name"] for service in listed["services"]] == names


async def test_a_list_comes_in_parts(api: httpx.AsyncClient, policy: str) -> None:
    for name in ("A", "B", "C"):
        await _made(api, _shop(policy, name=name))

    listed = (await api.get("/services?limit=2&total=true")).json()

    assert (listed["more"], listed["total"], listed["limit"]) == (True, 3, 2)


async def test_what_belongs_to_a_service_is_included(api: httpx.AsyncClient, policy: str) -> None:
    service = await _made(api, _shop(policy))
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
    made = await _made(api, _shop(policy))
    path = f"/services/{made['id']}"
    seen = []

    async def look() -> dict[str, Any]:
        (listed,) = (await api.get("/services")).json()["services"]
        seen.append(listed["status"])
        shown: dict[str, Any] = (await api.get(path)).json()["service"]
        assert listed == shown
        return shown

    async with house.database.read() as tx:
        stored = await SERVICES.get(tx, made["id"])
    assert stored is not None
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
    made = await _made(api, _shop(policy))
    async with house.database.read() as tx:
        stored = await SERVICES.get(tx, made["id"])
    assert stored is not None
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
    shop, other = [await _made(api, _shop(policy, name=name)) for name in ("Shop", "Other")]
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
    made = await _made(api, _shop(policy))
    async with house.database.read() as tx:
        stored = await SERVICES.get(tx, made["id"])
    assert stored is not None
    await open_incident(house, stored)

    assert (await (await connect()).delete(f"/services/{made['id']}")).status_code == 204


@pytest.mark.parametrize(
    ("role", "status"), [("user", 201), ("limited_user", 403), ("observer", 403)]
)
async def test_services_are_made_by_those_who_manage(
    connect: Connect, welcome: Welcome, policy: str, role: Role, status: int
) -> None:
    client = await connect(await welcome("Carol", role))

    assert (await _create(client, _shop(policy))).status_code == status
    assert (await client.get("/services")).status_code == 200


async def test_a_read_only_key_only_reads(
    connect: Connect, api: httpx.AsyncClient, policy: str
) -> None:
    service = await _made(api, _shop(policy))
    path, client = f"/services/{service['id']}", await connect(read_only=True)

    assert (await client.get(path)).status_code == 200
    assert (await client.put(path, json={"service": {}})).status_code == 403
    assert (await client.delete(path)).status_code == 403
