"""How incidents begin, and begin anew."""

from datetime import time, timedelta

import pytest
from msgspec.structs import replace

from tests.domain.scene import (
    ALICE,
    API,
    BOB,
    CAROL,
    DAVE,
    FIVE,
    HOUR,
    NEW,
    NOON,
    ROSTER,
    SERVICE,
    acknowledgers,
    assignees,
    begin,
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
from tocsin.domain.intake.service import ScheduledAction, SupportHours
from tocsin.domain.response.command import Open, Refused, Reopen, Resolve
from tocsin.domain.response.decide import decide
from tocsin.domain.response.incident import Assignment, Incident, ServiceRules
from tocsin.domain.response.log_entry import Agent, LogEntry

OFFICE = SupportHours(
    time_zone="UTC", days_of_week=(1, 2, 3, 4, 5), start_time=time(9), end_time=time(17)
)
LATER = NOON + HOUR


def test_an_incident_begins_before_the_people_of_its_first_level() -> None:
    decision = begin()

    assert assignees(decision.incident) == (ALICE,)
    assert paged(decision) == (ALICE,)
    assert timers(decision) == {"escalate": NOON + FIVE, "auto_resolve": NOON + 4 * HOUR}


def test_its_log_begins_with_the_event_and_the_assignment() -> None:
    integration = Agent("integration", "PROMETHEUS")
    command = Open(
        agent=integration, roster=ROSTER, trigger_channel=API, details={"description": "Full"}
    )

    assert decide(NEW, command, NOON).log == (
        LogEntry(
            type="trigger_log_entry",
            at=NOON,
            agent=integration,
            channel=API,
            details={"description": "Full"},
        ),
        LogEntry(
            type="assign_log_entry",
            at=NOON,
            agent=SERVICE,
            channel={"type": "auto"},
            details={"assignees": [ALICE]},
        ),
    )


def test_timeouts_that_are_off_set_no_timers() -> None:
    never = ServiceRules(auto_resolve_timeout=0)

    assert set(timers(begin(new(service=never)))) == {"escalate"}


def test_the_start_of_support_hours_is_planned_for_a_quiet_incident() -> None:
    action = ScheduledAction(at="support_hours_start", to_urgency="high")
    hours = ServiceRules(support_hours=OFFICE, scheduled_actions=(action,))

    assert timers(begin(new(service=hours, urgency="low"))) == {
        "urgency_change": NOON + timedelta(hours=21)
    }
    assert set(timers(begin(new(service=hours)))) == {"escalate"}


def test_a_directly_assigned_incident_pages_those_people_and_climbs_nowhere() -> None:
    decision = begin(by=person(ALICE), assignees=(BOB, CAROL, BOB))

    assert paged(decision) == (BOB, CAROL)
    assert decision.incident.assigned_via == "direct_assignment"
    assert set(timers(decision)) == {"auto_resolve"}
    assert decision.log[1].agent == person(ALICE)


def test_who_takes_a_new_incident_oneself_has_it_and_is_not_paged() -> None:
    decision = begin(by=person(BOB), assignees=(BOB,))

    assert decision.incident.status == "acknowledged"
    assert decision.incident.assignments == (Assignment(BOB, NOON),)
    assert decision.incident.last_status_change_by == person(BOB)
    assert paged(decision) == ()
    assert timers(decision) == {
        "unacknowledge": NOON + timedelta(minutes=30),
        "auto_resolve": NOON + 4 * HOUR,
    }
    assert kinds(decision) == ["trigger", "assign", "acknowledge"]
    assert {entry.agent for entry in decision.log} == {person(BOB)}


def test_a_service_cannot_take_what_it_assigns() -> None:
    assert begin(by=Agent("service", BOB), assignees=(BOB,)).incident.status == "triggered"


@pytest.mark.parametrize("by", [None, person("STRANGER")])
def test_strangers_are_not_assigned(by: Agent | None) -> None:
    with pytest.raises(Refused, match="There is no user STRANGER to assign") as refused:
        begin(by=by, assignees=("STRANGER",))

    assert refused.value.code == 1007


def test_a_reopened_incident_begins_again_at_the_first_level() -> None:
    high_up = ring(begun(), "escalate").incident

    decision = decide(resolved(high_up), Reopen(roster=ROSTER, agent=person(DAVE)), LATER)

    assert decision.incident.status == "triggered"
    assert decision.incident.resolved_at is None
    assert decision.incident.last_status_change_by == SERVICE
    assert paged(decision) == (ALICE,)
    assert timers(decision) == {"escalate": LATER + FIVE, "auto_resolve": LATER + 4 * HOUR}
    assert kinds(decision) == ["trigger", "assign"]
    assert decision.log[0].details == {"reopened": True}
    assert decision.log[0].agent == person(DAVE)


def test_an_exhausted_policy_is_climbed_again_after_reopening() -> None:
    exhausted = ring(begun(new(level(ALICE))), "escalate").incident

    assert not decide(resolved(exhausted), Reopen(roster=ROSTER), LATER).incident.exhausted


def test_a_reopened_incident_may_go_to_people() -> None:
    command = Reopen(roster=ROSTER, assignees=(CAROL,), agent=person(CAROL))

    decision = decide(resolved(begun()), command, LATER)

    assert paged(decision) == (CAROL,)
    assert decision.incident.assigned_via == "direct_assignment"


def test_a_reopened_incident_may_go_to_another_policy() -> None:
    other = replace(policy(level(DAVE)), id="OTHER")

    decision = decide(resolved(begun()), Reopen(roster=ROSTER, policy=other), LATER)

    assert paged(decision) == (DAVE,)
    assert decision.incident.policy == other


def test_a_reopened_incident_may_come_back_acknowledged() -> None:
    command = Reopen(roster=ROSTER, acknowledged=True, agent=person(DAVE))

    decision = decide(resolved(begun()), command, LATER)

    assert decision.incident.status == "acknowledged"
    assert assignees(decision.incident) == (DAVE,)
    assert acknowledgers(decision.incident) == [DAVE]
    assert decision.incident.last_status_change_at == LATER
    assert paged(decision) == ()


@pytest.mark.parametrize(
    ("incident", "command", "sentence", "code"),
    [
        (begun(), Reopen(roster=ROSTER), "Incident is already open.", 1003),
        (
            decide(begun(), Resolve(merged_into="OTHER"), NOON).incident,
            Reopen(roster=ROSTER),
            "Incident was merged into another one.",
            1019,
        ),
        (
            resolved(begun()),
            Reopen(roster=ROSTER, acknowledged=True, agent=SERVICE),
            "Only a person can take an incident.",
            1008,
        ),
        (
            resolved(begun()),
            Reopen(roster=ROSTER, acknowledged=True),
            "Only a person can take an incident.",
            1008,
        ),
        (
            resolved(begun()),
            Reopen(roster=ROSTER, assignees=("STRANGER",)),
            "There is no user STRANGER to assign.",
            1007,
        ),
    ],
)
def test_reopening_is_refused_where_it_makes_no_sense(
    incident: Incident, command: Reopen, sentence: str, code: int
) -> None:
    with pytest.raises(Refused) as refused:
        decide(incident, command, LATER)

    assert (refused.value.sentence, refused.value.code) == (sentence, code)
