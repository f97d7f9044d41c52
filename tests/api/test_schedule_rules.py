"""Schedules over REST: what is refused, and in which words."""

from typing import Final

import httpx
import pytest

from tests.api.conftest import Connect, Welcome
from tests.api.rota import Body, change_schedule, make_schedule, schedule_body, show_schedule
from tests.api.scenes import MONDAY, a_layer, a_policy, an_open_incident, resolve
from tocsin.domain.people.user import User
from tocsin.usecases.house import House

DAY: Final = 86_400


@pytest.mark.parametrize(
    ("change", "sentences"),
    [
        ({"name": ""}, ["Name cannot be blank."]),
        ({"name": None}, ["Name cannot be blank."]),
        (
            {"time_zone": "Mars"},
            ["Time zone must be the name of a time zone, such as Europe/Vienna."],
        ),
        (
            {"time_zone": None},
            ["Time zone must be the name of a time zone, such as Europe/Vienna."],
        ),
    ],
)
async def test_a_schedule_that_breaks_a_rule_is_refused_in_a_sentence(
    api: httpx.AsyncClient, alice: User, change: Body, sentences: list[str]
) -> None:
    answer = await api.post("/schedules", json=schedule_body(a_layer(alice), **change))

    assert (answer.status_code, answer.json()["error"]["errors"]) == (400, sentences)


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"users": []}, "Layer 1 must have at least one user."),
        (
            {"rotation_turn_length_seconds": 60},
            "Layer 1 must have turns of 3600 to 31536000 seconds.",
        ),
        ({"start": "soon"}, "Layer start must be a date or a time in ISO 8601."),
        ({"start": "0001-01-01"}, "Layer start must lie between the years 1970 and 2999."),
        ({"start": None}, "Schedule layers 1 start cannot be empty."),
        ({"end": MONDAY}, "Layer 1 must end after its start."),
        (
            {"users": [{"user": {"id": "PTEAM", "type": "team_reference"}}]},
            "Only users can be on call in a schedule.",
        ),
        (
            {"users": [{"user": {"id": "PNOBODY", "type": "user"}}]},
            "User PNOBODY was not found.",
        ),
        (
            {
                "restrictions": [
                    {
                        "type": "daily_restriction",
                        "start_time_of_day": "08:00:00",
                        "duration_seconds": DAY,
                    }
                ]
            },
            "Layer 1 has a daily restriction that does not last 1 to 86399 seconds.",
        ),
        (
            {
                "restrictions": [
                    {
                        "type": "weekly_restriction",
                        "start_time_of_day": "08:00",
                        "duration_seconds": 60,
                    }
                ]
            },
            "Schedule layers 1 restrictions 1 start time of day is not valid.",
        ),
    ],
)
async def test_a_layer_that_breaks_a_rule_is_refused_in_a_sentence(
    api: httpx.AsyncClient, alice: User, change: Body, sentence: str
) -> None:
    answer = await api.post("/schedules", json=schedule_body(a_layer(alice) | change))

    assert (answer.status_code, answer.json()["error"]["errors"]) == (400, [sentence])


async def test_a_schedule_in_use_is_not_taken_away(
    api: httpx.AsyncClient, house: House, alice: User
) -> None:
    made = await make_schedule(api, a_layer(alice))
    target = {"id": made["id"], "type": "schedule_reference"}
    body = {"escalation_policy": a_policy("P", [target])}
    policy = (await api.post("/escalation_policies", json=body)).json()["escalation_policy"]
    incident = await an_open_incident(house, policy["id"])

    in_policy = await api.delete(f"/schedules/{made['id']}")
    paged_by = (await show_schedule(api, made))["escalation_policies"]
    await api.delete(f"/escalation_policies/{policy['id']}")
    in_snapshot = await api.delete(f"/schedules/{made['id']}")
    await resolve(house, incident)
    gone = await api.delete(f"/schedules/{made['id']}")

    assert (in_policy.status_code, in_snapshot.status_code, gone.status_code) == (400, 400, 204)
    assert [ref["id"] for ref in paged_by] == [policy["id"]]
    assert in_policy.json()["error"]["errors"] == [
        "Schedule can't be deleted if it's being used by escalation policies"
    ]
    assert in_snapshot.json()["error"]["errors"] == [
        "Schedule can't be deleted if it's being used by an escalation policy snapshot"
        " with open incidents"
    ]


async def test_a_layer_that_is_over_holds_nobody_back_and_is_not_opened_without_them(
    api: httpx.AsyncClient, alice: User, welcome: Welcome
) -> None:
    bob = await welcome("Bob")
    made = await make_schedule(api, a_layer(bob, name="Old"), a_layer(alice, name="New"))
    new, old = made["schedule_layers"]
    kept = await api.delete(f"/users/{bob.id}")
    ended = await change_schedule(api, made, schedule_layers=[new])
    gone = await api.delete(f"/users/{bob.id}")

    again = await change_schedule(api, made, schedule_layers=ended["schedule_layers"])
    body = {"schedule": {"schedule_layers": [new, old | {"end": None}]}}
    refused = await api.put(f"/schedules/{made['id']}", json=body)

    assert (kept.status_code, gone.status_code, refused.status_code) == (400, 204, 400)
    assert [layer["name"] for layer in again["schedule_layers"]] == ["Old", "New"]
    assert again["schedule_layers"][0]["users"][0]["user"]["summary"] is None
    assert refused.json()["error"]["errors"] == [f"User {bob.id} was not found."]


async def test_who_may_only_read_changes_no_schedule(
    api: httpx.AsyncClient, alice: User, connect: Connect, welcome: Welcome
) -> None:
    made = await make_schedule(api, a_layer(alice))
    path, body = f"/schedules/{made['id']}", schedule_body(a_layer(alice))

    for client in (
        await connect(await welcome("Olga", role="observer")),
        await connect(await welcome("Lim", role="limited_user")),
        await connect(alice, read_only=True),
    ):
        assert (await client.get(path)).status_code == 200
        assert (await client.post("/schedules", json=body)).status_code == 403
        assert (await client.put(path, json={"schedule": {}})).status_code == 403
        assert (await client.delete(path)).status_code == 403


@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE"])
async def test_a_schedule_that_is_not_there_is_not_found(
    api: httpx.AsyncClient, method: str
) -> None:
    answer = await api.request(method, "/schedules/PNONE", json={"schedule": {}})

    assert answer.status_code == 404
    assert answer.json()["error"]["code"] == 2100
