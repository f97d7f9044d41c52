"""Schedules over REST, as the reference, Terraform and scripts use them. Now is Saturday noon."""

from typing import Any, Final

import httpx
import msgspec
import pytest

from tests.api.conftest import Connect, Hands, Welcome
from tests.api.scenes import MONDAY, a_layer, a_policy, a_schedule, an_open_incident, ref, resolve
from tocsin.domain.user import User
from tocsin.store.users import USERS
from tocsin.usecases.house import House

Body = dict[str, Any]
DAY: Final = 86_400


def _body(*layers: Body, **others: Any) -> Body:
    schedule = {"type": "schedule", "name": "Night", "time_zone": "UTC", **others}
    return {"schedule": schedule | {"schedule_layers": list(layers)}}


async def _create(api: httpx.AsyncClient, *layers: Body, **others: Any) -> Body:
    answer = await api.post("/schedules", json=_body(*layers, **others))
    assert answer.status_code == 201, answer.text
    schedule: Body = answer.json()["schedule"]
    return schedule


async def _get(api: httpx.AsyncClient, schedule: Body, **query: Any) -> Body:
    answer = await api.get(f"/schedules/{schedule['id']}", params=query)
    assert answer.status_code == 200, answer.text
    found: Body = answer.json()["schedule"]
    return found


async def _put(api: httpx.AsyncClient, schedule: Body, **change: Any) -> Body:
    answer = await api.put(f"/schedules/{schedule['id']}", json={"schedule": change})
    assert answer.status_code == 200, answer.text
    found: Body = answer.json()["schedule"]
    return found


def _entries(part: Body) -> list[tuple[str, str | None, str]]:
    return [
        (entry["start"], entry["end"], entry["user"]["summary"])
        for entry in part["rendered_schedule_entries"]
    ]


async def test_a_schedule_is_made_shown_changed_and_taken_away(
    api: httpx.AsyncClient, alice: User
) -> None:
    made = await _create(api, a_layer(alice), description="Who sleeps?")
    shown = await _get(api, made)
    changed = await _put(api, made, name="Day")
    gone = await api.delete(f"/schedules/{made['id']}")

    assert shown == made
    assert changed == made | {"name": "Day", "summary": "Day"}
    assert gone.status_code == 204
    assert (await api.get(f"/schedules/{made['id']}")).status_code == 404


async def test_a_schedule_looks_as_the_reference_says(api: httpx.AsyncClient, alice: User) -> None:
    made = await _create(
        api,
        a_layer(
            alice,
            name="Early",
            restrictions=[
                {
                    "type": "weekly_restriction",
                    "start_day_of_week": 1,
                    "start_time_of_day": "08:00:00",
                    "duration_seconds": 32_400,
                }
            ],
        ),
        time_zone="Europe/Vienna",
    )

    address = f"https://oncall.example.com/schedules/{made['id']}"
    user = {
        "id": alice.id,
        "type": "user_reference",
        "summary": "Alice",
        "self": f"https://oncall.example.com/users/{alice.id}",
        "html_url": f"https://oncall.example.com/users/{alice.id}",
    }
    nothing: Body = {"rendered_schedule_entries": [], "rendered_coverage_percentage": None}
    assert made == {
        "id": made["id"],
        "type": "schedule",
        "summary": "Night",
        "self": address,
        "html_url": address,
        "name": "Night",
        "time_zone": "Europe/Vienna",
        "description": None,
        "escalation_policies": [],
        "users": [user],
        "teams": [],
        "schedule_layers": [
            {
                "id": made["schedule_layers"][0]["id"],
                "name": "Early",
                "start": "2026-11-16T10:00:00+01:00",
                "end": None,
                "rotation_virtual_start": "2026-11-16T10:00:00+01:00",
                "rotation_turn_length_seconds": DAY,
                "users": [{"user": user}],
                "restrictions": [
                    {
                        "type": "weekly_restriction",
                        "start_day_of_week": 1,
                        "start_time_of_day": "08:00:00",
                        "duration_seconds": 32_400,
                    }
                ],
                **nothing,
            }
        ],
        "overrides_subschedule": {"name": "Overrides", **nothing},
        "final_schedule": {"name": "Final Schedule", **nothing},
    }


