"""Schedules over REST: the shifts that are rendered. Now is Saturday noon."""

import httpx
import pytest

from tests.api.conftest import Welcome
from tests.api.rota import (
    Body,
    change_schedule,
    make_schedule,
    schedule_body,
    shifts_of,
    show_schedule,
)
from tests.api.scenes import a_layer, ref
from tocsin.domain.people.user import User


async def test_shifts_are_rendered_only_between_bounds(
    api: httpx.AsyncClient, alice: User, welcome: Welcome
) -> None:
    made = await make_schedule(api, a_layer(alice, await welcome("Bob")))

    bounds = {"since": "2026-11-21T12:00Z", "until": "2026-11-22T21:00:00Z"}
    shown = await show_schedule(api, made, **bounds)

    halves = [
        ("2026-11-21T12:00:00+00:00", "2026-11-22T09:00:00+00:00", "Bob"),
        ("2026-11-22T09:00:00+00:00", "2026-11-22T21:00:00+00:00", "Alice"),
    ]
    assert shifts_of(shown["final_schedule"]) == halves
    assert shifts_of(shown["schedule_layers"][0]) == halves
    assert shown["final_schedule"]["rendered_coverage_percentage"] == 100
    assert shown["overrides_subschedule"]["rendered_coverage_percentage"] == 0


async def test_shifts_that_pass_the_bounds_keep_their_ends_with_overflow(
    api: httpx.AsyncClient, alice: User, welcome: Welcome
) -> None:
    made = await make_schedule(api, a_layer(alice, await welcome("Bob")))

    bounds = {"since": "2026-11-21T12:00Z", "until": "2026-11-21T21:00Z"}
    shown = await show_schedule(api, made, **bounds, overflow="true")

    whole = [("2026-11-21T09:00:00+00:00", "2026-11-22T09:00:00+00:00", "Bob")]
    assert shifts_of(shown["final_schedule"]) == whole
    assert shown["final_schedule"]["rendered_coverage_percentage"] == 100


async def test_a_shift_without_end_has_none(api: httpx.AsyncClient, alice: User) -> None:
    made = await make_schedule(api, a_layer(alice))

    shown = await show_schedule(api, made, since="2026-11-21", overflow="1")

    assert shifts_of(shown["final_schedule"]) == [("2026-11-16T09:00:00+00:00", None, "Alice")]


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
    made = await make_schedule(api, a_layer(alice))

    shown = await show_schedule(api, made, **query)

    assert shifts_of(shown["final_schedule"]) == [(start, end, "Alice")]


async def test_coverage_tells_the_share_of_the_time(api: httpx.AsyncClient, alice: User) -> None:
    nine_hours = {"start_time_of_day": "08:00:00", "duration_seconds": 32_400}
    made = await make_schedule(
        api, a_layer(alice, restrictions=[{"type": "daily_restriction", **nine_hours}])
    )

    shown = await show_schedule(api, made, since="2026-11-23", until="2026-11-25")

    assert shifts_of(shown["final_schedule"]) == [
        ("2026-11-23T08:00:00+00:00", "2026-11-23T17:00:00+00:00", "Alice"),
        ("2026-11-24T08:00:00+00:00", "2026-11-24T17:00:00+00:00", "Alice"),
    ]
    assert shown["final_schedule"]["rendered_coverage_percentage"] == 37.5


async def test_hand_offs_keep_their_wall_time_when_clocks_change(
    api: httpx.AsyncClient, alice: User, welcome: Welcome
) -> None:
    nine = {"start": "2026-10-20T09:00", "rotation_virtual_start": "2026-10-20T09:00"}
    layer = a_layer(alice, await welcome("Bob"), **nine)
    made = await make_schedule(api, layer, time_zone="Europe/Vienna")
    bounds = {"since": "2026-10-24T09:00+02:00", "until": "2026-10-26T09:00+01:00"}

    at_home = await show_schedule(api, made, **bounds)
    abroad = await show_schedule(api, made, **bounds, time_zone="America/New_York")

    assert shifts_of(at_home["final_schedule"]) == [
        ("2026-10-24T09:00:00+02:00", "2026-10-25T09:00:00+01:00", "Alice"),
        ("2026-10-25T09:00:00+01:00", "2026-10-26T09:00:00+01:00", "Bob"),
    ]
    assert shifts_of(abroad["final_schedule"]) == [
        ("2026-10-24T03:00:00-04:00", "2026-10-25T04:00:00-04:00", "Alice"),
        ("2026-10-25T04:00:00-04:00", "2026-10-26T04:00:00-04:00", "Bob"),
    ]


async def test_an_edit_changes_the_future_and_leaves_the_past(
    api: httpx.AsyncClient, alice: User, welcome: Welcome
) -> None:
    bob = await welcome("Bob")
    made = await make_schedule(api, a_layer(alice))

    layer = made["schedule_layers"][0] | {"users": [{"user": ref(bob)}]}
    changed = await change_schedule(api, made, schedule_layers=[layer], time_zone="Asia/Tokyo")

    window = {"since": "2026-11-21T00:00Z", "until": "2026-11-22T00:00Z", "time_zone": "UTC"}
    shown = await show_schedule(api, made, **window)
    assert changed["schedule_layers"][0]["id"] == made["schedule_layers"][0]["id"]
    assert shifts_of(shown["final_schedule"]) == [
        ("2026-11-21T00:00:00+00:00", "2026-11-21T12:00:00+00:00", "Alice"),
        ("2026-11-21T12:00:00+00:00", "2026-11-22T00:00:00+00:00", "Bob"),
    ]
    assert [user["summary"] for user in shown["users"]] == ["Bob"]


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
    made = await make_schedule(api, a_layer(alice))

    answer = await api.get(f"/schedules/{made['id']}?{query}")

    assert (answer.status_code, answer.json()["error"]["errors"]) == (400, [sentence])


async def test_a_preview_renders_and_keeps_nothing(api: httpx.AsyncClient, alice: User) -> None:
    query = "since=2026-11-21&until=2026-11-22&overflow=false"
    answer = await api.post(f"/schedules/preview?{query}", json=schedule_body(a_layer(alice)))
    schedule = answer.json()["schedule"]

    assert answer.status_code == 200
    assert "id" not in schedule
    assert shifts_of(schedule["final_schedule"]) == [
        ("2026-11-21T00:00:00+00:00", "2026-11-22T00:00:00+00:00", "Alice")
    ]
    assert (await api.get("/schedules")).json()["schedules"] == []


async def test_a_list_tells_when_somebody_is_on_call_next(
    api: httpx.AsyncClient, alice: User, welcome: Welcome
) -> None:
    bob, cleo = await welcome("Bob"), await welcome("Cleo")
    made = await make_schedule(api, a_layer(alice, bob, cleo))

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
    made = await make_schedule(api, a_layer(alice, bob, cleo))

    async def names(query: str) -> set[str]:
        answer = await api.get(f"/schedules/{made['id']}/users?{query}")
        return {user["name"] for user in answer.json()["users"] if user["type"] == "user"}

    assert await names("") == {"Cleo"}
    assert await names("since=2026-11-21T08:00Z&until=2026-11-21T10:00Z") == {"Bob", "Cleo"}
    assert await names("since=2026-11-21") == {"Alice", "Bob", "Cleo"}
    assert await names("since=2026-11-01&until=2026-11-02") == set()
    assert await names("since=2026-11-01&until=2026-11-01") == set()
