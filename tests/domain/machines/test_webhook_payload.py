"""The bodies of webhooks, as receivers of version 3 read them."""

import json
from datetime import timedelta
from typing import Any

import msgspec
from msgspec.structs import replace

from tests.domain.scene import ALICE, FIVE, NOON, begin, begun, person
from tocsin.domain.links import Links
from tocsin.domain.machines.webhook import PING, IncidentThen, Occurrence, ServiceThen, occurrences
from tocsin.domain.machines.webhook_payload import (
    IN_ORDER_BYTES,
    MOST_BYTES,
    Surroundings,
    ids_in,
    write,
)
from tocsin.domain.people.team import Team
from tocsin.domain.response.command import (
    Annotate,
    AskForHelp,
    ChangeBridge,
    ChangePriority,
    Command,
    Publish,
    ReplyToRequest,
)
from tocsin.domain.response.decide import decide
from tocsin.domain.response.incident import ConferenceBridge
from tocsin.domain.response.log_entry import Agent
from tocsin.domain.response.priority import PRIORITIES
from tocsin.domain.response.responder_request import RequestTarget

URL = "https://oncall.example.com"
AROUND = Surroundings(
    links=Links(URL),
    names={"WEBSHOP": "Webshop", "ALICE": "Alice", "POLICY": "Night watch", "OTHER": "[#7] Fire"},
    numbers={"INCIDENT": 42},
    teams={"WEBSHOP": [Team(id="PTEAM", name="Web", created_at=NOON)]},
)
AT = NOON + timedelta(milliseconds=169)


def triggered() -> IncidentThen:
    decision = begin()
    (told,) = occurrences(decision.incident, decision.log)
    assert told.incident
    return told.incident


def written(told: Occurrence, around: Surroundings = AROUND) -> dict[str, Any]:
    body = write(told, around)
    assert body is not None
    event = json.loads(body)["event"]
    assert isinstance(event, dict)
    return event


def occurrence(**given: Any) -> Occurrence:
    plain: dict[str, Any] = {"id": "QEVENT", "event": "incident.triggered", "at": AT}
    return Occurrence(**plain | given)


def test_an_event_of_an_incident_is_whole() -> None:
    told = occurrence(agent=Agent("integration", "PINT", "Events"), incident=triggered())

    event = written(told)

    service = {
        "id": "WEBSHOP",
        "type": "service_reference",
        "summary": "Webshop",
        "self": f"{URL}/services/WEBSHOP",
        "html_url": f"{URL}/service-directory/WEBSHOP",
    }
    data = event.pop("data")
    assert event == {
        "id": "QEVENT",
        "event_type": "incident.triggered",
        "resource_type": "incident",
        "occurred_at": "2026-03-02T12:00:00.169Z",
        "agent": service,
        "client": None,
    }
    assert data["service"] == service
    assert [one["summary"] for one in data["assignees"]] == ["Alice"]
    assert (data["escalation_policy"]["summary"], data["teams"][0]["id"]) == (
        "Night watch",
        "PTEAM",
    )


def test_an_incident_is_told_with_all_that_it_is() -> None:
    data = written(occurrence(incident=triggered()))["data"]

    plain = {k: v for k, v in data.items() if not isinstance(v, dict | list)}
    assert plain == {
        "id": "INCIDENT",
        "type": "incident",
        "self": f"{URL}/incidents/INCIDENT",
        "html_url": f"{URL}/incidents/INCIDENT",
        "number": 42,
        "status": "triggered",
        "incident_key": None,
        "created_at": "2026-03-02T12:00:00Z",
        "title": "Disk full",
        "urgency": "high",
        "priority": None,
        "conference_bridge": None,
        "resolve_reason": None,
    }


def test_who_did_it_by_hand_is_named_with_the_client() -> None:
    event = written(occurrence(agent=person(ALICE), by_hand=True, incident=triggered()))

    assert (event["agent"]["summary"], event["client"]) == ("Alice", {"name": "Tocsin"})


def test_priority_bridge_and_merge_are_told() -> None:
    bridge = ConferenceBridge(number="+1 415", url="https://meet.example.com")
    incident = replace(
        triggered(),
        priority_id=PRIORITIES[0].id,
        conference_bridge=bridge,
        merged_into="OTHER",
    )
    told = occurrence(event="incident.resolved", incident=incident)

    data = written(told)["data"]

    assert data["priority"]["summary"] == "P1"
    assert data["conference_bridge"] == {
        "conference_number": "+1 415",
        "conference_url": "https://meet.example.com",
    }
    assert data["resolve_reason"]["incident"]["summary"] == "[#7] Fire"
    assert {"OTHER", "ALICE", "WEBSHOP", "POLICY"} == ids_in(told)