async def test_layers_are_written_lowest_first_and_read_highest_first(
    api: httpx.AsyncClient, alice: User, welcome: Welcome
) -> None:
    bob = await welcome("Bob")
    made = await _create(api, a_layer(alice, name="Low"), a_layer(bob, name="High"))

    window = {"since": "2026-11-23", "until": "2026-11-24"}
    shown = await _get(api, made, **window)
    turned = await _put(api, made, schedule_layers=shown["schedule_layers"])

    assert [layer["name"] for layer in shown["schedule_layers"]] == ["High", "Low"]
    assert [layer["name"] for layer in turned["schedule_layers"]] == ["Low", "High"]
    assert [entry[2] for entry in _entries(shown["final_schedule"])] == ["Bob"]
    after = await _get(api, made, **window)
    assert [entry[2] for entry in _entries(after["final_schedule"])] == ["Alice"]


async def test_layers_have_names_even_when_nobody_gave_them_any(
    api: httpx.AsyncClient, alice: User
) -> None:
    made = await _create(api, a_layer(alice), a_layer(alice, name=None))

    assert [layer["name"] for layer in made["schedule_layers"]] == ["Layer 2", "Layer 1"]


@pytest.mark.parametrize("type_", ["user", "user_reference"])
async def test_people_on_layers_may_be_called_users_or_references(
    api: httpx.AsyncClient, alice: User, type_: str
) -> None:
    layer = a_layer(alice) | {"users": [{"user": {"id": alice.id, "type": type_}}]}

    made = await _create(api, layer)

    assert made["schedule_layers"][0]["users"][0]["user"]["id"] == alice.id


async def test_shifts_are_rendered_only_between_bounds(
    api: httpx.AsyncClient, alice: User, welcome: Welcome
) -> None:
    made = await _create(api, a_layer(alice, await welcome("Bob")))

    bounds = {"since": "2026-11-21T12:00Z", "until": "2026-11-22T21:00:00Z"}
    shown = await _get(api, made, **bounds)

    halves = [
        ("2026-11-21T12:00:00+00:00", "2026-11-22T09:00:00+00:00", "Bob"),
        ("2026-11-22T09:00:00+00:00", "2026-11-22T21:00:00+00:00", "Alice"),
    ]
    assert _entries(shown["final_schedule"]) == halves
    assert _entries(shown["schedule_layers"][0]) == halves
    assert shown["final_schedule"]["rendered_coverage_percentage"] == 100
    assert shown["overrides_subschedule"]["rendered_coverage_percentage"] == 0


async def test_shifts_that_pass_the_bounds_keep_their_ends_with_overflow(
    api: httpx.AsyncClient, alice: User, welcome: Welcome
) -> None:
    made = await _create(api, a_layer(alice, await welcome("Bob")))

    bounds = {"since": "2026-11-21T12:00Z", "until": "2026-11-21T21:00Z"}
    shown = await _get(api, made, **bounds, overflow="true")

    whole = [("2026-11-21T09:00:00+00:00", "2026-11-22T09:00:00+00:00", "Bob")]
    assert _entries(shown["final_schedule"]) == whole
    assert shown["final_schedule"]["rendered_coverage_percentage"] == 100


async def test_a_shift_without_end_has_none(api: httpx.AsyncClient, alice: User) -> None:
    made = await _create(api, a_layer(alice))

    shown = await _get(api, made, since="2026-11-21", overflow="1")

    assert _entries(shown["final_schedule"]) == [("2026-11-16T09:00:00+00:00", None, "Alice")]


