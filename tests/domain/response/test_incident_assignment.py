"""Giving an incident to other people, or to another policy."""

import pytest
from msgspec.structs import replace

from tests.domain.scene import (
    ALICE,
    BOB,
    CAROL,
    DAVE,
    FIVE,
    HOUR,
    NOON,
    ROSTER,
    acknowledged,
    assignees,
    begun,
    kinds,
    level,
    new,
    paged,
    person,
    policy,
    resolved,
    ring,
    timers,
)
from tocsin.domain.response.command import Alarm, Command, Delegate, Reassign, Refused, Snooze
from tocsin.domain.response.decide import decide
from tocsin.domain.response.incident import Assignment, Incident

OTHER = replace(policy(level(CAROL, delay=15), level(DAVE)), id="OTHER", name="Database team")
NOBODYS = replace(policy(level("empty")), id="NOBODYS", name="Ghosts")


def test_a_reassigned_incident_pages_its_new_people_and_climbs_no_longer() -> None:
    command = Reassign(roster=ROSTER, assignees=(BOB, ALICE, BOB), agent=person(ALICE))

    decision = decide(begun(), command, NOON + FIVE)

    assert paged(decision) == (BOB, ALICE)
    assert decision.incident.assignments == (
        Assignment(BOB, NOON + FIVE),
        Assignment(ALICE, NOON),
    )
    assert decision.incident.assigned_via == "direct_assignment"
    assert timers(decision) == {"auto_resolve": NOON + 4 * HOUR}
    assert kinds(decision) == ["assign"]
    assert decision.log[0].agent == person(ALICE)


def test_reassigning_takes_back_an_acknowledgement_and_a_snooze() -> None:
    snoozed = decide(acknowledged(begun()), Snooze(seconds=7200), NOON + FIVE).incident

    decision = decide(snoozed, Reassign(roster=ROSTER, assignees=(BOB,)), NOON + HOUR)

    assert decision.incident.status == "triggered"
    assert decision.incident.acknowledgements == ()
    assert decision.incident.snoozed_until is None
    assert timers(decision) == {"auto_resolve": NOON + 4 * HOUR}


def test_while_nobody_has_reacted_a_reassignment_counts_as_a_change_of_status() -> None:
    incident = decide(begun(), Reassign(roster=ROSTER, assignees=(BOB,)), NOON + FIVE).incident

    assert incident.last_status_change_at == incident.updated_at == NOON + FIVE


def test_a_delegated_incident_climbs_the_other_policy_from_its_first_level() -> None:
    high_up = acknowledged(ring(begun(), "escalate").incident, BOB)

    command = Delegate(roster=ROSTER, policy=OTHER, agent=person(ALICE))

    decision = decide(high_up, command, NOON + HOUR)

    assert (decision.incident.policy, decision.incident.level) == (OTHER, 0)
    assert decision.incident.status == "triggered"
    assert paged(decision) == (CAROL,)
    assert timers(decision) == {"escalate": NOON + HOUR + 3 * FIVE, "auto_resolve": NOON + 4 * HOUR}
    assert kinds(decision) == ["delegate"]
    assert decision.log[0].details == {"assignees": [CAROL]}
    assert decision.log[0].agent == person(ALICE)


def test_a_delegated_incident_may_be_exhausted_or_reassigned_before() -> None:
    exhausted = ring(begun(new(level(ALICE))), "escalate").incident
    reassigned = decide(exhausted, Reassign(roster=ROSTER, assignees=(BOB,)), NOON).incident

    for before in (exhausted, reassigned):
        after = decide(before, Delegate(roster=ROSTER, policy=OTHER), NOON)
        assert "escalate" in timers(after)


def test_delegating_to_a_policy_with_nobody_on_call_means_the_catch_all() -> None:
    decision = decide(begun(), Delegate(roster=ROSTER, policy=NOBODYS), NOON)

    assert assignees(decision.incident) == (DAVE,)
    assert any(isinstance(effect, Alarm) for effect in decision.effects)
    assert "the escalation policy Ghosts" in decision.log[0].details["reason"]


@pytest.mark.parametrize(
    ("incident", "command", "code"),
    [
        (begun(), Reassign(roster=ROSTER, assignees=("STRANGER",)), 1007),
        (begun(), Reassign(roster=ROSTER, assignees=()), 1011),
        (resolved(begun()), Reassign(roster=ROSTER, assignees=(BOB,)), 1001),
        (resolved(begun()), Delegate(roster=ROSTER, policy=OTHER), 1001),
    ],
)
def test_what_makes_no_sense_is_refused(incident: Incident, command: Command, code: int) -> None:
    with pytest.raises(Refused) as refused:
        decide(incident, command, NOON)

    assert refused.value.code == code
