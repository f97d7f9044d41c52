"""Incidents that become louder or quieter, and triggers that repeat."""

from datetime import time

import pytest
from msgspec.structs import replace

from tests.domain.scene import (
    ALICE,
    API,
    BOB,
    CAROL,
    FIVE,
    HOUR,
    NOON,
    ROSTER,
    SERVICE,
    acknowledged,
    begin,
    begun,
    kinds,
    new,
    paged,
    person,
    resolved,
    ring,
    timers,
)
from tocsin.domain.intake.service import ScheduledAction, SupportHours
from tocsin.domain.people.user import Urgency
from tocsin.domain.response.command import ChangeUrgency, Command, Escalate, Refused, Retrigger
from tocsin.domain.response.decide import decide
from tocsin.domain.response.incident import Incident, ServiceRules
from tocsin.domain.response.log_entry import Agent

QUIET = new(urgency="low")
OFFICE = ServiceRules(
    support_hours=SupportHours(
        time_zone="UTC", days_of_week=(1, 2, 3, 4, 5), start_time=time(13), end_time=time(17)
    ),
    scheduled_actions=(
        ScheduledAction(at="support_hours_start", to_urgency="high"),
        ScheduledAction(at="support_hours_end", to_urgency="low"),
    ),
)
LOUDER = ChangeUrgency(urgency="high", roster=ROSTER, agent=person(BOB))
QUIETER = ChangeUrgency(urgency="low", roster=ROSTER, agent=person(BOB))


def again(urgency: Urgency) -> Retrigger:
    """Return a further trigger."""
    return Retrigger(
        urgency=urgency,
        roster=ROSTER,
        channel=API,
        agent=Agent("integration", "PROMETHEUS"),
        details={"description": "Fuller"},
    )


def test_an_incident_that_becomes_urgent_pages_again_and_climbs_from_its_level() -> None:
    decision = decide(begun(QUIET), LOUDER, NOON + HOUR)

    assert decision.incident.urgency == "high"
    assert paged(decision) == (ALICE,)
    assert timers(decision) == {"escalate": NOON + HOUR + FIVE, "auto_resolve": NOON + 4 * HOUR}
    assert kinds(decision) == ["urgency_change"]
    assert decision.log[0].agent == person(BOB)
    assert decision.log[0].details == {
        "changeset": [{"field": "urgency", "old": "low", "new": "high"}]
    }


def test_it_goes_on_from_the_level_that_it_had_reached() -> None:
    second = ring(begun(), "escalate").incident
    quiet = decide(second, QUIETER, NOON + 2 * FIVE).incident

    decision = decide(quiet, LOUDER, NOON + HOUR)

    assert (paged(decision), decision.incident.level) == ((BOB,), 1)
    assert timers(decision)["escalate"] == NOON + HOUR + 2 * FIVE


def test_it_also_pages_who_holds_the_level_by_now() -> None:
    after_the_shift = replace(ROSTER, holders={"primary": CAROL})

    decision = decide(begun(QUIET), replace(LOUDER, roster=after_the_shift), NOON + HOUR)

    assert paged(decision) == (ALICE, CAROL)


def test_an_incident_that_becomes_quiet_stops_climbing_but_is_not_forgotten() -> None:
    decision = decide(begun(), QUIETER, NOON + FIVE)

    assert paged(decision) == (ALICE,)
    assert timers(decision) == {"auto_resolve": NOON + 4 * HOUR}


def test_an_acknowledged_incident_changes_its_urgency_silently() -> None:
    decision = decide(acknowledged(begun(QUIET)), LOUDER, NOON + 2 * FIVE)

    assert decision.incident.status == "acknowledged"
    assert paged(decision) == ()
    assert set(timers(decision)) == {"unacknowledge", "auto_resolve"}


def test_support_hours_change_the_urgency_as_they_start_and_end() -> None:
    morning = begun(new(urgency="low", service=OFFICE))
    start = ring(morning, "urgency_change")
    end = ring(start.incident, "urgency_change")

    assert morning.urgency_change_at == NOON + HOUR
    assert (start.incident.urgency, end.incident.urgency) == ("high", "low")
    assert start.incident.urgency_change_at == NOON + 5 * HOUR
    assert end.incident.urgency_change_at == NOON + 25 * HOUR
    assert paged(start) == (ALICE,)
    assert (start.log[0].agent, start.log[0].channel) == (SERVICE, {"type": "auto"})


def test_the_plan_for_support_hours_follows_a_change_by_hand() -> None:
    loud = begun(new(urgency="high", service=OFFICE))

    quiet = decide(loud, QUIETER, NOON + FIVE).incident

    assert loud.urgency_change_at == NOON + 5 * HOUR
    assert quiet.urgency_change_at == NOON + HOUR


def test_a_change_that_is_due_is_not_put_off_by_another_change_of_course() -> None:
    late = begun(new(urgency="low", service=OFFICE))

    assert acknowledged(late, at=NOON + HOUR).urgency_change_at == NOON + HOUR


def test_the_same_urgency_changes_nothing_even_after_the_end() -> None:
    for incident in (begun(), resolved(begun())):
        decision = decide(incident, LOUDER, NOON + FIVE)
        assert (decision.incident, decision.log, decision.effects) == (incident, (), ())


@pytest.mark.parametrize("urgency", ["low", "high"])
def test_a_further_trigger_is_appended_and_disturbs_nothing(urgency: Urgency) -> None:
    incident = begun()

    decision = decide(incident, again(urgency), NOON + FIVE)

    assert decision.incident.generation == incident.generation
    assert decision.incident.urgency == "high"
    assert decision.effects == ()
    assert kinds(decision) == ["trigger"]
    assert decision.log[0].channel == API
    assert decision.log[0].agent == Agent("integration", "PROMETHEUS")
    assert decision.log[0].details == {"description": "Fuller"}


def test_a_further_trigger_does_not_move_the_auto_resolve_timeout() -> None:
    assert decide(begun(), again("high"), NOON + HOUR).incident.resolve_at == NOON + 4 * HOUR


def test_a_more_severe_trigger_makes_the_incident_urgent() -> None:
    decision = decide(begun(QUIET), again("high"), NOON + HOUR)

    assert decision.incident.urgency == "high"
    assert paged(decision) == (ALICE,)
    assert "escalate" in timers(decision)
    assert kinds(decision) == ["trigger", "urgency_change"]
    assert (decision.log[1].agent, decision.log[1].channel) == (SERVICE, {"type": "auto"})
    assert decision.log[1].details["changeset"][0]["new"] == "high"


def test_a_trigger_leaves_an_acknowledged_incident_in_peace() -> None:
    decision = decide(acknowledged(begun()), again("high"), NOON + HOUR)

    assert decision.incident.status == "acknowledged"
    assert decision.effects == ()


@pytest.mark.parametrize("command", [QUIETER, again("high")])
def test_a_resolved_incident_gets_neither_triggers_nor_urgency(command: Command) -> None:
    with pytest.raises(Refused) as refused:
        decide(resolved(begun()), command, NOON + HOUR)

    assert refused.value.code == 1001


def test_a_quiet_incident_stays_where_it_is() -> None:
    quiet: Incident = begin(QUIET).incident

    with pytest.raises(Refused) as refused:
        decide(quiet, Escalate(roster=ROSTER), NOON + FIVE)

    assert refused.value.code == 1006
