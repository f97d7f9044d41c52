"""Responder requests over REST."""

from typing import Any

import httpx
import pytest

from tests.api.conftest import Connect, Hands, Welcome
from tests.api.watched import Json, Watched


async def _ask(
    watched: Watched,
    incident: Json,
    *targets: Json,
    api: httpx.AsyncClient | None = None,
    **body: Any,
) -> httpx.Response:
    asked = {"requester_id": watched.alice.id, "message": "Please come"} | body
    path = f"/incidents/{incident['id']}/responder_requests"
    return await (api or watched.api).post(
        path, json=asked | {"responder_request_targets": list(targets)}
    )


def _bob(watched: Watched) -> Json:
    return {"id": watched.bob.id, "type": "user_reference"}


def _policy(watched: Watched) -> Json:
    return {"id": watched.policy_id, "type": "escalation_policy"}


async def test_people_and_policies_are_asked(watched: Watched, clock: Hands) -> None:
    incident = await watched.open()
    clock.move(minutes=5)
    answer = await _ask(
        watched, incident, {"responder_request_target": _bob(watched)}, _policy(watched)
    )

    assert answer.status_code == 200, answer.text
    request = answer.json()["responder_request"]
    assert request["incident"]["id"] == incident["id"]
    assert (request["requester"]["summary"], request["message"]) == ("Alice", "Please come")
    assert request["requested_at"] == "2026-11-21T12:05:00Z"
    bob, policy = (one["responder_request_target"] for one in request["responder_request_targets"])
    assert (bob["type"], bob["id"], bob["summary"]) == ("user", watched.bob.id, "Bob")
    [pending] = bob["incidents_responders"]
    assert (pending["state"], pending["user"]["summary"]) == ("pending", "Bob")
    assert pending["updated_at"] == pending["requested_at"] == "2026-11-21T12:05:00Z"
    assert policy["type"] == "escalation_policy"
    [alice] = policy["incidents_responders"]
    assert alice["user"]["id"] == watched.alice.id
    assert alice["escalation_policy_requests"] == ["Night watch"]


async def test_the_incident_shows_who_was_asked(watched: Watched) -> None:
    incident = await watched.open()
    assert (incident["incidents_responders"], incident["responder_requests"]) == ([], [])
    made = (await _ask(watched, incident, _bob(watched))).json()["responder_request"]
    await _ask(watched, incident, _bob(watched), message="Once more")

    shown = await watched.get(f"/incidents/{incident['id']}")
    [responder] = shown["incidents_responders"]
    assert (responder["message"], responder["state"]) == ("Once more", "pending")
    assert [one["message"] for one in shown["responder_requests"]] == ["Please come", "Once more"]
    assert shown["responder_requests"][0] == made


async def test_without_a_message_there_is_one_of_ours(watched: Watched) -> None:
    incident = await watched.open("Disk full")
    answer = await _ask(watched, incident, _bob(watched), message="")

    assert answer.json()["responder_request"]["message"] == 'Please help with "Disk full"'


async def test_the_timeline_tells_who_was_asked(watched: Watched) -> None:
    incident = await watched.open()
    await _ask(watched, incident, _bob(watched), _policy(watched))

    policy, bob, *_ = await watched.get(f"/incidents/{incident['id']}/log_entries")
    assert bob["type"] == policy["type"] == "responder_request_log_entry"
    assert bob["summary"] == "Help requested from Bob by Alice"
    assert (bob["user"]["id"], bob["note"]) == (watched.bob.id, "Please come")
    assert policy["summary"] == "Help requested from Night watch by Alice"


async def test_a_request_is_cancelled(watched: Watched) -> None:
    incident = await watched.open()
    await _ask(watched, incident, _bob(watched))
    path = f"/incidents/{incident['id']}/responder_requests/cancel"
    nobody = {"id": "PNOBODY", "type": "user_reference"}
    body = {
        "requester_id": watched.alice.id,
        "responder_request_targets": [_bob(watched), nobody],
    }
    answer = await watched.api.put(path, json=body)

    assert answer.status_code == 200, answer.text
    assert answer.json()["responder_request_targets"] == [
        _bob(watched) | {"result": "cancelled"}, nobody | {"result": "not_found"},
    ]  # fmt: skip
    shown = await watched.get(f"/incidents/{incident['id']}")
    assert [one["state"] for one in shown["incidents_responders"]] == ["user_cancelled"]


async def test_what_cannot_be_asked_is_refused(watched: Watched) -> None:
    incident = await watched.open()

    wrong: tuple[tuple[tuple[Json, ...], Json], ...] = (
        ((), {}),
        (({"type": "user_reference"},), {}),
        (({"id": "PNOBODY", "type": "user_reference"},), {}),
        (({"id": watched.bob.id, "type": "team_reference"},), {}),
        ((_bob(watched),), {"requester_id": "PNOBODY"}),
    )
    for targets, body in wrong:
        answer = await _ask(watched, incident, *targets, **body)
        assert answer.status_code == 400, answer.text
    assert (await _ask(watched, {"id": "QNOTHING"}, _bob(watched))).status_code == 404


async def test_nobody_helps_with_what_is_over(watched: Watched) -> None:
    incident = await watched.open()
    await watched.put(incident, status="resolved")

    answer = await _ask(watched, incident, _bob(watched))
    assert (answer.status_code, answer.json()["error"]["code"]) == (400, 1001)


async def test_with_the_key_of_a_user_only_this_user_asks(
    watched: Watched, connect: Connect
) -> None:
    incident = await watched.open()
    bob = await connect(watched.bob)

    assert (await _ask(watched, incident, _bob(watched), api=bob)).status_code == 403
    own = await _ask(watched, incident, _policy(watched), api=bob, requester_id=watched.bob.id)
    assert own.json()["responder_request"]["requester"]["id"] == watched.bob.id


@pytest.mark.parametrize(("role", "status"), [("limited_user", 200), ("observer", 403)])
async def test_who_may_respond_may_ask_for_help(
    watched: Watched, connect: Connect, welcome: Welcome, role: Any, status: int
) -> None:
    incident = await watched.open()
    carol = await welcome("Carol", role=role)
    answer = await _ask(
        watched, incident, _bob(watched), api=await connect(carol), requester_id=carol.id
    )

    assert answer.status_code == status
