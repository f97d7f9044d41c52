"""Resolving, and merging: an incident that goes on in another one."""

import pytest
from msgspec.structs import replace

from tests.domain.scene import (
    ALICE,
    FIVE,
    HOUR,
    NEW,
    NOON,
    SERVICE,
    acknowledged,
    begun,
    kinds,
    person,
    resolved,
    ring,
)
from tocsin.domain.response.command import Command, Link, Refused, Resolve, Unlink
from tocsin.domain.response.decide import decide
from tocsin.domain.response.incident import Incident

MERGE = Resolve(merged_into="TARGET", agent=person(ALICE))


@pytest.mark.parametrize("incident", [begun(), acknowledged(begun())])
def test_a_resolved_incident_has_no_people_and_no_timers(incident: Incident) -> None:
    quiet = replace(incident, urgency_change_at=NOON + HOUR, snoozed_until=NOON + HOUR)

    decision = decide(quiet, Resolve(agent=person(ALICE)), NOON + FIVE)

    after = decision.incident
    assert after.status == "resolved"
    assert after.resolved_at == NOON + FIVE
    assert (after.last_status_change_at, after.last_status_change_by) == (
        NOON + FIVE,
        person(ALICE),
    )
    assert (after.assignments, after.acknowledgements) == ((), ())
    assert after.escalate_at is after.unacknowledge_at is after.resolve_at is None
    assert after.urgency_change_at is after.snoozed_until is None
    assert decision.effects == ()
    assert kinds(decision) == ["resolve"]


def test_the_note_of_a_resolution_is_in_the_log() -> None:
    decision = decide(begun(), Resolve(note="Disk enlarged"), NOON)

    assert decision.log[0].details == {"note": "Disk enlarged"}
    assert decide(begun(), Resolve(), NOON).log[0].details == {}


def test_an_incident_resolves_by_itself_when_its_time_is_over() -> None:
    decision = ring(begun(), "auto_resolve")

    assert decision.incident.resolved_at == NOON + 4 * HOUR
    assert decision.incident.last_status_change_by == SERVICE
    assert decision.log[0].channel == {"type": "timeout"}


def test_a_merged_incident_is_resolved_and_points_to_its_target() -> None:
    decision = decide(begun(), MERGE, NOON + FIVE)

    assert decision.incident.status == "resolved"
    assert decision.incident.merged_into == "TARGET"
    assert kinds(decision) == ["resolve", "link"]
    assert decision.log[0].details == {"merged_into": "TARGET"}
    assert decision.log[1].details == {"linked_incident": "TARGET"}
    assert {entry.agent for entry in decision.log} == {person(ALICE)}


def test_an_incident_that_was_over_before_is_merged_without_resolving_again() -> None:
    over = resolved(begun())

    decision = decide(over, MERGE, NOON + HOUR)

    assert decision.incident == replace(over, merged_into="TARGET", updated_at=NOON + HOUR)
    assert kinds(decision) == ["link"]


def test_the_target_notes_what_was_merged_into_it_and_stays_its_course() -> None:
    target = begun()

    decision = decide(target, Link(incident_id="SOURCE", agent=person(ALICE)), NOON + FIVE)

    assert decision.incident.generation == target.generation
    assert decision.effects == ()
    assert kinds(decision) == ["link"]
    assert decision.log[0].details == {"linked_incident": "SOURCE"}
    assert decision.log[0].agent == person(ALICE)


@pytest.mark.parametrize(
    ("incident", "command", "sentence", "code"),
    [
        (resolved(begun()), Resolve(), "Incident is already resolved.", 1001),
        (resolved(begun()), Link(incident_id="SOURCE"), "Incident is already resolved.", 1001),
        (decide(NEW, MERGE, NOON).incident, MERGE, "Incident was merged before.", 1019),
        (
            begun(),
            Resolve(merged_into=NEW.id),
            "An incident cannot be merged into itself.",
            2001,
        ),
    ],
)
def test_what_makes_no_sense_is_refused(
    incident: Incident, command: Command, sentence: str, code: int
) -> None:
    with pytest.raises(Refused) as refused:
        decide(incident, command, NOON)

    assert (refused.value.sentence, refused.value.code) == (sentence, code)


@pytest.mark.parametrize("incident", [begun(), resolved(begun())])
def test_an_alert_leaves_an_incident_as_it_is(incident: Incident) -> None:
    decision = decide(incident, Unlink(incident_id="TARGET", alert_id="ALERT"), NOON + FIVE)

    assert kinds(decision) == ["unlink"]
    assert decision.log[0].details == {"linked_incident": "TARGET", "alert": "ALERT"}
    assert decision.incident.status == incident.status
    assert decision.incident.generation == incident.generation


def test_an_alert_comes_only_to_what_is_open() -> None:
    command = Link(incident_id="SOURCE", alert_id="ALERT")

    decision = decide(begun(), command, NOON)

    assert decision.log[0].details == {"linked_incident": "SOURCE", "alert": "ALERT"}
    with pytest.raises(Refused):
        decide(resolved(begun()), command, NOON)
