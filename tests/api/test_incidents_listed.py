"""Incidents over REST: listed, filtered, sorted, in parts."""

from typing import Any

import httpx
import pytest
import sqlalchemy as sa

from tests.api.conftest import Hands
from tests.api.scenes import a_policy, ref
from tests.api.watched import Json, Watched


async def _titles(watched: Watched, **query: Any) -> list[str]:
    return [incident["title"] for incident in await watched.get("/incidents", **query)]


async def _night(watched: Watched, clock: Hands) -> dict[str, Json]:
    """Let a night pass: one incident of each kind, an hour between them, by their titles."""
    made = {}
    for title, fields in (
        ("resolved", {"urgency": "low"}),
        ("acknowledged", {"assignments": [{"assignee": ref(watched.bob)}]}),
        ("triggered", {"incident_key": "disk-7"}),
        ("late", {"urgency": "low"}),
    ):
        clock.move(hours=1)
        made[title] = await watched.open(title, **fields)
    await watched.put(made["resolved"], status="resolved")
    await watched.put(made["acknowledged"], status="acknowledged")
    return made


async def test_incidents_are_found_by_what_they_are(watched: Watched, clock: Hands) -> None:
    await _night(watched, clock)
    await watched.trigger("disk-8", summary="alert")

    async def titles(**query: Any) -> list[str]:
        return await _titles(watched, **{name + "[]": value for name, value in query.items()})

    assert await titles() == ["resolved", "acknowledged", "triggered", "late", "alert"]
    assert await titles(statuses=["triggered", "acknowledged"]) == [
        "acknowledged",
        "triggered",
        "late",
        "alert",
    ]
    assert await titles(statuses=["acknowledged"]) == ["acknowledged"]
    assert await titles(statuses=["resolved"]) == ["resolved"]
    assert await titles(urgencies=["low"]) == ["resolved", "late"]
    assert await titles(user_ids=[watched.bob.id]) == ["acknowledged"]
    assert len(await titles(user_ids=[watched.bob.id, watched.alice.id])) == 4
    assert await titles(user_ids=[watched.bob.id], statuses=["resolved"]) == []
    assert len(await titles(service_ids=[watched.service_id])) == 5
    assert await titles(service_ids=["PNONE"]) == []
    assert await titles(team_ids=["PTEAM"]) == []


async def test_incidents_are_found_by_the_keys_of_their_alerts(
    watched: Watched, clock: Hands
) -> None:
    made = await _night(watched, clock)
    alert = await watched.trigger("disk-8")
    body = {"source_incidents": [{"id": alert["id"], "type": "incident_reference"}]}
    await watched.api.put(f"/incidents/{made['late']['id']}/merge", json=body)

    assert await _titles(watched, incident_key="disk-7") == ["triggered"]
    assert await _titles(watched, incident_key="disk-8") == ["late", "disk-8"]
    assert await _titles(watched, incident_key="disk-9") == []


async def test_the_list_goes_back_a_month_unless_asked_otherwise(
    watched: Watched, clock: Hands
) -> None:
    await watched.open("old")
    clock.move(days=40)
    await watched.open("new")

    assert await _titles(watched) == ["new"]
    assert await _titles(watched, date_range="all") == ["old", "new"]
    assert await _titles(watched, since="2026-11-21") == ["old", "new"]
    assert await _titles(watched, until="2026-11-22") == ["old"]
    assert await _titles(watched, since="2026-11-21T12:00Z", until="2026-11-21T12:01Z") == ["old"]
    assert await _titles(watched, since="2026-11-21T12:01Z") == ["new"]


async def test_times_are_read_and_written_in_the_zone_that_is_asked_for(watched: Watched) -> None:
    await watched.open()

    inside = {
        "since": "2026-11-21T13:00",
        "until": "2026-11-21T13:01",
        "time_zone": "Europe/Vienna",
    }
    (incident,) = await watched.get("/incidents", **inside)
    assert incident["created_at"] == "2026-11-21T13:00:00+01:00"
    assert incident["pending_actions"][0]["at"] == "2026-11-21T13:30:00+01:00"
    assert await _titles(watched, **inside | {"time_zone": "Europe/Lisbon"}) == []