@pytest.mark.parametrize(
    ("query", "start", "end"),
    [
        ({"since": "2026-11-21"}, "2026-11-21T00:00:00+00:00", "2026-12-05T00:00:00+00:00"),
        ({"until": "2026-12-05"}, "2026-11-21T00:00:00+00:00", "2026-12-05T00:00:00+00:00"),
    ],
)
async def test_a_bound_that_is_left_out_is_two_weeks_away(
    api: httpx.AsyncClient, alice: User, query: dict[str, str], start: str, end: str
) -> None:
    made = await _create(api, a_layer(alice))

    shown = await _get(api, made, **query)

    assert _entries(shown["final_schedule"]) == [(start, end, "Alice")]


async def test_coverage_tells_the_share_of_the_time(api: httpx.AsyncClient, alice: User) -> None:
    nine_hours = {"start_time_of_day": "08:00:00", "duration_seconds": 32_400}
    made = await _create(
        api, a_layer(alice, restrictions=[{"type": "daily_restriction", **nine_hours}])
    )

    shown = await _get(api, made, since="2026-11-23", until="2026-11-25")

    assert _entries(shown["final_schedule"]) == [
        ("2026-11-23T08:00:00+00:00", "2026-11-23T17:00:00+00:00", "Alice"),
        ("2026-11-24T08:00:00+00:00", "2026-11-24T17:00:00+00:00", "Alice"),
    ]
    assert shown["final_schedule"]["rendered_coverage_percentage"] == 37.5


async def test_hand_offs_keep_their_wall_time_when_clocks_change(
    api: httpx.AsyncClient, alice: User, welcome: Welcome
) -> None:
    nine = {"start": "2026-10-20T09:00", "rotation_virtual_start": "2026-10-20T09:00"}
    layer = a_layer(alice, await welcome("Bob"), **nine)
    made = await _create(api, layer, time_zone="Europe/Vienna")
    bounds = {"since": "2026-10-24T09:00+02:00", "until": "2026-10-26T09:00+01:00"}

    at_home = await _get(api, made, **bounds)
    abroad = await _get(api, made, **bounds, time_zone="America/New_York")

    assert _entries(at_home["final_schedule"]) == [
        ("2026-10-24T09:00:00+02:00", "2026-10-25T09:00:00+01:00", "Alice"),
        ("2026-10-25T09:00:00+01:00", "2026-10-26T09:00:00+01:00", "Bob"),
    ]
    assert _entries(abroad["final_schedule"]) == [
        ("2026-10-24T03:00:00-04:00", "2026-10-25T04:00:00-04:00", "Alice"),
        ("2026-10-25T04:00:00-04:00", "2026-10-26T04:00:00-04:00", "Bob"),
    ]


async def test_an_edit_changes_the_future_and_leaves_the_past(
    api: httpx.AsyncClient, alice: User, welcome: Welcome
) -> None:
    bob = await welcome("Bob")
    made = await _create(api, a_layer(alice))

    layer = made["schedule_layers"][0] | {"users": [{"user": ref(bob)}]}
    changed = await _put(api, made, schedule_layers=[layer], time_zone="Asia/Tokyo")

    window = {"since": "2026-11-21T00:00Z", "until": "2026-11-22T00:00Z", "time_zone": "UTC"}
    shown = await _get(api, made, **window)
    assert changed["schedule_layers"][0]["id"] == made["schedule_layers"][0]["id"]
    assert _entries(shown["final_schedule"]) == [
        ("2026-11-21T00:00:00+00:00", "2026-11-21T12:00:00+00:00", "Alice"),
        ("2026-11-21T12:00:00+00:00", "2026-11-22T00:00:00+00:00", "Bob"),
    ]
    assert [user["summary"] for user in shown["users"]] == ["Bob"]


async def test_a_layer_left_out_is_ended_and_opened_again_by_an_end_of_null(
    api: httpx.AsyncClient, alice: User, welcome: Welcome
) -> None:
    bob = await welcome("Bob")
    made = await _create(api, a_layer(alice, name="Low"), a_layer(bob, name="High"))
    high, low = made["schedule_layers"]

    ended = await _put(api, made, schedule_layers=[low])
    opened = await _put(api, made, schedule_layers=[low, high | {"end": None}])

    assert {layer["name"]: layer["end"] for layer in ended["schedule_layers"]} == {
        "Low": None,
        "High": "2026-11-21T12:00:00+00:00",
    }
    assert [user["summary"] for user in ended["users"]] == ["Alice"]
    assert [(x["id"], x["end"]) for x in opened["schedule_layers"]] == [
        (high["id"], None),
        (low["id"], None),
    ]