def test_a_note_is_told_with_its_incident() -> None:
    told = occurrence(event="incident.annotated", incident=triggered(), note="Looking")

    data = written(told)["data"]

    assert (data["type"], data["content"], data["trimmed"]) == ("incident_note", "Looking", False)
    assert data["incident"]["type"] == "incident_reference"


def test_a_note_that_is_too_long_is_cut() -> None:
    told = occurrence(event="incident.annotated", incident=triggered(), note='ä"' * 20_000)

    body = write(told, AROUND)

    assert body is not None
    data = json.loads(body)["event"]["data"]
    assert IN_ORDER_BYTES * 0.85 < len(body.encode()) <= IN_ORDER_BYTES
    assert data["trimmed"] is True
    assert told.note is not None
    assert told.note.startswith(data["content"])


def told_of(command: Command) -> Occurrence:
    """Return the event that comes of asking for something."""
    decision = decide(begun(), command, NOON)
    (told,) = occurrences(decision.incident, decision.log)
    return told


def test_a_status_update_is_told_with_its_incident() -> None:
    told = replace(told_of(Publish(message="It is back")), id="QUPDATE")

    assert written(told)["data"] == {
        "incident": written(told_of(Annotate(content="")))["data"]["incident"],
        "id": "QUPDATE",
        "message": "It is back",
        "trimmed": False,
        "type": "incident_status_update",
    }


def test_who_was_asked_to_help_is_named() -> None:
    target = RequestTarget(type="user", id=ALICE)
    told = told_of(AskForHelp(target=target, message="Help"))
    data = written(told)["data"]

    assert ALICE in ids_in(told)
    assert (data["user"]["summary"], data["user"]["type"]) == ("Alice", "user_reference")
    assert (data["escalation_policy"], data["type"]) == (None, "incident_responder")
    assert (data["message"], data["state"]) == ("Help", "pending")
    assert data["incident"]["id"] == "INCIDENT"


def test_a_policy_that_was_asked_to_help_is_named() -> None:
    target = RequestTarget(type="escalation_policy", id="POLICY")
    told = told_of(AskForHelp(target=target, message="Help"))
    data = written(told)["data"]

    assert (data["user"], data["escalation_policy"]["summary"]) == (None, "Night watch")


def test_what_somebody_answered_is_told_with_what_was_asked() -> None:
    told = told_of(ReplyToRequest(user_id=ALICE, reply="declined", message="Help"))
    data = written(told)["data"]

    assert (data["user"]["id"], data["state"], data["message"]) == (ALICE, "declined", "Help")


def test_what_cannot_be_cut_far_enough_is_not_written() -> None:
    long = replace(triggered(), title="x" * MOST_BYTES)

    assert write(occurrence(incident=long), AROUND) is None


def test_a_bridge_is_told_by_its_numbers() -> None:
    bridge = ConferenceBridge(number="+1 415", url="https://meet.example.com")
    told = occurrence(
        event="incident.conference_bridge.updated",
        incident=replace(triggered(), conference_bridge=bridge),
    )

    data = written(told)["data"]

    assert (data["type"], data["conference_url"]) == (
        "incident_conference_bridge",
        "https://meet.example.com",
    )
    assert data["conference_numbers"] == [{"label": "", "number": "+1 415"}]


def test_a_bridge_that_was_taken_away_has_no_numbers() -> None:
    told = occurrence(event="incident.conference_bridge.updated", incident=triggered())

    data = written(told)["data"]

    assert (data["conference_numbers"], data["conference_url"]) == ([], None)


def test_a_service_is_told_with_its_teams() -> None:
    service = ServiceThen(id="WEBSHOP", name="Webshop", teams=(("PTEAM", "Web"),))

    event = written(occurrence(event="service.updated", service=service, agent=person(ALICE)))

    assert event["resource_type"] == "service"
    assert (event["data"]["type"], event["data"]["summary"]) == ("service", "Webshop")
    assert event["data"]["alert_creation"] == "create_alerts_and_incidents"
    assert event["data"]["teams"][0]["summary"] == "Web"


def test_a_ping_greets() -> None:
    event = written(occurrence(event=PING))

    assert (event["resource_type"], event["agent"], event["client"]) == ("pagey", None, None)
    assert event["data"] == {"message": "Hello from Tocsin!", "type": "ping"}
    assert ids_in(occurrence(event=PING)) == set()


def test_an_event_is_kept_and_read_again_as_it_was() -> None:
    changed = decide(begun(), ChangePriority(priority_id="P1", agent=person(ALICE)), NOON + FIVE)
    noted = decide(changed.incident, Annotate(content="Looking"), NOON + FIVE)
    bridged = decide(
        noted.incident, ChangeBridge(bridge=ConferenceBridge(number="+1 415")), NOON + FIVE
    )

    for decision in (changed, noted, bridged):
        (told,) = occurrences(decision.incident, decision.log)
        kept = json.dumps(msgspec.to_builtins(told))
        assert msgspec.convert(json.loads(kept), Occurrence) == told
