"""Notification rules over REST, as the reference and Terraform use them."""

from typing import Any

import httpx
import pytest

from tests.api.conftest import Connect, Welcome
from tocsin.domain.people.user import User

URL = "https://oncall.example.com"


@pytest.fixture
async def method(api: httpx.AsyncClient, alice: User) -> dict[str, Any]:
    """Give Alice a telephone, and return it."""
    body = {"type": "phone_contact_method", "label": "Mobile", "address": "5555550123"}
    answer = await api.post(f"/users/{alice.id}/contact_methods", json={"contact_method": body})
    found: dict[str, Any] = answer.json()["contact_method"]
    return found


def _rule(method: dict[str, Any], **fields: Any) -> dict[str, Any]:
    return {
        "type": "assignment_notification_rule",
        "start_delay_in_minutes": 5,
        "contact_method": {"id": method["id"], "type": f"{method['type']}_reference"},
        "urgency": "high",
        **fields,
    }


async def _create(api: httpx.AsyncClient, user: User, body: dict[str, Any]) -> httpx.Response:
    return await api.post(f"/users/{user.id}/notification_rules", json={"notification_rule": body})


async def test_a_rule_is_made_shown_changed_and_taken_away(
    api: httpx.AsyncClient, alice: User, method: dict[str, Any]
) -> None:
    made = await _create(api, alice, _rule(method))
    path = f"/users/{alice.id}/notification_rules/{made.json()['notification_rule']['id']}"
    shown = await api.get(path)
    changed = await api.put(path, json={"notification_rule": {"start_delay_in_minutes": 0}})
    gone = await api.delete(path)

    assert (made.status_code, changed.status_code, gone.status_code) == (201, 200, 204)
    assert made.json() == shown.json()
    assert changed.json()["notification_rule"]["start_delay_in_minutes"] == 0
    assert (await api.get(path)).status_code == 404
    assert (await api.delete(path)).status_code == 404


async def test_a_rule_looks_as_the_reference_says(
    api: httpx.AsyncClient, alice: User, method: dict[str, Any]
) -> None:
    rule = (await _create(api, alice, _rule(method))).json()["notification_rule"]

    assert rule == {
        "id": rule["id"],
        "type": "assignment_notification_rule",
        "summary": "Mobile",
        "self": f"{URL}/users/{alice.id}/notification_rules/{rule['id']}",
        "html_url": None,
        "start_delay_in_minutes": 5,
        "urgency": "high",
        "created_at": "2026-11-21T12:00:00Z",
        "contact_method": {
            "id": method["id"],
            "type": "phone_contact_method_reference",
            "summary": "Mobile",
            "self": f"{URL}/users/{alice.id}/contact_methods/{method['id']}",
            "html_url": None,
        },
    }


@pytest.mark.parametrize(
    ("query", "urgencies"),
    [
        ("", ["high"]),
        ("?urgency=high", ["high"]),
        ("?urgency=low", ["low"]),
        ("?urgency=all", ["low", "high"]),
    ],
)
async def test_rules_for_high_urgency_are_listed_unless_others_are_asked_for(
    api: httpx.AsyncClient,
    alice: User,
    method: dict[str, Any],
    query: str,
    urgencies: list[str],
) -> None:
    await _create(api, alice, _rule(method, urgency="high", start_delay_in_minutes=5))
    await _create(api, alice, _rule(method, urgency="low", start_delay_in_minutes=1))

    listed = await api.get(f"/users/{alice.id}/notification_rules{query}")

    assert [rule["urgency"] for rule in listed.json()["notification_rules"]] == urgencies


async def test_a_strange_urgency_is_refused(api: httpx.AsyncClient, alice: User) -> None:
    answer = await api.get(f"/users/{alice.id}/notification_rules?urgency=loud")

    assert answer.status_code == 400


async def test_contact_methods_are_included(
    api: httpx.AsyncClient, alice: User, method: dict[str, Any]
) -> None:
    await _create(api, alice, _rule(method))

    listed = await api.get(f"/users/{alice.id}/notification_rules?include[]=contact_methods")

    assert listed.json()["notification_rules"][0]["contact_method"] == method


async def test_a_whole_rule_can_be_sent_back(
    api: httpx.AsyncClient, alice: User, method: dict[str, Any]
) -> None:
    rule = (await _create(api, alice, _rule(method))).json()["notification_rule"]
    path = f"/users/{alice.id}/notification_rules/{rule['id']}"

    again = await api.put(path, json={"notification_rule": rule})
    nulls = await api.put(path, json={"notification_rule": dict.fromkeys(rule)})

    assert again.json()["notification_rule"] == nulls.json()["notification_rule"] == rule


async def test_two_rules_cannot_be_the_same(
    api: httpx.AsyncClient, alice: User, method: dict[str, Any]
) -> None:
    await _create(api, alice, _rule(method))
    other = await _create(api, alice, _rule(method, urgency="low"))
    path = f"/users/{alice.id}/notification_rules/{other.json()['notification_rule']['id']}"

    made = await _create(api, alice, _rule(method))
    changed = await api.put(path, json={"notification_rule": {"urgency": "high"}})

    for answer in (made, changed):
        assert answer.status_code == 400
        assert answer.json()["error"] == {
            "message": "Invalid Input Provided",
            "code": 2001,
            "errors": ["Channel Start delay must be unique for a given contact method"],
        }


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({"start_delay_in_minutes": -1}, "Start delay must be from 0 to 10080 minutes."),
        ({"start_delay_in_minutes": 10081}, "Start delay must be from 0 to 10080 minutes."),
        ({"contact_method": None}, "Contact method cannot be blank."),
        ({"contact_method": {"id": "PNOTHING"}}, "Contact method PNOTHING was not found."),
        ({"urgency": "loud"}, "Urgency cannot be “loud”."),
    ],
)
async def test_a_rule_that_cannot_be_is_refused_in_a_sentence(
    api: httpx.AsyncClient,
    alice: User,
    method: dict[str, Any],
    fields: dict[str, Any],
    sentence: str,
) -> None:
    answer = await _create(api, alice, _rule(method, **fields))

    assert answer.status_code == 400
    assert answer.json()["error"]["errors"] == [sentence]


async def test_nobody_is_reached_through_somebody_elses_telephone(
    api: httpx.AsyncClient, method: dict[str, Any], welcome: Welcome
) -> None:
    answer = await _create(api, await welcome("Bob"), _rule(method))

    assert (answer.status_code, answer.json()["error"]["code"]) == (400, 2002)


async def test_a_rule_is_found_at_its_own_user_only(
    api: httpx.AsyncClient, alice: User, method: dict[str, Any], welcome: Welcome
) -> None:
    rule = (await _create(api, alice, _rule(method))).json()["notification_rule"]
    bob = await welcome("Bob")

    assert (await api.get(f"/users/{bob.id}/notification_rules/{rule['id']}")).status_code == 404
    assert (await api.get("/users/PNOBODY/notification_rules")).status_code == 404


async def test_people_make_their_own_rules(
    connect: Connect, alice: User, method: dict[str, Any], welcome: Welcome
) -> None:
    own = await connect(alice)
    stranger = await connect(await welcome("Bob"))

    assert (await _create(own, alice, _rule(method))).status_code == 201
    assert (await _create(stranger, alice, _rule(method, urgency="low"))).status_code == 403
    assert (
        await _create(await connect(alice, read_only=True), alice, _rule(method))
    ).status_code == 403
