"""Incidents over REST: begun by a person, shown, and refused."""

from typing import Any

import httpx
import pytest

from tests.api.conftest import Connect, Hands, Welcome
from tests.api.scenes import ref
from tests.api.watched import Json, Watched
from tocsin.domain.people.user import Role

URL = "https://oncall.example.com"
P1 = {"id": "PSLWBL8", "type": "priority_reference"}


def _error(answer: httpx.Response) -> tuple[int, int, list[str]]:
    error = answer.json()["error"]
    return answer.status_code, error["code"], error["errors"]


def _refer(kind: str, id_: str, summary: str, path: str, page: str = "") -> Json:
    return {
        "id": id_,
        "type": f"{kind}_reference",
        "summary": summary,
        "self": f"{URL}/{path}/{id_}",
        "html_url": f"{URL}/{page or path}/{id_}",
    }


async def test_an_incident_says_what_it_is(watched: Watched) -> None:
    incident = await watched.open("The server is on fire")

    here, noon = f"{URL}/incidents/{incident['id']}", "2026-11-21T12:00:00Z"
    assert _part(incident, "id", "incident_type") == {
        "id": incident["id"],
        "type": "incident",
        "summary": "[#1] The server is on fire",
        "self": here,
        "html_url": here,
        "incident_number": 1,
        "title": "The server is on fire",
        "description": "The server is on fire",
        "created_at": noon,
        "updated_at": noon,
        "status": "triggered",
        "incident_key": None,
        "urgency": "high",
        "assigned_via": "escalation_policy",
        "last_status_change_at": noon,
        "resolved_at": None,
        "incident_type": {"name": "incident_default"},
    }
    assert incident["alert_counts"] == {"all": 0, "triggered": 0, "resolved": 0}
    assert incident["pending_actions"] == [
        {"type": "escalate", "at": "2026-11-21T12:30:00Z"},
        {"type": "resolve", "at": "2026-11-21T16:00:00Z"},
    ]


async def test_an_incident_says_who_has_it_and_what_it_is_about(watched: Watched) -> None:
    incident = await watched.open()

    alice = _refer("user", watched.alice.id, "Alice", "users")
    service = _refer("service", watched.service_id, "Checkout", "services", "service-directory")
    entry = incident["first_trigger_log_entry"]
    assert _part(incident, "service", "priority") == {
        "service": service,
        "impacted_services": [service],
        "escalation_policy": _refer(
            "escalation_policy", watched.policy_id, "Night watch", "escalation_policies"
        ),
        "assignments": [{"at": "2026-11-21T12:00:00Z", "assignee": alice}],
        "acknowledgements": [],
        "last_status_change_by": service,
        "first_trigger_log_entry": {
            "id": entry["id"],
            "type": "trigger_log_entry_reference",
            "summary": "Triggered through the website",
            "self": f"{URL}/log_entries/{entry['id']}?incident_id={incident['id']}",
            "html_url": f"{incident['html_url']}/log_entries/{entry['id']}",
        },
        "priority": None,
    }


async def test_an_incident_has_every_key_that_clients_look_for(watched: Watched) -> None:
    incident = await watched.open()
    empty: Json = {
        "conference_bridge": None,
        "resolve_reason": None,
        "teams": [],
        "alert_grouping": None,
        "basic_alert_grouping": None,
        "external_references": [],
        "importance": None,
        "incidents_responders": [],
        "responder_requests": [],
        "subscriber_requests": [],
        "metadata": {},
        "privilege": None,
    }

    assert {key: incident[key] for key in empty} == empty
    assert incident["is_mergeable"]


def _part(incident: Json, first: str, last: str) -> Json:
    """Return what stands between two keys, these included."""
    keys = list(incident)
    return {key: incident[key] for key in keys[keys.index(first) : keys.index(last) + 1]}


async def test_an_incident_is_found_by_its_id_and_by_its_number(watched: Watched) -> None:
    await watched.open("First")
    second = await watched.open("Second")

    assert await watched.get(f"/incidents/{second['id']}") == second
    assert await watched.get("/incidents/2") == second


@pytest.mark.parametrize("id_", ["3", "99999999999999999999", "QNOTHING", "²"])
async def test_an_incident_that_is_not_there_is_not_found(watched: Watched, id_: str) -> None:
    answer = await watched.api.get(f"/incidents/{id_}")

    assert _error(answer)[:2] == (404, 2100)


async def test_everything_can_be_said_when_an_incident_begins(watched: Watched) -> None:
    incident = await watched.open(
        urgency="low",
        priority=P1,
        incident_key="disk-7",
        body={"type": "incident_body", "details": "It is full"},
        conference_bridge={
            "conference_number": "+1 415",
            "conference_url": "https://meet.example.com",
        },
        escalation_policy={"id": watched.policy_id, "type": "escalation_policy_reference"},
    )

    shown = await watched.get(f"/incidents/{incident['id']}", **{"include[]": "body"})
    assert (shown["urgency"], shown["incident_key"]) == ("low", "disk-7")
    assert (shown["priority"]["name"], shown["priority"]["type"]) == ("P1", "priority")
    assert shown["conference_bridge"] == {
        "conference_number": "+1 415",
        "conference_url": "https://meet.example.com",
    }
    assert shown["body"] == {"type": "incident_body", "details": "It is full"}
    assert "body" not in incident


