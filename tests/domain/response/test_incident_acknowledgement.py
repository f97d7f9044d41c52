"""Acknowledging, letting an acknowledgement run out, and snoozing."""

from datetime import timedelta

import pytest
from msgspec.structs import replace

from tests.domain.scene import (
    ALICE,
    BOB,
    CAROL,
    DAVE,
    EMPTY,
    FIVE,
    HOUR,
    NEW,
    NOON,
    PHONE,
    ROSTER,
    SERVICE,
    acknowledged,
    acknowledgers,
    assignees,
    begin,
    begun,
    due,
    kinds,
    level,
    new,
    paged,
    person,
    resolved,
    ring,
    timers,
    without,
)
from tocsin.domain.response.command import Acknowledge, Command, Refused, Snooze, Unacknowledge
from tocsin.domain.response.decide import decide
from tocsin.domain.response.incident import Acknowledgement, Incident, ServiceRules

ACKNOWLEDGED = acknowledged(begun())  # by Alice at 12:05
SNOOZED = decide(ACKNOWLEDGED, Snooze(seconds=7200, agent=person(ALICE)), NOON + FIVE).incident
HALF_AN_HOUR = timedelta(minutes=30)


def test_an_acknowledgement_stops_the_climb_and_starts_its_own_timeout() -> None:
    decision = decide(begun(), Acknowledge(agent=person(ALICE), channel=PHONE), NOON + FIVE)

    incident = decision.incident
    assert incident.status == "acknowledged"
    assert incident.acknowledgements == (Acknowledgement(person(ALICE), NOON + FIVE),)
    assert (incident.last_status_change_at, incident.last_status_change_by) == (
        NOON + FIVE,
        person(ALICE),
    )
    assert paged(decision) == ()
    assert timers(decision) == {
        "unacknowledge": NOON + FIVE + HALF_AN_HOUR,
        "auto_resolve": NOON + 4 * HOUR,
    }
    assert decision.log[0].channel == PHONE
    assert decision.log[0].details == {"acknowledgement_timeout": 1800}


def test_an_acknowledgement_without_a_timeout_lasts() -> None:
    endless = begun(new(service=ServiceRules()))

    assert timers(decide(endless, Acknowledge(), NOON)) == {}


def test_an_integration_may_acknowledge_in_the_name_of_the_service() -> None:
    assert acknowledgers(decide(begun(), Acknowledge(), NOON).incident) == [SERVICE.id]


def test_a_second_acknowledgement_renews_the_timeout_and_leaves_the_status_as_it_was() -> None:
    decision = decide(ACKNOWLEDGED, Acknowledge(agent=person(ALICE)), NOON + HOUR)

    assert decision.incident.acknowledgements == ACKNOWLEDGED.acknowledgements
    assert decision.incident.last_status_change_at == NOON + FIVE
    assert timers(decision)["unacknowledge"] == NOON + HOUR + HALF_AN_HOUR
    assert kinds(decision) == ["acknowledge"]


def test_several_people_may_acknowledge() -> None:
    both = acknowledged(ACKNOWLEDGED, BOB, NOON + HOUR)

    assert acknowledgers(both) == [ALICE, BOB]
    assert both.last_status_change_by == person(ALICE)


def test_a_forgotten_acknowledgement_pages_the_same_people_at_once() -> None:
    decision = ring(ACKNOWLEDGED, "unacknowledge")

    at = NOON + FIVE + HALF_AN_HOUR
    assert decision.incident.status == "triggered"
    assert decision.incident.acknowledgements == ()
    assert decision.incident.last_status_change_by == SERVICE
    assert paged(decision) == (ALICE,)
    assert timers(decision) == {"escalate": at + FIVE, "auto_resolve": NOON + 4 * HOUR}
    assert kinds(decision) == ["unacknowledge"]
    assert decision.log[0].channel == {"type": "timeout"}
    assert decision.log[0].agent == SERVICE


def test_it_also_pages_who_holds_the_level_by_now() -> None:
    after_the_shift = replace(ROSTER, holders={"primary": CAROL})

    decision = ring(ACKNOWLEDGED, "unacknowledge", after_the_shift)

    assert paged(decision) == (ALICE, CAROL)
    assert assignees(decision.incident) == (ALICE, CAROL)
    assert kinds(decision) == ["unacknowledge", "assign"]
    assert decision.log[1].details == {"assignees": [ALICE, CAROL]}


def test_it_climbs_if_all_of_them_are_gone() -> None:
    nobody_there = without(replace(ROSTER, holders={}), ALICE)

    decision = ring(ACKNOWLEDGED, "unacknowledge", nobody_there)

    assert paged(decision) == (BOB,)
    assert decision.incident.level == 1


def test_it_goes_up_before_it_goes_down() -> None:
    on_the_second = acknowledged(ring(begun(), "escalate").incident, BOB)

    up = ring(on_the_second, "unacknowledge", without(ROSTER, BOB))
    down = ring(on_the_second, "unacknowledge", without(ROSTER, BOB, CAROL))

    assert (paged(up), up.incident.level) == ((CAROL,), 2)
    assert (paged(down), down.incident.level) == ((ALICE,), 0)


