"""Log entries over REST: everything that happened to incidents, the newest first."""

from typing import Any

import httpx
import pytest

from tests.api.conftest import Connect, Hands, Welcome
from tests.api.scenes import ref
from tests.api.watched import Json, Watched
from tocsin.domain.intake.event import Link
from tocsin.domain.response.log_entry import LogEntry
from tocsin.kit.ids import new_id
from tocsin.store.driver import driver
from tocsin.store.writes import Writes, flush

URL = "https://oncall.example.com"


async def _log(watched: Watched, incident: Json, **query: Any) -> list[Json]:
    return list(await watched.get(f"/incidents/{incident['id']}/log_entries", **query))


async def _notify(watched: Watched, incident: Json) -> None:
    """Write down that Alice was told by e-mail."""
    told = {"type": "email", "address": "alice@example.com", "status": "success"}
    entry = LogEntry(
        id=new_id("Q"),
        type="notify_log_entry",
        at=watched.house.clock(),
        channel={"type": "auto", "notification": told},
        details={"user": watched.alice.id},
        incident_id=incident["id"],
    )
    async with watched.house.database.begin() as tx:
        await flush(await driver(tx), Writes(log=[entry]))


async def test_an_entry_looks_as_clients_expect(watched: Watched) -> None:
    incident = await watched.open("Disk full")
    await watched.put(incident, status="acknowledged")
    (entry, *_) = await _log(watched, incident)

    person = {
        **ref(watched.alice),
        "summary": "Alice",
        "self": f"{URL}/users/{watched.alice.id}",
        "html_url": f"{URL}/users/{watched.alice.id}",
    }
    assert entry == {
        "id": entry["id"],
        "type": "acknowledge_log_entry",
        "summary": "Acknowledged by Alice",
        "self": f"{URL}/log_entries/{entry['id']}",
        "html_url": None,
        "created_at": "2026-11-21T12:00:00Z",
        "agent": person,
        "channel": {"type": "website"},
        "service": incident["service"],
        "incident": {
            "id": incident["id"],
            "type": "incident_reference",
            "summary": "[#1] Disk full",
            "self": incident["self"],
            "html_url": incident["html_url"],
        },
        "teams": [],
        "contexts": [],
        "event_details": {},
        "acknowledgement_timeout": 1800,
    }
    assert await watched.get(f"/log_entries/{entry['id']}") == entry


async def test_every_change_is_told_in_a_sentence(watched: Watched, clock: Hands) -> None:
    incident = await watched.open()
    for change in (
        {"status": "acknowledged"},
        {"assignments": [{"assignee": ref(watched.bob)}]},
        {"escalation_policy": {"id": watched.policy_id}},
        {"escalation_level": 2},
        {"urgency": "low"},
        {"status": "resolved"},
        {"status": "triggered"},
    ):
        clock.move(minutes=1)
        assert (await watched.put(incident, **change)).status_code == 200
    await _notify(watched, incident)

    entries = await _log(watched, incident)
    assert [(entry["type"].removesuffix("_log_entry"), entry["summary"]) for entry in entries] == [
        ("notify", "Notified Alice by e-mail"),
        ("assign", "Assigned to Alice by the escalation policy"),
        ("trigger", "Reopened by Alice"),
        ("resolve", "Resolved by Alice"),
        ("urgency_change", "Changed the urgency to low by Alice"),
        ("escalate", "Escalated to Bob by Alice"),
        ("delegate", "Delegated to Alice by Alice"),
        ("assign", "Assigned to Bob by Alice"),
        ("acknowledge", "Acknowledged by Alice"),
        ("assign", "Assigned to Alice by the escalation policy"),
        ("trigger", "Triggered through the website"),
    ]


async def test_people_in_an_entry_are_references(watched: Watched) -> None:
    incident = await watched.open()
    await _notify(watched, incident)
    notified, assigned, _ = await _log(watched, incident, **{"include[]": "channels"})

    assert (notified["user"]["type"], notified["user"]["summary"]) == ("user_reference", "Alice")
    assert notified["agent"] is None
    assert notified["channel"]["notification"]["address"] == "alice@example.com"
    assert [person["summary"] for person in assigned["assignees"]] == ["Alice"]


async def test_a_change_is_told_in_words_and_in_detail(watched: Watched) -> None:
    incident = await watched.open()
    await watched.put(incident, title="Disk full")
    (entry, *_) = await _log(watched, incident, **{"include[]": "channels"})

    assert entry["changeset"] == ["Updated title to Disk full"]
    (field,) = entry["channel"]["changeset"]["application_fields"]
    assert (field["name"], field["old_value"], field["value"]) == ("title", "Down", "Disk full")


async def test_each_trigger_tells_of_its_own_event(watched: Watched, clock: Hands) -> None:
    link = Link(href="https://a.example.com", text="Runbook")
    incident = await watched.trigger("disk", summary="Full", custom_details={"n": 1}, links=(link,))
    clock.move(minutes=1)
    await watched.tell("trigger", "disk", summary="Fuller", custom_details={"n": 2})
    again, _, first = await _log(watched, incident, **{"include[]": "channels"})

    assert first["channel"]["type"] == "api"
    assert (first["channel"]["incident_key"], first["channel"]["summary"]) == ("disk", "Full")
    assert [entry["channel"]["details"] for entry in (first, again)] == [{"n": 1}, {"n": 2}]
    assert again["channel"]["cef_details"]["description"] == "Fuller"
    assert again["event_details"] == {"description": "Fuller"}
    assert first["contexts"] == [
        {"type": "link", "href": "https://a.example.com", "text": "Runbook"}
    ]
    assert first["html_url"] == f"{incident['html_url']}/log_entries/{first['id']}"
    assert (first["agent"]["type"], first["agent"]["summary"]) == (
        "integration_reference",
        "Prometheus",
    )


