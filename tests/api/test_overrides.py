"""Overrides over REST: the outcome of each, and what may still be taken back."""

from typing import Any

import httpx
import pytest

from tests.api.conftest import Connect, Hands, Welcome
from tests.api.scenes import a_schedule, ref
from tocsin.domain.people.user import User

Body = dict[str, Any]
WINDOW = "since=2026-11-21&until=2026-11-28"


def _override(user: User, start: str, end: str, **others: Any) -> Body:
    return {"user": ref(user), "start": start, "end": end, **others}


@pytest.fixture
async def path(api: httpx.AsyncClient, alice: User) -> str:
    """Give the address of the overrides of a schedule that Alice holds. Now is noon, UTC."""
    return f"/schedules/{await a_schedule(api, 'Night', [[alice]], 'Europe/Vienna')}/overrides"


async def _make(api: httpx.AsyncClient, path: str, *overrides: Body) -> list[Body]:
    answer = await api.post(path, json={"overrides": overrides})
    assert answer.status_code == 201, answer.text
    outcomes: list[Body] = answer.json()
    return outcomes


async def _listed(api: httpx.AsyncClient, path: str, query: str = WINDOW) -> list[Body]:
    answer = await api.get(f"{path}?{query}")
    assert answer.status_code == 201, answer.text
    found: list[Body] = answer.json()["overrides"]
    return found


async def _final(api: httpx.AsyncClient, path: str, query: str = WINDOW) -> list[Body]:
    schedule = (await api.get(f"{path.removesuffix('/overrides')}?{query}")).json()["schedule"]
    entries: list[Body] = schedule["final_schedule"]["rendered_schedule_entries"]
    return entries


async def test_an_override_takes_the_place_of_whoever_the_layers_say(
    api: httpx.AsyncClient, path: str, welcome: Welcome
) -> None:
    bob = await welcome("Bob")

    (outcome,) = await _make(
        api, path, _override(bob, "2026-11-22T00:00:00Z", "2026-11-22T12:00:00Z")
    )

    assert outcome == {
        "status": 201,
        "override": {
            "id": outcome["override"]["id"],
            "start": "2026-11-22T01:00:00+01:00",
            "end": "2026-11-22T13:00:00+01:00",
            "user": {
                "id": bob.id,
                "type": "user_reference",
                "summary": "Bob",
                "self": f"https://oncall.example.com/users/{bob.id}",
                "html_url": f"https://oncall.example.com/users/{bob.id}",
            },
        },
    }
    assert await _listed(api, path) == [outcome["override"]]
    assert [e["user"]["summary"] for e in await _final(api, path)] == ["Alice", "Bob", "Alice"]


async def test_each_override_has_its_own_outcome(
    api: httpx.AsyncClient, path: str, welcome: Welcome
) -> None:
    bob = await welcome("Bob")
    good = _override(bob, "2026-11-22", "2026-11-23")
    backwards = _override(bob, "2026-11-23", "2026-11-22")
    past = _override(bob, "2026-11-20", "2026-11-21")
    nobody = good | {"user": {"id": "PNOBODY", "type": "user"}}

    outcomes = await _make(api, path, good, backwards, past, nobody)

    assert [(outcome["status"], outcome.get("errors")) for outcome in outcomes] == [
        (201, None),
        (400, ["Override must end after its start"]),
        (400, ["Override must end in the future"]),
        (400, ["User PNOBODY was not found"]),
    ]
    assert "id" not in outcomes[1]["override"]
    assert len(await _listed(api, path)) == 1


async def test_one_override_in_the_older_form_is_answered_in_the_older_form(
    api: httpx.AsyncClient, path: str, alice: User
) -> None:
    made = await api.post(path, json={"override": _override(alice, "2026-11-22", "2026-11-23")})
    bad = await api.post(path, json={"override": _override(alice, "2026-11-23", "2026-11-22")})

    assert (made.status_code, bad.status_code) == (201, 400)
    assert made.json()["override"]["user"]["id"] == alice.id
    assert bad.json()["error"]["errors"] == ["Override must end after its start"]


