"""What people write on an incident: title, priority and notes."""

import pytest
from msgspec.structs import replace

from tests.domain.scene import (
    ALICE,
    FIVE,
    NOON,
    acknowledged,
    begun,
    kinds,
    person,
    resolved,
)
from tocsin.domain.response.command import (
    Annotate,
    ChangeBridge,
    ChangePriority,
    ChangeService,
    Command,
    Retitle,
)
from tocsin.domain.response.decide import decide
from tocsin.domain.response.incident import ConferenceBridge, Incident

BY_ALICE = person(ALICE)
AMENDMENTS = [
    ChangePriority(priority_id="P1", name="Worst", agent=BY_ALICE),
    Retitle(title="Disk of db1 full", agent=BY_ALICE),
    Annotate(content="Looking at it", agent=BY_ALICE),
    ChangeService(service_id="SEARCH", agent=BY_ALICE),
    ChangeBridge(bridge=ConferenceBridge(number="+1 415"), agent=BY_ALICE),
]


def test_a_priority_is_given_and_taken_away() -> None:
    given = decide(begun(), AMENDMENTS[0], NOON)
    taken = decide(given.incident, ChangePriority(priority_id=None), NOON)

    assert (given.incident.priority_id, taken.incident.priority_id) == ("P1", None)
    assert given.log[0].details == {
        "changeset": [{"field": "priority", "old": None, "new": "P1"}],
        "priority": "Worst",
    }
    assert kinds(given) == kinds(taken) == ["priority_change"]


def test_a_title_is_changed() -> None:
    decision = decide(begun(), AMENDMENTS[1], NOON)

    assert decision.incident.title == "Disk of db1 full"
    assert kinds(decision) == ["field_value_change"]
    assert decision.log[0].details == {
        "changeset": [{"field": "title", "old": "Disk full", "new": "Disk of db1 full"}]
    }


def test_another_service_is_what_is_broken() -> None:
    decision = decide(begun(), AMENDMENTS[3], NOON)

    assert decision.incident.service_id == "SEARCH"
    assert decision.log[0].details == {
        "changeset": [{"field": "service", "old": "WEBSHOP", "new": "SEARCH"}]
    }


@pytest.mark.parametrize(
    ("bridge", "said"),
    [
        (
            ConferenceBridge("+1 415", "https://meet.example.com"),
            "+1 415 · https://meet.example.com",
        ),
        (ConferenceBridge(url="https://meet.example.com"), "https://meet.example.com"),
        (ConferenceBridge(), None),
    ],
)
def test_people_talk_elsewhere(bridge: ConferenceBridge, said: str | None) -> None:
    given = decide(begun(), ChangeBridge(bridge=bridge), NOON)
    taken = decide(given.incident, ChangeBridge(bridge=None), NOON)

    assert (given.incident.conference_bridge, taken.incident.conference_bridge) == (bridge, None)
    changes = [decision.log[0].details["changeset"][0] for decision in (given, taken)]
    assert [(change["old"], change["new"]) for change in changes] == [(None, said), (said, None)]
    assert {change["field"] for change in changes} == {"conference bridge"}


def test_a_note_is_added() -> None:
    decision = decide(begun(), AMENDMENTS[2], NOON)

    assert kinds(decision) == ["annotate"]
    assert decision.log[0].details == {"note": "Looking at it"}
    assert decision.log[0].channel == {
        "type": "note",
        "summary": "Looking at it",
        "content": "Looking at it",
    }


@pytest.mark.parametrize("incident", [begun(), acknowledged(begun()), resolved(begun())])
@pytest.mark.parametrize("command", AMENDMENTS)
def test_an_amendment_leaves_the_course_alone(incident: Incident, command: Command) -> None:
    decision = decide(incident, command, NOON + FIVE)

    assert decision.incident.generation == incident.generation
    assert decision.incident.updated_at == NOON + FIVE
    assert decision.incident.status == incident.status
    assert decision.effects == ()
    assert decision.log[0].agent == BY_ALICE


@pytest.mark.parametrize(
    "command",
    [
        ChangePriority(priority_id="P1"),
        Retitle(title="Disk full"),
        ChangeService(service_id="WEBSHOP"),
        ChangeBridge(bridge=None),
    ],
)
def test_what_is_already_so_changes_nothing(command: Command) -> None:
    incident = replace(begun(), priority_id="P1")

    decision = decide(incident, command, NOON + FIVE)

    assert (decision.incident, decision.log, decision.effects) == (incident, (), ())
