"""On-calls over REST: one row for each policy, level, person and source. Now is Saturday noon."""

from typing import Any

import httpx
import pytest

from tests.api.conftest import Connect, Hands, Welcome
from tests.api.scenes import a_layer, a_policy, a_schedule, ref
from tocsin.domain.people.user import User

Body = dict[str, Any]


async def _policy(api: httpx.AsyncClient, name: str, *levels: list[Body]) -> str:
    answer = await api.post(
        "/escalation_policies", json={"escalation_policy": a_policy(name, *levels)}
    )
    assert answer.status_code == 201, answer.text
    return str(answer.json()["escalation_policy"]["id"])


def _schedule(id_: str) -> Body:
    return {"id": id_, "type": "schedule_reference"}


async def _ask(api: httpx.AsyncClient, query: str = "") -> list[Body]:
    answer = await api.get(f"/oncalls?{query}")
    assert answer.status_code == 200, answer.text
    found: list[Body] = answer.json()["oncalls"]
    return found


def _brief(rows: list[Body]) -> list[tuple[str, int, str, str | None]]:
    return [
        (
            row["escalation_policy"]["summary"],
            row["escalation_level"],
            row["user"]["summary"],
            row["schedule"] and row["schedule"]["summary"],
        )
        for row in rows
    ]


async def test_everybody_on_call_now_is_listed_level_by_level(
    api: httpx.AsyncClient, alice: User, welcome: Welcome
) -> None:
    bob = await welcome("Bob")
    night = await a_schedule(api, "Night", [[alice, bob]])
    await a_schedule(api, "Unused", [[alice]])
    id_ = await _policy(api, "P", [_schedule(night), ref(alice)], [_schedule(night)])

    first, second, third = await _ask(api)

    assert _brief([first, second, third]) == [
        ("P", 1, "Bob", "Night"),
        ("P", 1, "Alice", None),
        ("P", 2, "Bob", "Night"),
    ]
    assert (first["start"], first["end"]) == (
        "2026-11-21T09:00:00+00:00",
        "2026-11-22T09:00:00+00:00",
    )
    assert (second["schedule"], second["start"], second["end"]) == (None, None, None)
    assert first["escalation_policy"] == {
        "id": id_,
        "type": "escalation_policy_reference",
        "summary": "P",
        "self": f"https://oncall.example.com/escalation_policies/{id_}",
        "html_url": f"https://oncall.example.com/escalation_policies/{id_}",
    }


async def test_whoever_never_goes_off_call_has_no_end(api: httpx.AsyncClient, alice: User) -> None:
    await _policy(api, "P", [_schedule(await a_schedule(api, "Night", [[alice]]))])

    (row,) = await _ask(api)

    assert (row["start"], row["end"]) == ("2026-11-16T09:00:00+00:00", None)


async def test_shifts_are_whole_and_told_in_the_zone_that_is_wanted(
    api: httpx.AsyncClient, alice: User, welcome: Welcome
) -> None:
    night = await a_schedule(api, "Night", [[alice, await welcome("Bob")]])
    await _policy(api, "P", [_schedule(night)])

    rows = await _ask(
        api, "since=2026-11-21T12:00Z&until=2026-11-22T12:00Z&time_zone=Europe/Vienna"
    )

    assert [(row["start"], row["end"], row["user"]["summary"]) for row in rows] == [
        ("2026-11-21T10:00:00+01:00", "2026-11-22T10:00:00+01:00", "Bob"),
        ("2026-11-22T10:00:00+01:00", "2026-11-23T10:00:00+01:00", "Alice"),
    ]


async def test_a_shift_begun_in_summer_ends_by_the_wall_in_winter(
    api: httpx.AsyncClient, alice: User, welcome: Welcome
) -> None:
    nine = {"start": "2026-10-20T09:00", "rotation_virtual_start": "2026-10-20T09:00"}
    body = {
        "name": "Night",
        "time_zone": "Europe/Vienna",
        "schedule_layers": [a_layer(alice, await welcome("Bob"), **nine)],
    }
    made = (await api.post("/schedules", json={"schedule": body})).json()["schedule"]
    await _policy(api, "P", [_schedule(made["id"])])

    at = "2026-10-24T22:00Z"
    (row,) = await _ask(api, f"since={at}&until={at}&time_zone=Europe/Vienna")

    assert (row["start"], row["end"]) == (
        "2026-10-24T09:00:00+02:00",
        "2026-10-25T09:00:00+01:00",
    )


async def test_an_override_joins_the_shift_that_it_touches(
    api: httpx.AsyncClient, alice: User, welcome: Welcome
) -> None:
    bob = await welcome("Bob")
    night = await a_schedule(api, "Night", [[alice, bob]])
    await _policy(api, "P", [_schedule(night)])
    override = {"user": ref(bob), "start": "2026-11-22T09:00Z", "end": "2026-11-22T15:00Z"}
    await api.post(f"/schedules/{night}/overrides", json={"overrides": [override]})

    (row,) = await _ask(api)

    assert (row["user"]["id"], row["end"]) == (bob.id, "2026-11-22T15:00:00+00:00")


