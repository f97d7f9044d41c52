"""Schedules over REST: layers, lists, and how they are kept. Now is Saturday noon."""

from typing import Final

import httpx
import msgspec
import pytest

from tests.api.conftest import Connect, Hands, Welcome
from tests.api.rota import Body, change_schedule, make_schedule, shifts_of, show_schedule
from tests.api.scenes import a_layer, a_schedule
from tocsin.domain.people.user import User
from tocsin.store.people.users import USERS
from tocsin.usecases.house import House

MORNINGS: Final = {
    "type": "weekly_restriction",
    "start_day_of_week": 1,
    "start_time_of_day": "08:00:00",
    "duration_seconds": 32_400,
}
NOTHING: Final[Body] = {"rendered_schedule_entries": [], "rendered_coverage_percentage": None}


async def test_a_schedule_is_made_shown_changed_and_taken_away(
    api: httpx.AsyncClient, alice: User
) -> None:
    made = await make_schedule(api, a_layer(alice), description="Who sleeps?")
    shown = await show_schedule(api, made)
    changed = await change_schedule(api, made, name="Day")
    gone = await api.delete(f"/schedules/{made['id']}")

    assert shown == made
    assert changed == made | {"name": "Day", "summary": "Day"}
    assert gone.status_code == 204
    assert (await api.get(f"/schedules/{made['id']}")).status_code == 404


async def test_a_schedule_looks_as_the_reference_says(api: httpx.AsyncClient, alice: User) -> None:
    made = await make_schedule(api, a_layer(alice), time_zone="Europe/Vienna")

    address = f"https://oncall.example.com/schedules/{made['id']}"
    made.pop("schedule_layers")
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
        "users": [_reference(alice)],
        "teams": [],
        "overrides_subschedule": {"name": "Overrides", **NOTHING},
        "final_schedule": {"name": "Final Schedule", **NOTHING},
    }


async def test_a_layer_looks_as_the_reference_says(api: httpx.AsyncClient, alice: User) -> None:
    layer = a_layer(alice, name="Early", restrictions=[MORNINGS])

    made = await make_schedule(api, layer, time_zone="Europe/Vienna")

    (shown,) = made["schedule_layers"]
    assert shown == {
        "id": shown["id"],
        "name": "Early",
        "start": "2026-11-16T10:00:00+01:00",
        "end": None,
        "rotation_virtual_start": "2026-11-16T10:00:00+01:00",
        "rotation_turn_length_seconds": 86_400,
        "users": [{"user": _reference(alice)}],
        "restrictions": [MORNINGS],
        **NOTHING,
    }


def _reference(user: User) -> Body:
    address = f"https://oncall.example.com/users/{user.id}"
    return {
        "id": user.id,
        "type": "user_reference",
        "summary": user.name,
        "self": address,
        "html_url": address,
    }


async def test_layers_are_written_lowest_first_and_read_highest_first(
    api: httpx.AsyncClient, alice: User, welcome: Welcome
) -> None:
    bob = await welcome("Bob")
    made = await make_schedule(api, a_layer(alice, name="Low"), a_layer(bob, name="High"))

    window = {"since": "2026-11-23", "until": "2026-11-24"}
    shown = await show_schedule(api, made, **window)
    turned = await change_schedule(api, made, schedule_layers=shown["schedule_layers"])

    assert [layer["name"] for layer in shown["schedule_layers"]] == ["High", "Low"]
    assert [layer["name"] for layer in turned["schedule_layers"]] == ["Low", "High"]
    assert [entry[2] for entry in shifts_of(shown["final_schedule"])] == ["Bob"]
    after = await show_schedule(api, made, **window)
    assert [entry[2] for entry in shifts_of(after["final_schedule"])] == ["Alice"]


async def test_layers_have_names_even_when_nobody_gave_them_any(
    api: httpx.AsyncClient, alice: User
) -> None:
    made = await make_schedule(api, a_layer(alice), a_layer(alice, name=None))

    assert [layer["name"] for layer in made["schedule_layers"]] == ["Layer 2", "Layer 1"]


@pytest.mark.parametrize("type_", ["user", "user_reference"])
async def test_people_on_layers_may_be_called_users_or_references(
    api: httpx.AsyncClient, alice: User, type_: str
) -> None:
    layer = a_layer(alice) | {"users": [{"user": {"id": alice.id, "type": type_}}]}

    made = await make_schedule(api, layer)

    assert made["schedule_layers"][0]["users"][0]["user"]["id"] == alice.id


async def test_a_layer_left_out_is_ended_and_opened_again_by_an_end_of_null(
    api: httpx.AsyncClient, alice: User, welcome: Welcome
) -> None:
    bob = await welcome("Bob")
    made = await make_schedule(api, a_layer(alice, name="Low"), a_layer(bob, name="High"))
    high, low = made["schedule_layers"]

    ended = await change_schedule(api, made, schedule_layers=[low])
    opened = await change_schedule(api, made, schedule_layers=[low, high | {"end": None}])

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
    made = await make_schedule(api, a_layer(alice, end="2026-11-18T09:00:00Z"))
    clock.move(hours=1)

    again = await change_schedule(api, made, **made)

    assert again == made


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