async def test_a_schedule_sent_back_as_it_was_shown_leaves_no_trace(
    api: httpx.AsyncClient, house: House, clock: Hands, alice: User
) -> None:
    made = await _create(api, a_layer(alice, end="2026-11-18T09:00:00Z"))
    clock.move(hours=1)

    again = await _put(api, made, **made)

    assert again == made


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
    answer = await api.post("/schedules", json=_body(a_layer(alice), **change))

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
    answer = await api.post("/schedules", json=_body(a_layer(alice) | change))

    assert (answer.status_code, answer.json()["error"]["errors"]) == (400, [sentence])


@pytest.mark.parametrize(
    ("query", "sentence"),
    [
        ("since=2026-11-22&until=2026-11-21", "Until cannot be before since."),
        (
            "since=2025-01-01&until=2026-11-21",
            "Since and until cannot be more than 366 days apart.",
        ),
        ("since=0001-01-01", "Since must lie between the years 1970 and 2999."),
        ("until=9999-12-31", "Until must lie between the years 1970 and 2999."),
        ("since=now", "Since must be a date or a time in ISO 8601."),
        ("time_zone=Mars", "Time zone must be the name of a time zone."),
        ("overflow=perhaps", "Overflow must be true or false."),
    ],
)
async def test_a_strange_question_is_refused_in_a_sentence(
    api: httpx.AsyncClient, alice: User, query: str, sentence: str
) -> None:
    made = await _create(api, a_layer(alice))

    answer = await api.get(f"/schedules/{made['id']}?{query}")

    assert (answer.status_code, answer.json()["error"]["errors"]) == (400, [sentence])


async def test_a_schedule_in_use_is_not_taken_away(
    api: httpx.AsyncClient, house: House, alice: User
) -> None:
    made = await _create(api, a_layer(alice))
    target = {"id": made["id"], "type": "schedule_reference"}
    body = {"escalation_policy": a_policy("P", [target])}
    policy = (await api.post("/escalation_policies", json=body)).json()["escalation_policy"]
    incident = await an_open_incident(house, policy["id"])

    in_policy = await api.delete(f"/schedules/{made['id']}")
    paged_by = (await _get(api, made))["escalation_policies"]
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


async def test_a_preview_renders_and_keeps_nothing(api: httpx.AsyncClient, alice: User) -> None:
    query = "since=2026-11-21&until=2026-11-22&overflow=false"
    answer = await api.post(f"/schedules/preview?{query}", json=_body(a_layer(alice)))
    schedule = answer.json()["schedule"]

    assert answer.status_code == 200
    assert "id" not in schedule
    assert _entries(schedule["final_schedule"]) == [
        ("2026-11-21T00:00:00+00:00", "2026-11-22T00:00:00+00:00", "Alice")
    ]
    assert (await api.get("/schedules")).json()["schedules"] == []


async def test_schedules_are_listed_thin_by_name_in_pages(
    api: httpx.AsyncClient, alice: User
) -> None:
    for name in ("beta", "Alpha", "gamma"):
        await a_schedule(api, name, [[alice]])

    async def page(query: str) -> Body:
        body: Body = (await api.get(f"/schedules?{query}")).json()
        return body

    async def names(query: str) -> list[str]:
        return [schedule["name"] for schedule in (await page(query))["schedules"]]

    whole = await page("total=true&limit=2")
    assert [schedule["name"] for schedule in whole["schedules"]] == ["Alpha", "beta"]
    assert (whole["more"], whole["total"]) == (True, 3)
    assert not {"schedule_layers", "final_schedule"} & whole["schedules"][0].keys()
    assert [user["id"] for user in whole["schedules"][0]["users"]] == [alice.id]
    assert await names("limit=2&offset=2") == ["gamma"]
    assert await names("query=BET") == ["beta"]
    assert await names("team_ids[]=PTEAM") == []