async def test_details_may_be_an_object_as_well(watched: Watched) -> None:
    incident = await watched.open(body={"type": "incident_body", "details": {"disk": 7}})

    shown = await watched.get(f"/incidents/{incident['id']}", **{"include[]": "body"})
    assert shown["body"]["details"] == '{"disk":7}'


async def test_without_an_urgency_the_rule_of_the_service_decides(watched: Watched) -> None:
    rule = {"type": "constant", "urgency": "low"}
    service = {"type": "service", "incident_urgency_rule": rule}
    await watched.api.put(f"/services/{watched.service_id}", json={"service": service})

    assert (await watched.open())["urgency"] == "low"
    assert (await watched.open(urgency="high"))["urgency"] == "high"


async def test_a_priority_can_be_named(watched: Watched) -> None:
    assert (await watched.open(priority="P3"))["priority"]["id"] == "PGE9YCZ"


async def test_an_assigned_incident_does_not_climb(watched: Watched) -> None:
    incident = await watched.open(assignments=[{"assignee": ref(watched.bob)}])

    assert incident["assigned_via"] == "direct_assignment"
    assert [a["assignee"]["summary"] for a in incident["assignments"]] == ["Bob"]
    assert [action["type"] for action in incident["pending_actions"]] == ["resolve"]


async def test_who_takes_an_incident_themselves_has_acknowledged_it(watched: Watched) -> None:
    incident = await watched.open(assignments=[{"assignee": ref(watched.alice)}])

    assert incident["status"] == "acknowledged"
    assert [a["acknowledger"]["summary"] for a in incident["acknowledgements"]] == ["Alice"]
    assert incident["last_status_change_by"]["id"] == watched.alice.id


async def test_a_key_is_free_again_when_its_incident_is_over(watched: Watched) -> None:
    first = await watched.open(incident_key="disk-7")
    body = {"incident": {"title": "Again", "service": watched.service, "incident_key": "disk-7"}}
    refused = await watched.api.post("/incidents", json=body)
    await watched.put(first, status="resolved")
    made = await watched.api.post("/incidents", json=body)

    assert refused.json()["error"] == {
        "message": "Arguments Caused Error",
        "code": 2002,
        "errors": ["Open incident with matching dedup key already exists on this service"],
    }
    assert (refused.status_code, made.status_code) == (400, 201)


NO_TITLE = (400, 2001, ["Title cannot be empty."])
NO_SERVICE = (400, 2002, ["Service not found"])
WRONG = [
    ({}, NO_TITLE),
    ({"title": "Not wrapped"}, NO_TITLE),
    ({"incident": {}}, NO_TITLE),
    ({"incident": None}, NO_TITLE),
    ({"incident": {"title": "  "}}, NO_TITLE),
    ({"incident": {"title": "Down"}}, NO_SERVICE),
    ({"incident": {"title": "Down", "service": {"id": "PNOTHING"}}}, NO_SERVICE),
    ({"incident": {"title": 7}}, (400, 2001, ["Incident title must be a text."])),
    (
        {"incident": {"title": "x" * 1025, "service": {"id": "P"}}},
        (400, 2001, ["Title is too long (maximum is 1024 characters)."]),
    ),
]


@pytest.mark.parametrize(("body", "expected"), WRONG)
async def test_what_cannot_be_an_incident_is_refused(
    watched: Watched, body: Json, expected: tuple[int, int, list[str]]
) -> None:
    assert _error(await watched.api.post("/incidents", json=body)) == expected


REFUSED: list[tuple[Json, int, str]] = [
    (
        {"assignments": [{"assignee": {"id": "PNOBODY"}}]},
        1007,
        "There is no user PNOBODY to assign.",
    ),
    ({"escalation_policy": {"id": "PNONE"}}, 1014, "There is no escalation policy PNONE."),
    ({"priority": "P9"}, 1020, "There is no priority P9."),
    (
        {"assignments": [{"assignee": {"id": "P1"}}], "escalation_policy": {"id": "P2"}},
        2002,
        "Assignments and escalation policy exclude each other: name only one of them.",
    ),
    ({"incident_key": "k" * 256}, 2001, "Incident key is too long (maximum is 255 characters)."),
    ({"urgency": "medium"}, 2001, "Incident urgency cannot be “medium”."),
]


@pytest.mark.parametrize(("fields", "code", "sentence"), REFUSED)
async def test_what_an_incident_cannot_have_is_refused(
    watched: Watched, fields: Json, code: int, sentence: str
) -> None:
    incident = {"title": "Down", "service": watched.service} | fields
    answer = await watched.api.post("/incidents", json={"incident": incident})

    assert _error(answer) == (400, code, [sentence])
    assert await watched.get("/incidents") == []


