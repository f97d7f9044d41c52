"""Alerts of an incident over REST: shown, resolved, triggered again, moved."""

from typing import Any

import httpx
import pytest

from tests.api.conftest import Connect, Hands, Welcome
from tests.api.watched import Json, Watched
from tocsin.domain.intake.event import Image, Link
from tocsin.domain.people.user import Role

URL = "https://oncall.example.com"


async def _alerts(watched: Watched, incident: Json, **query: Any) -> list[Json]:
    return list(await watched.get(f"/incidents/{incident['id']}/alerts", **query))


async def _put(watched: Watched, at: Json, alert: Json, /, **fields: Any) -> httpx.Response:
    path = f"/incidents/{at['id']}/alerts/{alert['id']}"
    return await watched.api.put(path, json={"alert": fields})


async def _two_alerts(watched: Watched, clock: Hands) -> tuple[Json, list[Json]]:
    """Let an incident have two alerts, ten minutes apart."""
    incident = await watched.trigger("disk-1")
    clock.move(minutes=10)
    other = await watched.trigger("disk-2", severity="warning")
    body = {"source_incidents": [{"id": other["id"], "type": "incident_reference"}]}
    await watched.api.put(f"/incidents/{incident['id']}/merge", json=body)
    return incident, await _alerts(watched, incident)


async def test_the_body_of_an_alert_is_its_event(watched: Watched) -> None:
    incident = await watched.trigger(
        "disk",
        component="disk",
        group="storage",
        event_class="capacity",
        timestamp="2026-11-21T11:59:00Z",
        client="Probe",
        client_url="https://probe.example.com",
        links=(Link(href="https://a.example.com", text="Runbook"),),
        images=(Image(src="https://i.example.com/1.png"),),
        custom_details={"used": "97 %"},
    )
    (alert,) = await _alerts(watched, incident)

    contexts = [
        {"type": "link", "href": "https://a.example.com", "text": "Runbook"},
        {"type": "image", "src": "https://i.example.com/1.png"},
    ]
    body, cef = alert["body"], alert["body"].pop("cef_details")
    assert body == {"type": "alert_body", "contexts": contexts, "details": {"used": "97 %"}}
    assert {key: value for key, value in cef.items() if value} == {
        "client": "Probe",
        "client_url": "https://probe.example.com",
        "contexts": contexts,
        "creation_time": "2026-11-21T11:59:00Z",
        "dedup_key": "disk",
        "description": "disk",
        "details": {"used": "97 %"},
        "event_class": "capacity",
        "message": "disk",
        "service_group": "storage",
        "severity": "critical",
        "source_component": "disk",
        "source_origin": "db-1",
    }


async def test_an_alert_looks_as_clients_expect(watched: Watched) -> None:
    incident = await watched.trigger("disk", summary="Disk full")
    (alert,) = await _alerts(watched, incident)

    path = f"/incidents/{incident['id']}/alerts/{alert['id']}"
    assert (alert["self"], alert["html_url"]) == (URL + path, f"{URL}/alerts/{alert['id']}")
    assert (alert["summary"], alert["alert_key"]) == ("Disk full", "disk")
    assert (alert["status"], alert["suppressed"]) == ("triggered", False)
    assert (alert["severity"], alert["resolved_at"]) == ("critical", None)
    assert alert["first_trigger_log_entry"] == incident["first_trigger_log_entry"]
    assert alert["incident"]["id"] == incident["id"]
    assert alert["service"]["id"] == watched.service_id
    assert alert["integration"]["id"] == watched.integration_id
    assert alert["body"]["details"] == {}
    assert await watched.get(path) == alert