async def test_lists_hold_what_is_included_in_the_zone_of_whoever_asks(
    api: httpx.AsyncClient, house: House, connect: Connect, alice: User
) -> None:
    await a_schedule(api, "Night", [[alice]])
    async with house.database.begin() as tx:
        await USERS.update(tx, msgspec.structs.replace(alice, time_zone="Asia/Tokyo"))

    query = "include[]=final_schedule&include[]=schedule_layers&since=2026-11-21T12:00Z"
    for client, until in (
        (api, "2026-12-05T21:00:00+09:00"),
        (await connect(), "2026-12-05T12:00:00+00:00"),
    ):
        (schedule,) = (await client.get(f"/schedules?{query}")).json()["schedules"]
        assert schedule["final_schedule"]["rendered_schedule_entries"][0]["end"] == until
        assert schedule["schedule_layers"][0]["rendered_coverage_percentage"] == 100
        assert "overrides_subschedule" not in schedule


async def test_a_list_tells_when_somebody_is_on_call_next(
    api: httpx.AsyncClient, alice: User, welcome: Welcome
) -> None:
    bob, cleo = await welcome("Bob"), await welcome("Cleo")
    made = await _create(api, a_layer(alice, bob, cleo))

    async def next_of(user: User) -> Body | None:
        query = f"include_next_oncall_for_user={user.id}"
        (listed,) = (await api.get(f"/schedules?{query}")).json()["schedules"]
        shown = (await api.get(f"/schedules/{made['id']}?{query}")).json()["schedule"]
        assert listed.get("next_oncall_for_user") == shown.get("next_oncall_for_user")
        found: Body | None = shown.get("next_oncall_for_user")
        return found

    found = await next_of(bob)
    assert found
    assert (found["start"], found["end"], found["user"]["id"]) == (
        "2026-11-23T09:00:00+00:00",
        "2026-11-24T09:00:00+00:00",
        bob.id,
    )
    assert await next_of(await welcome("Dora")) is None


async def test_the_users_of_a_schedule_are_those_on_call_in_a_time(
    api: httpx.AsyncClient, alice: User, welcome: Welcome
) -> None:
    bob, cleo = await welcome("Bob"), await welcome("Cleo")
    made = await _create(api, a_layer(alice, bob, cleo))

    async def names(query: str) -> set[str]:
        answer = await api.get(f"/schedules/{made['id']}/users?{query}")
        return {user["name"] for user in answer.json()["users"] if user["type"] == "user"}

    assert await names("") == {"Cleo"}
    assert await names("since=2026-11-21T08:00Z&until=2026-11-21T10:00Z") == {"Bob", "Cleo"}
    assert await names("since=2026-11-21") == {"Alice", "Bob", "Cleo"}
    assert await names("since=2026-11-01&until=2026-11-02") == set()
    assert await names("since=2026-11-01&until=2026-11-01") == set()


async def test_who_may_only_read_changes_no_schedule(
    api: httpx.AsyncClient, alice: User, connect: Connect, welcome: Welcome
) -> None:
    made = await _create(api, a_layer(alice))
    path = f"/schedules/{made['id']}"

    for client in (
        await connect(await welcome("Olga", role="observer")),
        await connect(await welcome("Lim", role="limited_user")),
        await connect(alice, read_only=True),
    ):
        assert (await client.get(path)).status_code == 200
        assert (await client.post("/schedules", json=_body(a_layer(alice)))).status_code == 403
        assert (await client.put(path, json={"schedule": {}})).status_code == 403
        assert (await client.delete(path)).status_code == 403


@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE"])
async def test_a_schedule_that_is_not_there_is_not_found(
    api: httpx.AsyncClient, method: str
) -> None:
    answer = await api.request(method, "/schedules/PNONE", json={"schedule": {}})

    assert answer.status_code == 404
    assert answer.json()["error"]["code"] == 2100