async def test_of_two_overrides_the_one_made_last_counts(
    api: httpx.AsyncClient, path: str, welcome: Welcome
) -> None:
    bob, cleo = await welcome("Bob"), await welcome("Cleo")

    await _make(
        api,
        path,
        _override(bob, "2026-11-22", "2026-11-24"),
        _override(cleo, "2026-11-23", "2026-11-24"),
    )

    shifts = await _final(api, path, "since=2026-11-22&until=2026-11-25")
    assert [entry["user"]["summary"] for entry in shifts] == ["Bob", "Cleo", "Alice"]


async def test_an_override_never_changes_the_past(
    api: httpx.AsyncClient, path: str, welcome: Welcome
) -> None:
    (outcome,) = await _make(
        api, path, _override(await welcome("Bob"), "2026-11-20T00:00Z", "2026-11-22T00:00Z")
    )

    assert outcome["override"]["start"] == "2026-11-21T13:00:00+01:00"


async def test_times_without_an_offset_are_in_the_zone_that_is_named(
    api: httpx.AsyncClient, path: str, alice: User
) -> None:
    there, here, mars = (
        _override(alice, "2026-11-22T00:00", "2026-11-22T12:00", time_zone=zone)
        for zone in ("Asia/Tokyo", None, "Mars")
    )

    outcomes = await _make(api, path, there, here)
    refused = await api.post(path, json={"overrides": [mars]})

    assert [outcome["override"]["start"] for outcome in outcomes] == [
        "2026-11-21T16:00:00+01:00",
        "2026-11-22T01:00:00+01:00",
    ]
    assert refused.json()["error"]["errors"] == [
        "Override time zone must be the name of a time zone."
    ]


async def test_overrides_are_cut_to_the_time_asked_about_unless_they_may_overflow(
    api: httpx.AsyncClient, path: str, alice: User
) -> None:
    await _make(api, path, _override(alice, "2026-11-22T00:00Z", "2026-11-23T00:00Z"))
    inside = "since=2026-11-22T06:00Z&until=2026-11-22T12:00Z"

    (cut,) = await _listed(api, path, inside)
    (whole,) = await _listed(api, path, f"{inside}&overflow=true")

    assert (cut["start"], cut["end"]) == (
        "2026-11-22T07:00:00+01:00",
        "2026-11-22T13:00:00+01:00",
    )
    assert (whole["start"], whole["end"]) == (
        "2026-11-22T01:00:00+01:00",
        "2026-11-23T01:00:00+01:00",
    )
    assert await _listed(api, path, "since=2026-11-23&until=2026-11-24") == []


async def test_only_what_has_not_begun_is_editable(
    api: httpx.AsyncClient, path: str, alice: User
) -> None:
    _, future = await _make(
        api,
        path,
        _override(alice, "2026-11-21", "2026-11-22"),
        _override(alice, "2026-11-22", "2026-11-23"),
    )

    assert await _listed(api, path, f"{WINDOW}&editable=true") == [future["override"]]
    assert len(await _listed(api, path, f"{WINDOW}&editable=false")) == 2


@pytest.mark.parametrize("query", ["", "since=2026-11-21", "until=2026-11-21", "since=&until="])
async def test_a_list_needs_both_bounds(api: httpx.AsyncClient, path: str, query: str) -> None:
    answer = await api.get(f"{path}?{query}")

    assert (answer.status_code, answer.json()["error"]["errors"]) == (
        400,
        ["Since and until cannot be empty."],
    )


