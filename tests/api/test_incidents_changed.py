"""Incidents over REST: acknowledged, resolved, reopened, handed on, snoozed, amended."""

from typing import Any

import httpx
import pytest

from tests.api.conftest import Connect, Hands
from tests.api.scenes import a_policy, ref
from tests.api.watched import Json, Watched


def _code(answer: httpx.Response) -> tuple[int, int]:
    return answer.status_code, answer.json()["error"]["code"]


def _names(incident: Json) -> list[str]:
    return [one["assignee"]["summary"] for one in incident["assignments"]]


async def _changed(watched: Watched, incident: Json, **fields: Any) -> Json:
    answer = await watched.put(incident, **fields)
    assert answer.status_code == 200, answer.text
    return dict(answer.json()["incident"])


async def test_an_acknowledged_incident_waits_for_its_timeout(
    watched: Watched, clock: Hands
) -> None:
    made = await watched.open()
    clock.move(minutes=5)
    incident = await _changed(watched, made, status="acknowledged")

    assert incident["status"] == "acknowledged"
    assert incident["last_status_change_at"] == "2026-11-21T12:05:00Z"
    assert incident["last_status_change_by"]["id"] == watched.alice.id
    assert [one["at"] for one in incident["acknowledgements"]] == ["2026-11-21T12:05:00Z"]
    assert incident["pending_actions"] == [
        {"type": "unacknowledge", "at": "2026-11-21T12:35:00Z"},
        {"type": "resolve", "at": "2026-11-21T16:00:00Z"},
    ]


async def test_acknowledging_again_renews_the_timeout(watched: Watched, clock: Hands) -> None:
    made = await watched.open()
    await _changed(watched, made, status="acknowledged")
    clock.move(minutes=10)
    again = await _changed(watched, made, status="acknowledged")

    assert again["pending_actions"][0] == {"type": "unacknowledge", "at": "2026-11-21T12:40:00Z"}


async def test_people_acknowledge_beside_each_other(watched: Watched, connect: Connect) -> None:
    made = await watched.open()
    bob = await connect(watched.bob)
    await watched.put(made, status="acknowledged")
    body = {"incident": {"type": "incident", "status": "acknowledged"}}
    incident = (await bob.put(f"/incidents/{made['id']}", json=body)).json()["incident"]

    assert [one["acknowledger"]["summary"] for one in incident["acknowledgements"]] == [
        "Alice",
        "Bob",
    ]


async def test_a_resolved_incident_is_nobody_s_and_so_are_its_alerts(
    watched: Watched, clock: Hands
) -> None:
    made = await watched.trigger("disk")
    clock.move(minutes=5)
    incident = await _changed(watched, made, status="resolved", resolution="Bought a disk")

    assert (incident["assignments"], incident["pending_actions"]) == ([], [])
    assert incident["resolved_at"] == "2026-11-21T12:05:00Z"
    assert incident["alert_counts"] == {"all": 1, "triggered": 0, "resolved": 1}
    (last, *_) = await watched.get(f"/incidents/{made['id']}/log_entries")
    assert (last["type"], last["note"]) == ("resolve_log_entry", "Bought a disk")


async def test_a_resolved_incident_cannot_be_resolved_or_handed_on(watched: Watched) -> None:
    made = await watched.open()
    await watched.put(made, status="resolved")

    for wish in (
        {"status": "resolved"},
        {"assignments": [{"assignee": ref(watched.bob)}]},
        {"escalation_level": 2},
        {"urgency": "low"},
    ):
        assert _code(await watched.put(made, **wish)) == (400, 1001)


async def test_a_reopened_incident_begins_anew_on_its_policy(
    watched: Watched, clock: Hands
) -> None:
    made = await watched.open()
    await watched.put(made, status="resolved")
    clock.move(hours=1)
    incident = await _changed(watched, made, status="triggered", urgency="low")

    assert (incident["status"], incident["resolved_at"]) == ("triggered", None)
    assert (incident["urgency"], _names(incident)) == ("low", ["Alice"])


async def test_a_reopened_incident_goes_to_whom_it_is_given(watched: Watched) -> None:
    made = await watched.open()
    await watched.put(made, status="resolved")
    given = [{"assignee": ref(watched.bob)}]

    assert _names(await _changed(watched, made, status="triggered", assignments=given)) == ["Bob"]


async def test_whoever_reopens_as_acknowledged_has_it(watched: Watched, connect: Connect) -> None:
    made = await watched.open()
    await watched.put(made, status="resolved")
    bob = await connect(watched.bob)
    body = {"incident": {"type": "incident", "status": "acknowledged"}}
    incident = (await bob.put(f"/incidents/{made['id']}", json=body)).json()["incident"]

    assert (incident["status"], _names(incident)) == ("acknowledged", ["Bob"])


