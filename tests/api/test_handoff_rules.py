"""Rules about hand-offs and status updates over REST, as the reference describes them."""

from typing import Any

import httpx
import pytest

from tests.api.conftest import Connect, Welcome
from tocsin.domain.people.user import User

URL = "https://oncall.example.com"
HANDOFFS = ("oncall_handoff_notification_rules", "oncall_handoff_notification_rule")
UPDATES = ("status_update_notification_rules", "status_update_notification_rule")


@pytest.fixture
async def method(api: httpx.AsyncClient, alice: User) -> dict[str, Any]:
    """Give Alice a telephone, and return it."""
    body = {"type": "sms_contact_method", "label": "Mobile", "address": "5555550123"}
    answer = await api.post(f"/users/{alice.id}/contact_methods", json={"contact_method": body})
    found: dict[str, Any] = answer.json()["contact_method"]
    return found


def reference(method: dict[str, Any]) -> dict[str, Any]:
    return {"contact_method": {"id": method["id"], "type": method["type"]}}


async def create(
    api: httpx.AsyncClient, user: User, names: tuple[str, str], body: dict[str, Any]
) -> httpx.Response:
    return await api.post(f"/users/{user.id}/{names[0]}", json={names[1]: body})


async def test_a_rule_about_hand_offs_is_made_shown_changed_and_taken_away(
    api: httpx.AsyncClient, alice: User, method: dict[str, Any]
) -> None:
    wished = reference(method) | {"handoff_type": "both", "notify_advance_in_minutes": 180}
    made = await create(api, alice, HANDOFFS, wished)
    rule = made.json()["oncall_handoff_notification_rule"]
    path = f"/users/{alice.id}/oncall_handoff_notification_rules/{rule['id']}"
    change = {"handoff_type": "oncall", "notify_advance_in_minutes": 30}
    changed = await api.put(path, json={"oncall_handoff_notification_rule": rule | change})
    shown = await api.get(path)
    listed = await api.get(f"/users/{alice.id}/oncall_handoff_notification_rules")

    assert made.status_code == 201
    assert rule == {
        "id": rule["id"],
        "handoff_type": "both",
        "notify_advance_in_minutes": 180,
        "contact_method": {
            "id": method["id"],
            "type": "sms_contact_method_reference",
            "summary": "Mobile",
            "self": f"{URL}/users/{alice.id}/contact_methods/{method['id']}",
            "html_url": None,
        },
    }
    assert changed.json()["oncall_handoff_notification_rule"] == rule | change
    assert shown.json() == changed.json()
    assert listed.json()["oncall_handoff_notification_rules"] == [rule | change]
    assert (await api.delete(path)).status_code == 204
    assert (await api.get(path)).status_code == 404


async def test_a_rule_about_status_updates_is_made_shown_changed_and_taken_away(
    api: httpx.AsyncClient, alice: User, method: dict[str, Any]
) -> None:
    made = await create(api, alice, UPDATES, reference(method))
    rule = made.json()["status_update_notification_rule"]
    path = f"/users/{alice.id}/status_update_notification_rules/{rule['id']}"
    changed = await api.put(path, json={"status_update_notification_rule": reference(method)})
    listed = await api.get(f"/users/{alice.id}/status_update_notification_rules")

    assert made.status_code == 201
    assert (rule["type"], rule["created_at"]) == (
        "status_update_notification_rule", "2026-11-21T12:00:00Z",
    )  # fmt: skip
    assert rule["contact_method"]["type"] == "sms_contact_method_reference"
    assert changed.json() == {"notification_rule": rule}
    assert (await api.get(path)).json() == {"notification_rule": rule}
    assert listed.json() == {"status_update_notification_rules": [rule]}
    assert (await api.delete(path)).status_code == 204
    assert (await api.get(path)).status_code == 404


@pytest.mark.parametrize(
    ("change", "status", "sentence"),
    [
        ({"notify_advance_in_minutes": -1}, 400, "must be from 0 to 10080"),
        ({"contact_method": {"id": "PNOBODY0", "type": "sms"}}, 400, "PNOBODY0 was not found"),
        ({"handoff_type": "never"}, 400, "Handoff type cannot be"),
    ],
)
async def test_what_is_wrong_is_told(
    api: httpx.AsyncClient,
    alice: User,
    method: dict[str, Any],
    change: dict[str, Any],
    status: int,
    sentence: str,
) -> None:
    answer = await create(api, alice, HANDOFFS, reference(method) | change)

    assert answer.status_code == status
    assert sentence.lower() in answer.text.lower()


@pytest.mark.parametrize("names", [HANDOFFS, UPDATES])
async def test_the_same_rule_is_not_made_twice(
    api: httpx.AsyncClient, alice: User, method: dict[str, Any], names: tuple[str, str]
) -> None:
    await create(api, alice, names, reference(method))

    again = await create(api, alice, names, reference(method))

    assert (again.status_code, "already" in again.text) == (400, True)


async def test_rules_of_somebody_else_are_not_changed_by_users(
    connect: Connect, welcome: Welcome, alice: User, method: dict[str, Any]
) -> None:
    stranger = await connect(await welcome("Bob"))

    assert (await create(stranger, alice, HANDOFFS, reference(method))).status_code == 403