async def test_an_override_is_taken_away_before_it_begins_ended_while_it_runs_and_kept_after(
    api: httpx.AsyncClient, path: str, clock: Hands, welcome: Welcome
) -> None:
    bob = await welcome("Bob")
    outcomes = await _make(
        api,
        path,
        _override(bob, "2026-11-22T00:00Z", "2026-11-22T06:00Z"),
        _override(bob, "2026-11-22T10:00Z", "2026-11-22T18:00Z"),
        _override(bob, "2026-11-23T00:00Z", "2026-11-24T00:00Z"),
    )
    past, running, future = (f"{path}/{outcome['override']['id']}" for outcome in outcomes)
    clock.move(days=1)

    refused, ended, gone = (
        await api.delete(past),
        await api.delete(running),
        await api.delete(future),
    )
    again = await api.delete(running)

    assert [answer.status_code for answer in (refused, ended, gone, again)] == [400, 200, 204, 400]
    assert refused.json()["error"]["errors"] == ["Override cannot be removed once it is over."]
    assert [(one["start"], one["end"]) for one in await _listed(api, path)] == [
        ("2026-11-22T01:00:00+01:00", "2026-11-22T07:00:00+01:00"),
        ("2026-11-22T11:00:00+01:00", "2026-11-22T13:00:00+01:00"),
    ]


async def test_an_override_belongs_to_its_schedule(
    api: httpx.AsyncClient, path: str, alice: User
) -> None:
    (outcome,) = await _make(api, path, _override(alice, "2026-11-22", "2026-11-23"))
    other = await a_schedule(api, "Day", [[alice]])
    id_ = outcome["override"]["id"]

    assert (await api.delete(f"/schedules/{other}/overrides/{id_}")).status_code == 404
    assert (await api.delete(f"{path}/PNONE")).status_code == 404
    assert (await api.get(f"/schedules/PNONE/overrides?{WINDOW}")).status_code == 404
    assert (
        await api.post(
            "/schedules/PNONE/overrides",
            json={"override": _override(alice, "2026-11-22", "2026-11-23")},
        )
    ).status_code == 404


@pytest.mark.parametrize(
    ("body", "sentence"),
    [
        ({}, "Overrides cannot be empty."),
        ({"overrides": []}, "Overrides cannot be empty."),
        ({"overrides": [{"start": "2026-11-22"}]}, "Overrides 1 end cannot be empty."),
        (
            {"override": {"start": "x", "end": "2026-11-22", "user": {"id": "P", "type": "user"}}},
            "Override start must be a date or a time in ISO 8601.",
        ),
        (
            {
                "override": {
                    "start": "2026-11-22",
                    "end": "2026-11-23",
                    "user": {"id": "P", "type": "team"},
                }
            },
            "Only users can be on call in a schedule.",
        ),
    ],
)
async def test_what_is_no_override_is_refused_in_a_sentence(
    api: httpx.AsyncClient, path: str, body: Body, sentence: str
) -> None:
    answer = await api.post(path, json=body)

    assert (answer.status_code, answer.json()["error"]["errors"]) == (400, [sentence])


async def test_who_may_only_read_overrides_nobody(
    api: httpx.AsyncClient, path: str, connect: Connect, welcome: Welcome, alice: User
) -> None:
    override = _override(alice, "2026-11-22", "2026-11-23")
    (outcome,) = await _make(api, path, override)
    client = await connect(await welcome("Olga", role="observer"))

    assert len(await _listed(client, path)) == 1
    assert (await client.post(path, json={"overrides": [override]})).status_code == 403
    assert (await client.delete(f"{path}/{outcome['override']['id']}")).status_code == 403


async def test_who_may_respond_may_cover_a_shift_and_who_may_only_read_may_not(
    connect: Connect, welcome: Welcome, path: str, alice: User
) -> None:
    override = _override(alice, "2026-11-22T00:00:00Z", "2026-11-22T06:00:00Z")
    responder = await connect(await welcome("Rita", "limited_user"))
    observer = await connect(await welcome("Olga", "observer"))

    assert (await observer.post(path, json={"overrides": [override]})).status_code == 403
    [made] = await _make(responder, path, override)
    gone = await responder.delete(f"{path}/{made['override']['id']}")
    assert gone.status_code == 204