async def test_no_incident_begins_on_a_disabled_service(watched: Watched) -> None:
    service = {"type": "service", "status": "disabled"}
    await watched.api.put(f"/services/{watched.service_id}", json={"service": service})

    body = {"incident": {"title": "Down", "service": watched.service}}
    answer = await watched.api.post("/incidents", json=body)

    assert _error(answer)[1] == 2002


async def test_who_asks_must_be_named(watched: Watched) -> None:
    body = {"incident": {"title": "Down", "service": watched.service}}
    nameless = await watched.api.post("/incidents", json=body, headers={"from": ""})
    strange = await watched.api.post("/incidents", json=body, headers={"from": "x@example.com"})

    assert nameless.status_code == 400
    (sentence,) = nameless.json()["error"]["errors"]
    assert sentence.startswith('You must specify a user\'s email address in the "From" header')
    assert _error(strange)[:2] == (400, 1008)


@pytest.mark.parametrize(
    ("role", "status"),
    [("limited_user", 200), ("user", 200), ("observer", 403), ("read_only_user", 403)],
)
async def test_who_may_respond_may_acknowledge(
    watched: Watched, connect: Connect, welcome: Welcome, role: Role, status: int
) -> None:
    incident = await watched.open()
    carol = await connect(await welcome("Carol", role=role))
    path = f"/incidents/{incident['id']}"

    answer = await carol.put(
        path, json={"incident": {"type": "incident", "status": "acknowledged"}}
    )
    shown = await carol.get(path)

    assert (answer.status_code, shown.status_code) == (status, 200)
    assert bool(shown.json()["incident"]["acknowledgements"]) == (status == 200)


async def test_a_read_only_key_changes_nothing(watched: Watched, connect: Connect) -> None:
    incident = await watched.open()
    reader = await connect(read_only=True)
    reader.headers["from"] = watched.alice.email
    id_, body = incident["id"], {"incident": {"title": "Down", "service": watched.service}}

    answers = [
        await reader.post("/incidents", json=body),
        await reader.put(f"/incidents/{id_}", json={"incident": {"status": "resolved"}}),
        await reader.put("/incidents", json={"incidents": [{"id": id_, "status": "resolved"}]}),
        await reader.put(f"/incidents/{id_}/merge", json={"source_incidents": []}),
        await reader.post(f"/incidents/{id_}/snooze", json={"duration": 60}),
    ]

    assert {answer.status_code for answer in answers} == {403}
    assert await watched.get("/incidents") == [incident]


async def test_an_incident_of_an_alert_tells_of_both(watched: Watched, clock: Hands) -> None:
    clock.move(minutes=1)
    incident = await watched.trigger("disk", summary="Disk full", severity="warning")

    assert incident["title"] == "Disk full"
    assert (incident["incident_key"], incident["urgency"]) == ("disk", "low")
    assert incident["alert_counts"] == {"all": 1, "triggered": 1, "resolved": 0}
    assert incident["first_trigger_log_entry"]["summary"] == "Triggered through the API"
    assert incident["is_mergeable"]


async def test_what_a_tool_does_is_shown_as_done_by_the_service(watched: Watched) -> None:
    await watched.trigger("disk")
    await watched.tell("acknowledge", "disk")
    (acknowledged,) = await watched.get("/incidents")
    await watched.tell("resolve", "disk")
    (resolved,) = await watched.get("/incidents")

    (one,) = acknowledged["acknowledgements"]
    for agent in (one["acknowledger"], resolved["last_status_change_by"]):
        assert (agent["type"], agent["id"]) == ("service_reference", watched.service_id)
    assert (resolved["assignments"], resolved["pending_actions"]) == ([], [])
    assert resolved["alert_counts"] == {"all": 1, "triggered": 0, "resolved": 1}


async def test_an_incident_can_be_shown_with_all_that_belongs_to_it(watched: Watched) -> None:
    made = await watched.trigger("disk", custom_details={"disk": 7})
    await watched.put(made, status="acknowledged")
    words = (
        "acknowledgers", "agents", "assignees", "escalation_policies", "first_trigger_log_entries",
        "services", "teams", "priorities",
    )  # fmt: skip

    path = f"/incidents/{made['id']}"
    whole: dict[str, Any] = await watched.get(path, **{"include[]": words})
    users = await watched.get(path, **{"include[]": "users"})

    person = whole["assignments"][0]["assignee"]
    assert person["email"] == "alice@example.com"
    assert whole["acknowledgements"][0]["acknowledger"] == person
    assert whole["last_status_change_by"] == person
    assert users["assignments"][0]["assignee"] == person
    assert whole["service"]["type"] == "service"
    assert len(whole["escalation_policy"]["escalation_rules"]) == 2
    assert whole["first_trigger_log_entry"]["channel"]["details"] == {"disk": 7}