WRONG = [
    ("statuses[]=open", "Status must be a list of triggered, acknowledged, or resolved."),
    ("urgencies[]=medium", "Urgencies must be a list of high or low."),
    ("since=yesterday", "Since must be a date or a time in ISO 8601."),
    ("since=2026-11-22&until=2026-11-21", "Until cannot be before since."),
    ("since=2026-01-01", "Since and until cannot be more than six months apart."),
    ("until=1871-01-01", "Until must lie between the years 1970 and 2999."),
    ("date_range=some", "Date range must be all."),
    ("sort_by=title", None),
    ("sort_by=urgency,created_at,incident_number", "Sort by can name two fields at most."),
    ("time_zone=Mars", "Time zone must be the name of a time zone."),
    ("offset=9999&limit=2", "Offset plus limit cannot be greater than 10000."),
]


@pytest.mark.parametrize(("query", "sentence"), WRONG)
async def test_a_senseless_question_is_refused(
    api: httpx.AsyncClient, query: str, sentence: str | None
) -> None:
    answer = await api.get(f"/incidents?{query}")

    error = answer.json()["error"]
    assert (answer.status_code, error["code"]) == (400, 2001)
    assert sentence in {None, *error["errors"]}


SORTED = [
    ("created_at:desc", "late triggered acknowledged resolved"),
    ("created_at", "resolved acknowledged triggered late"),
    ("incident_number:desc", "late triggered acknowledged resolved"),
    ("incident_number:asc", "resolved acknowledged triggered late"),
    ("urgency:desc", "triggered acknowledged late resolved"),
    ("urgency:asc", "resolved late acknowledged triggered"),
    ("urgency:desc,created_at:asc", "acknowledged triggered resolved late"),
    ("urgency:asc,created_at:desc", "late resolved triggered acknowledged"),
    ("resolved_at:desc", "resolved late triggered acknowledged"),
    ("resolved_at:asc,created_at:desc", "resolved late triggered acknowledged"),
    ("resolved_at,created_at", "resolved acknowledged triggered late"),
]


@pytest.mark.parametrize(("sort_by", "expected"), SORTED)
async def test_incidents_are_sorted_and_cut_into_parts(
    watched: Watched, clock: Hands, sort_by: str, expected: str
) -> None:
    await _night(watched, clock)

    async def part(offset: int, limit: int) -> list[str]:
        return await _titles(watched, sort_by=sort_by, offset=offset, limit=limit)

    assert await part(0, 100) == expected.split()
    for limit in (1, 2, 3):
        parts = [title for offset in range(0, 6, limit) for title in await part(offset, limit)]
        assert parts == expected.split()


async def test_a_part_tells_whether_more_follow(watched: Watched, clock: Hands) -> None:
    await _night(watched, clock)

    first = (await watched.api.get("/incidents?limit=3&total=true&statuses[]=triggered")).json()
    rest = (await watched.api.get("/incidents?limit=3&offset=3")).json()

    assert (first["limit"], first["offset"], first["total"], first["more"]) == (3, 0, 2, False)
    assert (rest["total"], rest["more"], len(rest["incidents"])) == (None, False, 1)
    everything = (await watched.api.get("/incidents?limit=1&total=1&date_range=all")).json()
    assert (everything["total"], everything["more"]) == (4, True)


async def test_a_long_page_costs_as_many_questions_as_a_short_one(watched: Watched) -> None:
    asked: list[str] = []
    engine = watched.house.database.engine.sync_engine

    def hear(*heard: Any) -> None:
        asked.append(heard[2])

    async def questions() -> int:
        asked.clear()
        sa.event.listen(engine, "before_cursor_execute", hear)
        for path in ("/incidents", "/log_entries"):
            assert (await watched.api.get(f"{path}?limit=100")).status_code == 200
        sa.event.remove(engine, "before_cursor_execute", hear)
        return len(asked)

    await watched.trigger("disk")
    short = await questions()
    for number in range(8):
        await watched.trigger(f"disk-{number}")
    assert await questions() == short <= 15


async def test_a_page_is_shown_with_all_that_belongs_to_it(watched: Watched) -> None:
    policy = a_policy("Day watch", [ref(watched.bob)])
    answer = await watched.api.post("/escalation_policies", json={"escalation_policy": policy})
    other = answer.json()["escalation_policy"]["id"]
    await watched.open("first")
    await watched.open("second", escalation_policy={"id": other})
    words = ("assignees", "escalation_policies", "services", "first_trigger_log_entries")

    first, second = await watched.get("/incidents", **{"include[]": words})

    assert first["assignments"][0]["assignee"]["email"] == "alice@example.com"
    assert second["assignments"][0]["assignee"]["email"] == "bob@example.com"
    assert second["escalation_policy"]["num_loops"] == 0
    assert first["service"]["name"] == second["service"]["name"] == "Checkout"
    assert second["first_trigger_log_entry"]["channel"]["subject"] == "second"
    assert first["last_status_change_by"]["type"] == "service_reference"