async def test_what_a_person_wrote_is_in_the_channel(watched: Watched) -> None:
    incident = await watched.open(body={"type": "incident_body", "details": "It is full"})
    (entry, *_) = reversed(await _log(watched, incident, **{"include[]": "channels"}))

    assert entry["channel"] == {
        "type": "web_trigger",
        "summary": "Down",
        "subject": "Down",
        "details": "It is full",
    }


async def test_what_a_person_wrote_can_be_corrected(watched: Watched) -> None:
    incident = await watched.open(body={"type": "incident_body", "details": "It is full"})
    path = f"/log_entries/{incident['first_trigger_log_entry']['id']}"
    channel = {"type": "web_trigger", "details": "It is nearly full"}
    answer = await watched.api.put(f"{path}/channel", json={"channel": channel})

    assert (answer.status_code, answer.content) == (202, b"")
    entry = await watched.get(path, **{"include[]": "channels"})
    assert entry["channel"] == channel | {"summary": "Down", "subject": "Down"}


@pytest.mark.parametrize("type_", ["api", "mobile", "website"])
async def test_nothing_else_in_the_log_can_be_changed(watched: Watched, type_: str) -> None:
    by_hand, by_tool = await watched.open(), await watched.trigger("disk")
    body = {"channel": {"type": type_, "details": "Nothing happened"}}
    for incident in (by_hand, by_tool):
        path = f"/log_entries/{incident['first_trigger_log_entry']['id']}/channel"
        assert (await watched.api.put(path, json=body)).status_code == 400
    assert (await watched.api.put("/log_entries/QNONE/channel", json=body)).status_code == 404


async def test_all_entries_of_a_time_are_listed(watched: Watched, clock: Hands) -> None:
    first = await watched.open("First")
    clock.move(hours=1)
    await watched.open("Second")
    await _notify(watched, first)

    async def summaries(**query: Any) -> list[str]:
        return [
            entry["incident"]["summary"] for entry in await watched.get("/log_entries", **query)
        ]

    assert await summaries() == ["[#1] First", *["[#2] Second"] * 2, *["[#1] First"] * 2]
    assert await summaries(since="2026-11-21T13:00Z") == ["[#1] First", *["[#2] Second"] * 2]
    assert await summaries(until="2026-11-21T13:00Z") == ["[#1] First"] * 2
    assert await summaries(is_overview="true", since="2026-11-21T12:30Z") == ["[#2] Second"] * 2
    assert await summaries(limit=1, offset=1) == ["[#2] Second"]
    assert await summaries(**{"team_ids[]": "PTEAM"}) == []
    page = (await watched.api.get("/log_entries?limit=1&total=true")).json()
    assert (page["total"], page["more"]) == (5, True)


async def test_times_follow_the_zone_that_is_asked_for(watched: Watched) -> None:
    incident = await watched.open()
    (entry, *_) = await _log(watched, incident, time_zone="Asia/Tokyo", since="2026-11-21T21:00")

    assert entry["created_at"] == "2026-11-21T21:00:00+09:00"
    assert await _log(watched, incident, time_zone="Asia/Tokyo", since="2026-11-21T21:01") == []


async def test_an_entry_is_shown_with_all_that_belongs_to_it(watched: Watched) -> None:
    incident = await watched.open()
    (entry, *_) = await watched.get("/log_entries", **{"include[]": ["incidents", "services"]})

    assert entry["incident"]["title"] == "Down"
    assert entry["service"]["name"] == "Checkout"
    assert entry["channel"] == {"type": "auto"}
    assert incident["id"] == entry["incident"]["id"]


async def test_the_log_outlives_the_service(watched: Watched) -> None:
    incident = await watched.open()
    await watched.api.delete(f"/services/{watched.service_id}")
    (entry, *_) = await _log(watched, incident)

    assert entry["note"] == "The service was deleted."
    assert (entry["service"]["id"], entry["service"]["summary"]) == (watched.service_id, None)


@pytest.mark.parametrize("path", ["/log_entries/QNOTHING", "/incidents/QNOTHING/log_entries"])
async def test_what_is_not_there_has_no_log(api: httpx.AsyncClient, path: str) -> None:
    assert (await api.get(path)).status_code == 404


@pytest.mark.parametrize(
    "query", ["since=never", "since=2026-11-22&until=2026-11-21", "is_overview=perhaps"]
)
async def test_a_senseless_question_is_refused(api: httpx.AsyncClient, query: str) -> None:
    assert (await api.get(f"/log_entries?{query}")).status_code == 400


async def test_an_observer_may_read_the_log(
    watched: Watched, connect: Connect, welcome: Welcome
) -> None:
    await watched.open()
    carol = await connect(await welcome("Carol", role="observer"))

    assert len((await carol.get("/log_entries")).json()["log_entries"]) == 2