def test_it_turns_to_the_catch_all_if_nobody_is_left_on_the_policy() -> None:
    roster = without(ROSTER, ALICE, BOB, CAROL)

    assert paged(ring(ACKNOWLEDGED, "unacknowledge", roster)) == (DAVE,)


def test_it_keeps_trying_its_policy_when_there_is_nobody_at_all() -> None:
    nobody = replace(EMPTY, users=frozenset())
    incident = begun(new(level(ALICE, "primary"), loops=1))

    decision = ring(acknowledged(incident), "unacknowledge", nobody)

    assert assignees(decision.incident) == ()
    assert "escalate" in timers(decision)


def test_a_reassigned_incident_stays_with_its_people_when_nobody_answers() -> None:
    direct = begin(by=person(ALICE), assignees=(BOB,)).incident

    decision = ring(acknowledged(direct, BOB), "unacknowledge")

    assert paged(decision) == (BOB,)
    assert set(timers(decision)) == {"auto_resolve"}


def test_a_reassigned_incident_goes_back_to_its_policy_when_its_people_are_gone() -> None:
    direct = begin(by=person(ALICE), assignees=(BOB,)).incident

    decision = ring(acknowledged(direct, BOB), "unacknowledge", without(ROSTER, BOB))

    assert paged(decision) == (ALICE,)
    assert decision.incident.assigned_via == "escalation_policy"
    assert "escalate" in timers(decision)


def test_a_person_may_give_an_acknowledgement_back() -> None:
    command = Unacknowledge(roster=ROSTER, agent=person(ALICE))

    decision = decide(ACKNOWLEDGED, command, NOON + HOUR)

    assert paged(decision) == (ALICE,)
    assert decision.log[0].agent == person(ALICE)
    assert decision.log[0].channel == {"type": "website"}


def test_giving_back_what_nobody_has_changes_nothing() -> None:
    decision = decide(begun(), Unacknowledge(roster=ROSTER), NOON + HOUR)

    assert (decision.incident, decision.log, decision.effects) == (begun(), (), ())


def test_a_snooze_replaces_the_timeout() -> None:
    decision = decide(ACKNOWLEDGED, Snooze(seconds=7200, agent=person(ALICE)), NOON + FIVE)

    until = NOON + FIVE + 2 * HOUR
    assert decision.incident.snoozed_until == until
    assert timers(decision) == {"unacknowledge": until, "auto_resolve": NOON + 4 * HOUR}
    assert decision.log[0].channel == {"type": "website", "duration": 7200}
    assert decision.log[0].details == {
        "changed_actions": [{"type": "unacknowledge", "at": "2026-03-02T14:05:00Z"}]
    }


def test_after_a_snooze_the_incident_pages_again() -> None:
    decision = ring(SNOOZED, "unacknowledge")

    assert paged(decision) == (ALICE,)
    assert decision.incident.snoozed_until is None


def test_somebody_else_ends_a_snooze_by_acknowledging() -> None:
    incident = acknowledged(SNOOZED, BOB, NOON + HOUR)

    assert incident.snoozed_until is None
    assert due(incident, "unacknowledge") == NOON + HOUR + HALF_AN_HOUR


def test_the_same_person_sleeps_on() -> None:
    decision = decide(SNOOZED, Acknowledge(agent=person(ALICE)), NOON + HOUR)

    assert decision.incident == replace(SNOOZED, updated_at=NOON + HOUR)
    assert kinds(decision) == ["acknowledge"]


@pytest.mark.parametrize("seconds", [1, 604_800])
def test_a_snooze_lasts_from_a_second_to_a_week(seconds: int) -> None:
    snoozed = decide(ACKNOWLEDGED, Snooze(seconds=seconds), NOON).incident

    assert snoozed.snoozed_until == NOON + timedelta(seconds=seconds)


@pytest.mark.parametrize(
    ("incident", "command", "sentence", "code"),
    [
        (resolved(begun()), Acknowledge(), "Incident is already resolved.", 1001),
        (resolved(begun()), Unacknowledge(roster=ROSTER), "Incident is already resolved.", 1001),
        (begun(), Snooze(seconds=60), "Only an acknowledged incident can be snoozed.", 1012),
        (NEW, Snooze(seconds=0), "Only an acknowledged incident can be snoozed.", 1012),
        (ACKNOWLEDGED, Snooze(seconds=0), "Duration must be from 1 to 604800 seconds.", 1013),
        (ACKNOWLEDGED, Snooze(seconds=604_801), "Duration must be from 1 to 604800 seconds.", 1013),
    ],
)  # fmt: skip
def test_what_makes_no_sense_is_refused(
    incident: Incident, command: Command, sentence: str, code: int
) -> None:
    with pytest.raises(Refused) as refused:
        decide(incident, command, NOON)

    assert (refused.value.sentence, refused.value.code) == (sentence, code)