async def test_the_answer_follows_each_change_of_the_configuration(
    api: httpx.AsyncClient, alice: User, welcome: Welcome, clock: Hands
) -> None:
    bob = await welcome("Bob")
    night = await a_schedule(api, "Night", [[alice]])
    await _policy(api, "P", [_schedule(night)])

    assert _brief(await _ask(api)) == [("P", 1, "Alice", "Night")]
    override = {"user": ref(bob), "start": "2026-11-21T13:00Z", "end": "2026-11-21T14:00Z"}
    await api.post(f"/schedules/{night}/overrides", json={"overrides": [override]})
    assert _brief(await _ask(api)) == [("P", 1, "Alice", "Night")]
    clock.move(hours=1)
    assert _brief(await _ask(api)) == [("P", 1, "Bob", "Night")]
    await api.put(f"/users/{bob.id}", json={"user": {"name": "Robert"}})
    assert _brief(await _ask(api)) == [("P", 1, "Robert", "Night")]


async def test_the_far_past_is_told_as_well_as_the_present(
    api: httpx.AsyncClient, alice: User, welcome: Welcome, clock: Hands
) -> None:
    bob = await welcome("Bob")
    night = await a_schedule(api, "Night", [[alice]])
    await _policy(api, "P", [_schedule(night)])
    override = {"user": ref(bob), "start": "2026-11-22T00:00Z", "end": "2026-11-23T00:00Z"}
    await api.post(f"/schedules/{night}/overrides", json={"overrides": [override]})
    clock.move(days=1000)

    assert _brief(await _ask(api)) == [("P", 1, "Alice", "Night")]
    assert _brief(await _ask(api, "since=2026-11-22T12:00Z&until=2026-11-22T13:00Z")) == [
        ("P", 1, "Bob", "Night")
    ]


@pytest.fixture
async def rota(api: httpx.AsyncClient, alice: User, welcome: Welcome) -> dict[str, str]:
    """Give ids by name: two policies, two schedules, three people."""
    bob, cleo = await welcome("Bob"), await welcome("Cleo")
    night = await a_schedule(api, "Night", [[alice, bob]])
    day = await a_schedule(api, "Day", [[cleo]])
    return {
        "a": await _policy(api, "A", [_schedule(night)], [ref(alice)]),
        "b": await _policy(api, "B", [_schedule(day)], [_schedule(night)]),
        "night": night,
        "day": day,
        "alice": alice.id,
        "bob": bob.id,
        "cleo": cleo.id,
    }


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("escalation_policy_ids[]={a}", ["A1Bob", "A2Alice"]),
        ("user_ids[]={bob}", ["A1Bob", "B2Bob"]),
        ("user_ids[]={alice}&user_ids[]={cleo}", ["A2Alice", "B1Cleo"]),
        ("user_ids[]=PNOBODY", []),
        ("schedule_ids[]={night}", ["A1Bob", "B2Bob"]),
        ("schedule_ids[]={day}&schedule_ids[]=null", ["A2Alice", "B1Cleo"]),
        ("schedule_ids[]=null", ["A2Alice"]),
        ("schedule_ids[]={night}&escalation_policy_ids[]={b}", ["B2Bob"]),
        ("until=2026-11-23", ["A1Bob", "A1Alice", "A2Alice", "B1Cleo", "B2Bob", "B2Alice"]),
        (
            "until=2026-11-24&earliest=true",
            ["A1Bob", "A1Alice", "A2Alice", "B1Cleo", "B2Bob", "B2Alice"],
        ),
        ("since=2026-11-21T09:00Z", ["A1Bob", "A2Alice", "B1Cleo", "B2Bob"]),
        ("since=2027-03-01&until=2027-03-02", []),
    ],
)
async def test_filters_narrow_the_rows(
    api: httpx.AsyncClient, rota: dict[str, str], query: str, expected: list[str]
) -> None:
    rows = await _ask(api, query.format(**rota))

    assert expected == [f"{policy}{level}{user}" for policy, level, user, _ in _brief(rows)]


async def test_rows_come_in_pages(api: httpx.AsyncClient, rota: dict[str, str]) -> None:
    whole = await _ask(api)

    page = (await api.get("/oncalls?limit=2&offset=1")).json()
    last = (await api.get("/oncalls?limit=3&offset=1&total=true")).json()

    assert (page["oncalls"], page["more"], page["total"]) == (whole[1:3], True, None)
    assert (last["oncalls"], last["more"], last["total"]) == (whole[1:4], False, 4)


async def test_references_are_made_whole_when_asked_for(
    api: httpx.AsyncClient, rota: dict[str, str]
) -> None:
    includes = "include[]=users&include[]=schedules&include[]=escalation_policies"
    first, second, *_ = await _ask(api, includes)

    assert first["user"]["email"] == "bob@example.com"
    assert first["schedule"]["time_zone"] == "UTC"
    assert len(first["escalation_policy"]["escalation_rules"]) == 2
    assert second["schedule"] is None


@pytest.mark.parametrize(
    ("query", "sentence"),
    [
        ("since=2026-11-22&until=2026-11-21", "Until cannot be before since."),
        ("since=yesterday", "Since must be a date or a time in ISO 8601."),
        ("earliest=maybe", "Earliest must be true or false."),
        ("time_zone=Mars", "Time zone must be the name of a time zone."),
        ("limit=0", "Limit must be a whole number of at least 1."),
    ],
)
async def test_a_strange_question_is_refused_in_a_sentence(
    api: httpx.AsyncClient, query: str, sentence: str
) -> None:
    answer = await api.get(f"/oncalls?{query}")

    assert (answer.status_code, answer.json()["error"]["errors"]) == (400, [sentence])


async def test_everybody_with_a_key_may_ask(
    connect: Connect, rota: dict[str, str], welcome: Welcome
) -> None:
    observer = await connect(await welcome("Olga", role="observer"))

    assert len(await _ask(observer)) == 4