async def test_an_acknowledged_incident_can_be_given_back(watched: Watched) -> None:
    made = await watched.open()
    await watched.put(made, status="acknowledged")
    incident = await _changed(watched, made, status="triggered")

    assert (incident["status"], incident["acknowledgements"]) == ("triggered", [])


async def test_an_incident_is_reassigned(watched: Watched) -> None:
    made = await watched.open()
    given = [{"assignee": ref(watched.bob)}, {"assignee": ref(watched.alice)}]
    incident = await _changed(watched, made, assignments=given)

    assert _names(incident) == ["Bob", "Alice"]
    assert incident["assigned_via"] == "direct_assignment"
    assert [action["type"] for action in incident["pending_actions"]] == ["resolve"]


async def test_an_incident_is_handed_to_another_policy(watched: Watched) -> None:
    made = await watched.open()
    policy = a_policy("Day watch", [ref(watched.bob)])
    answer = await watched.api.post("/escalation_policies", json={"escalation_policy": policy})
    id_ = answer.json()["escalation_policy"]["id"]
    incident = await _changed(watched, made, escalation_policy={"id": id_})

    assert (incident["escalation_policy"]["id"], _names(incident)) == (id_, ["Bob"])


async def test_an_incident_climbs_by_hand_unless_it_is_of_low_urgency(watched: Watched) -> None:
    made = await watched.open()

    assert _names(await _changed(watched, made, escalation_level=2)) == ["Bob"]
    assert _code(await watched.put(made, escalation_level=3)) == (400, 1006)
    await watched.put(made, urgency="low")
    assert _code(await watched.put(made, escalation_level=1)) == (400, 1006)


async def test_an_incident_is_amended_and_its_log_tells_what_it_was(watched: Watched) -> None:
    made = await watched.open()
    bridge = {"conference_url": "https://meet.example.com"}
    await watched.put(made, title="Disk 7 is full", priority="P2", conference_bridge=bridge)
    incident = await _changed(watched, made, urgency="low")

    assert (incident["summary"], incident["urgency"]) == ("[#1] Disk 7 is full", "low")
    assert (incident["priority"]["name"], incident["status"]) == ("P2", "triggered")
    assert incident["conference_bridge"] == bridge | {"conference_number": None}
    entries = await watched.get(f"/incidents/{made['id']}/log_entries")
    assert [entry["summary"] for entry in entries[:4]] == [
        "Changed the urgency to low by Alice",
        "Changed the priority to P2 by Alice",
        "Changed the conference bridge to “https://meet.example.com” by Alice",
        "Changed the title to “Disk 7 is full” by Alice",
    ]


async def test_a_null_takes_priority_and_bridge_away_and_nothing_else(watched: Watched) -> None:
    bridge = {"conference_number": "+1 415"}
    made = await watched.open(priority="P2", conference_bridge=bridge)
    nulls = dict.fromkeys(
        ("status", "title", "urgency", "priority", "assignments", "escalation_policy",
         "escalation_level", "service", "resolution", "conference_bridge")
    )  # fmt: skip
    incident = await _changed(watched, made, **nulls)

    assert incident == made | {"priority": None, "conference_bridge": None}


async def test_another_service_can_be_what_is_broken(watched: Watched) -> None:
    made = await watched.open()
    policy = {"id": watched.policy_id, "type": "escalation_policy_reference"}
    body = {"service": {"type": "service", "name": "Search", "escalation_policy": policy}}
    service = (await watched.api.post("/services", json=body)).json()["service"]
    incident = await _changed(watched, made, service={"id": service["id"]})

    assert incident["service"]["summary"] == "Search"
    assert _code(await watched.put(made, service={"id": "PNONE"})) == (400, 2002)
    (entry, *_) = await watched.get(f"/incidents/{made['id']}/log_entries")
    assert entry["summary"] == "Changed the service to “Search” by Alice"


async def test_a_whole_incident_can_be_sent_back(watched: Watched, clock: Hands) -> None:
    made = await watched.open(priority="P1")
    clock.move(minutes=5)
    whole = made | {"status": "acknowledged"}
    answer = await watched.api.put(f"/incidents/{made['id']}", json={"incident": whole})
    incident = answer.json()["incident"]

    assert incident["status"] == "acknowledged"
    assert incident["assignments"] == made["assignments"]
    entries = await watched.get(f"/incidents/{made['id']}/log_entries")
    assert [entry["type"] for entry in entries] == [
        "acknowledge_log_entry",
        "assign_log_entry",
        "trigger_log_entry",
    ]