async def test_alerts_are_found_sorted_and_cut_into_parts(watched: Watched, clock: Hands) -> None:
    incident, (first, second) = await _two_alerts(watched, clock)
    await _put(watched, incident, first, status="resolved")

    async def keys(**query: Any) -> list[str]:
        return [alert["alert_key"] for alert in await _alerts(watched, incident, **query)]

    assert await keys(sort_by="created_at:desc") == ["disk-2", "disk-1"]
    assert await keys(sort_by="resolved_at") == ["disk-1", "disk-2"]
    assert await keys(sort_by="resolved_at:desc") == ["disk-1", "disk-2"]
    assert await keys(**{"statuses[]": "triggered"}) == ["disk-2"]
    assert await keys(alert_key="disk-1") == ["disk-1"]
    assert await keys(limit=1, offset=1) == ["disk-2"]
    page = (await watched.api.get(f"/incidents/{incident['id']}/alerts?limit=1&total=1")).json()
    assert (page["more"], page["total"]) == (True, 2)
    assert second["first_trigger_log_entry"]["self"].count(incident["id"]) == 0


async def test_alerts_are_shown_with_all_that_belongs_to_them(watched: Watched) -> None:
    incident = await watched.trigger("disk", custom_details={"disk": 7})
    words = ("services", "first_trigger_log_entries", "incidents")
    (alert,) = await _alerts(watched, incident, **{"include[]": words})

    assert alert["service"]["status"] == "critical"
    assert alert["incident"]["title"] == "disk"
    assert alert["first_trigger_log_entry"]["channel"]["details"] == {"disk": 7}


async def test_an_incident_is_over_with_its_last_open_alert(watched: Watched, clock: Hands) -> None:
    incident, (first, second) = await _two_alerts(watched, clock)

    one = (await _put(watched, incident, first, status="resolved")).json()["alert"]
    half = await watched.get(f"/incidents/{incident['id']}")
    await _put(watched, incident, second, status="resolved")
    over = await watched.get(f"/incidents/{incident['id']}")

    assert (one["status"], one["resolved_at"]) == ("resolved", "2026-11-21T12:10:00Z")
    assert (half["status"], half["alert_counts"]["triggered"]) == ("triggered", 1)
    assert (over["status"], over["last_status_change_by"]["summary"]) == ("resolved", "Alice")


async def test_an_alert_of_an_open_incident_can_be_triggered_again(
    watched: Watched, clock: Hands
) -> None:
    incident, (first, second) = await _two_alerts(watched, clock)
    await _put(watched, incident, first, status="resolved")

    again = await _put(watched, incident, first, status="triggered")
    for alert in (first, second):
        await _put(watched, incident, alert, status="resolved")
    too_late = await _put(watched, incident, first, status="triggered")

    alert = again.json()["alert"]
    assert (alert["status"], alert["resolved_at"]) == ("triggered", None)
    assert too_late.json()["error"]["code"] == 1001


async def test_a_key_has_one_open_alert(watched: Watched, clock: Hands) -> None:
    incident, (first, _) = await _two_alerts(watched, clock)
    await _put(watched, incident, first, status="resolved")
    await watched.tell("trigger", "disk-1")

    again = await _put(watched, incident, first, status="triggered")
    await watched.tell("resolve", "disk-1")
    (other,) = (await watched.get("/incidents"))[-1:]
    body = {"source_incidents": [{"id": other["id"], "type": "incident_reference"}]}
    await watched.api.put(f"/incidents/{incident['id']}/merge", json=body)
    twins = await _alerts(watched, incident, alert_key="disk-1")
    wanted = [{"id": twin["id"], "status": "triggered"} for twin in twins]
    path = f"/incidents/{incident['id']}/alerts"
    both = await watched.api.put(path, json={"alerts": wanted})

    assert len(twins) == 2
    for refused in (again, both):
        assert (refused.status_code, refused.json()["error"]["code"]) == (400, 2002)


async def test_an_alert_goes_on_in_another_incident(watched: Watched, clock: Hands) -> None:
    incident, (_, second) = await _two_alerts(watched, clock)
    target = await watched.open("Elsewhere")
    moved = (await _put(watched, incident, second, incident={"id": target["id"]})).json()["alert"]

    assert (moved["incident"]["id"], moved["alert_key"]) == (target["id"], "disk-2")
    (came, *_) = await watched.get(f"/incidents/{target['id']}/log_entries")
    (went, *_) = await watched.get(f"/incidents/{incident['id']}/log_entries")
    assert (came["type"], went["type"]) == ("link_log_entry", "unlink_log_entry")
    assert came["summary"] == "Alert “disk-2” came from [#1] disk-1 by Alice"
    assert went["summary"] == "Alert “disk-2” moved to [#3] Elsewhere by Alice"
    assert (await watched.get(f"/incidents/{incident['id']}"))["status"] == "triggered"
    await watched.tell("resolve", "disk-2")
    assert (await watched.get(f"/incidents/{target['id']}"))["status"] == "resolved"