async def test_people_and_another_policy_cannot_both_be_wanted(watched: Watched) -> None:
    made = await watched.open()
    given = [{"assignee": ref(watched.bob)}]

    answer = await watched.put(made, assignments=given, escalation_policy={"id": "POTHER"})

    assert answer.status_code == 400


WRONG: list[tuple[Json, int]] = [
    ({"status": "closed"}, 2001),
    ({"title": " "}, 2001),
    ({"type": "user"}, 2001),
    ({"escalation_level": "high"}, 2001),
    ({"priority": {"id": "P9", "type": "priority_reference"}}, 1020),
    ({"assignments": [{"assignee": {"id": "PNOBODY"}}]}, 1007),
    ({"escalation_policy": {"id": "PNONE"}}, 1014),
    ({"escalation_level": 0}, 1006),
]


@pytest.mark.parametrize(("fields", "code"), WRONG)
async def test_a_change_that_makes_no_sense_is_refused(
    watched: Watched, fields: Json, code: int
) -> None:
    made = await watched.open()

    assert _code(await watched.put(made, **fields)) == (400, code)
    assert await watched.get(f"/incidents/{made['id']}") == made


async def test_what_is_not_there_cannot_be_changed(watched: Watched) -> None:
    nothing = {"id": "QNOTHING"}

    assert _code(await watched.put(nothing, status="resolved")) == (404, 2100)
    snoozed = await watched.api.post("/incidents/QNOTHING/snooze", json={"duration": 60})
    assert _code(snoozed) == (404, 2100)


async def test_many_incidents_are_changed_at_once(watched: Watched) -> None:
    made = [await watched.open(f"Disk {n}") for n in range(3)]
    wanted = [{"id": i["id"], "type": "incident_reference", "status": "resolved"} for i in made]
    answer = await watched.api.put("/incidents", json={"incidents": wanted})

    assert answer.status_code == 200
    assert [i["id"] for i in answer.json()["incidents"]] == [i["id"] for i in made]
    assert {i["status"] for i in answer.json()["incidents"]} == {"resolved"}


async def test_one_that_is_refused_undoes_the_others(watched: Watched) -> None:
    first, second = await watched.open("First"), await watched.open("Second")
    await watched.put(second, status="resolved")
    wanted = [{"id": i["id"], "type": "incident", "status": "resolved"} for i in (first, second)]
    answer = await watched.api.put("/incidents", json={"incidents": wanted})

    assert _code(answer) == (400, 1001)
    assert await watched.get(f"/incidents/{first['id']}") == first


async def test_more_than_250_incidents_are_too_many(watched: Watched) -> None:
    made = await watched.open()
    one = {"id": made["id"], "type": "incident", "title": "Again"}

    many = await watched.api.put("/incidents", json={"incidents": [one] * 251})
    nameless = await watched.api.put("/incidents", json={"incidents": [{"type": "incident"}]})

    assert many.status_code == 413
    assert _code(nameless) == (400, 2001)
    assert await watched.get(f"/incidents/{made['id']}") == made


async def test_an_acknowledged_incident_sleeps_until_somebody_else_has_it(
    watched: Watched, connect: Connect
) -> None:
    made = await watched.open()
    await watched.put(made, status="acknowledged")
    path = f"/incidents/{made['id']}"
    snoozed = await watched.api.post(f"{path}/snooze", json={"duration": 7200})
    bob = await connect(watched.bob)
    await bob.put(path, json={"incident": {"type": "incident", "status": "acknowledged"}})
    awake = await watched.get(path)

    assert snoozed.status_code == 201
    assert snoozed.json()["incident"]["pending_actions"][0] == {
        "type": "unacknowledge",
        "at": "2026-11-21T14:00:00Z",
    }
    assert awake["pending_actions"][0]["at"] == "2026-11-21T12:30:00Z"


@pytest.mark.parametrize(
    ("duration", "code"), [(0, 1013), (604_801, 1013), ("long", 2001), (None, 2001)]
)
async def test_nothing_sleeps_for_ever(watched: Watched, duration: Any, code: int) -> None:
    made = await watched.open()
    await watched.put(made, status="acknowledged")
    body = {"duration": duration}

    assert _code(await watched.api.post(f"/incidents/{made['id']}/snooze", json=body)) == (
        400,
        code,
    )


async def test_only_an_acknowledged_incident_sleeps(watched: Watched) -> None:
    made = await watched.open()
    answer = await watched.api.post(f"/incidents/{made['id']}/snooze", json={"duration": 60})

    assert _code(answer) == (400, 1012)