async def test_an_incident_is_over_when_its_last_open_alert_goes_on_elsewhere(
    watched: Watched,
) -> None:
    incident, target = await watched.trigger("disk"), await watched.open("Elsewhere")
    (alert,) = await _alerts(watched, incident)
    await _put(watched, incident, alert, incident={"id": target["id"], "type": "incident"})

    assert (await watched.get(f"/incidents/{incident['id']}"))["status"] == "resolved"
    assert (await watched.get(f"/incidents/{target['id']}"))["status"] == "triggered"


async def test_nothing_goes_on_in_an_incident_that_is_over(watched: Watched) -> None:
    incident, target = await watched.trigger("disk"), await watched.open("Elsewhere")
    await watched.put(target, status="resolved")
    (alert,) = await _alerts(watched, incident)

    into_over = await _put(watched, incident, alert, incident={"id": target["id"]})
    into_nothing = await _put(watched, incident, alert, incident={"id": "QNOTHING"})

    assert into_over.json()["error"]["code"] == 1001
    assert into_nothing.status_code == 404
    assert await _alerts(watched, incident) == [alert]


async def test_many_alerts_are_changed_at_once(watched: Watched, clock: Hands) -> None:
    incident, alerts = await _two_alerts(watched, clock)
    path = f"/incidents/{incident['id']}/alerts"
    wanted = [{"id": alert["id"], "type": "alert", "status": "resolved"} for alert in alerts]

    answer = await watched.api.put(path, json={"alerts": wanted})
    many = await watched.api.put(path, json={"alerts": wanted * 126})
    nameless = await watched.api.put(path, json={"alerts": [{"status": "resolved"}]})
    strange = await watched.api.put(path, json={"alerts": [*wanted, {"id": "QNOTHING"}]})

    assert [alert["status"] for alert in answer.json()["alerts"]] == ["resolved"] * 2
    assert (many.status_code, nameless.status_code, strange.status_code) == (413, 400, 404)
    assert (await watched.get(f"/incidents/{incident['id']}"))["status"] == "resolved"


async def test_an_alert_is_found_only_at_its_own_incident(watched: Watched) -> None:
    incident, other = await watched.trigger("disk"), await watched.open()
    (alert,) = await _alerts(watched, incident)

    for path in (
        f"/incidents/{other['id']}/alerts/{alert['id']}",
        f"/incidents/{incident['id']}/alerts/QNOTHING",
        "/incidents/QNOTHING/alerts",
    ):
        assert (await watched.api.get(path)).status_code == 404
    assert (await _put(watched, other, alert, status="resolved")).status_code == 404


@pytest.mark.parametrize("query", ["statuses[]=acknowledged", "sort_by=summary"])
async def test_a_senseless_question_about_alerts_is_refused(watched: Watched, query: str) -> None:
    incident = await watched.open()

    assert (await watched.api.get(f"/incidents/{incident['id']}/alerts?{query}")).status_code == 400


@pytest.mark.parametrize(("role", "status"), [("limited_user", 200), ("observer", 403)])
async def test_who_may_respond_may_resolve_alerts(
    watched: Watched, connect: Connect, welcome: Welcome, role: Role, status: int
) -> None:
    incident = await watched.trigger("disk")
    (alert,) = await _alerts(watched, incident)
    carol = await connect(await welcome("Carol", role=role))
    path = f"/incidents/{incident['id']}/alerts/{alert['id']}"

    answer = await carol.put(path, json={"alert": {"status": "resolved"}})

    assert answer.status_code == status
    assert (await carol.get(path)).status_code == 200
