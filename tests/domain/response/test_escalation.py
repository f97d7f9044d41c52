"""Climbing a policy: who is next, who is passed over, and what is still to come."""

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
    NEW,
    NOON,
    ROSTER,
    acknowledged,
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
    timer,
    timers,
    without,
)
from tocsin.domain.duty.escalation_policy import EscalationPolicy
from tocsin.domain.response.command import Alarm, Deal, Escalate, Reassign, Refused, Roster
from tocsin.domain.response.decide import decide
from tocsin.domain.response.escalation import PendingAction, Step, climb, pending_actions
from tocsin.domain.response.incident import Incident

GAPS = policy(level("empty"), level(ALICE), level("empty"), loops=1)
NOBODY = "Nobody is on call at that level or above it."
RING = (level(ALICE, "primary", CAROL, strategy="round_robin"), level(DAVE))


@pytest.mark.parametrize(
    ("climbed", "level_", "loop", "found"),
    [
        (GAPS, 0, 0, (1, 0)),
        (GAPS, 1, 0, (1, 0)),
        (GAPS, 2, 0, (1, 1)),
        (GAPS, 3, 0, (1, 1)),
        (GAPS, 0, 1, (1, 1)),
        (GAPS, 2, 1, None),
        (policy(level(ALICE), loops=2), 1, 1, (0, 2)),
        (policy(level(ALICE), loops=2), 1, 2, None),
        (policy(level("empty"), loops=9), 0, 0, None),
        (policy(loops=9), 0, 0, None),
    ],
)
def test_the_climb_passes_levels_where_nobody_can_be_paged(
    climbed: EscalationPolicy, level_: int, loop: int, found: tuple[int, int] | None
) -> None:
    step = climb(climbed, level_, loop, ROSTER)

    assert found == (step and (step.level, step.loop))


@pytest.mark.parametrize(
    ("dealt", "chosen"), [(0, ALICE), (1, BOB), (2, CAROL), (3, ALICE), (301, BOB)]
)
def test_a_round_robin_level_deals_incidents_one_after_the_other(dealt: int, chosen: str) -> None:
    roster = replace(ROSTER, holders={"primary": BOB}, ring={RING[0].id: dealt})

    decision = begin(new(*RING), roster)

    assert paged(decision) == (chosen,)
    assert Deal(rule_id=RING[0].id) in decision.effects


def test_a_round_robin_level_passes_members_who_cannot_be_paged() -> None:
    roster = replace(EMPTY, ring={RING[0].id: 1})

    assert climb(policy(*RING), 0, 0, roster) == Step(
        level=0, loop=0, user_ids=(CAROL,), dealt=RING[0].id
    )


def test_a_round_robin_level_without_members_is_passed_and_deals_nothing() -> None:
    step = climb(policy(level(strategy="round_robin"), level(BOB)), 0, 0, ROSTER)

    assert step == Step(level=1, loop=0, user_ids=(BOB,))


def test_a_round_robin_level_that_pages_again_deals_nobody_new() -> None:
    unanswered = ring(acknowledged(begun(new(*RING))), "unacknowledge")

    assert paged(unanswered) == (ALICE,)
    assert not [effect for effect in unanswered.effects if isinstance(effect, Deal)]


def test_a_round_robin_level_deals_anew_when_the_person_is_gone() -> None:
    unanswered = ring(acknowledged(begun(new(*RING))), "unacknowledge", without(ROSTER, ALICE))

    assert paged(unanswered) == (CAROL,)
    assert Deal(rule_id=RING[0].id) in unanswered.effects


def test_a_person_twice_on_a_level_is_paged_once() -> None:
    assert paged(begin(new(level(ALICE, "primary", BOB, ALICE)))) == (ALICE, BOB)


def test_people_who_are_gone_are_not_assigned() -> None:
    roster = without(ROSTER, ALICE, BOB)

    assert paged(begin(roster=roster)) == (CAROL,)


def test_each_level_waits_its_own_delay() -> None:
    first = begun()
    second = ring(first, "escalate")
    third = ring(second.incident, "escalate")

    assert first.escalate_at == NOON + FIVE
    assert (paged(second), timers(second)["escalate"]) == ((BOB,), NOON + 3 * FIVE)
    assert (paged(third), timers(third)["escalate"]) == ((CAROL,), NOON + 4 * FIVE)


def test_climbing_takes_the_incident_from_the_people_before() -> None:
    decision = ring(begun(), "escalate")

    assert assignees(decision.incident) == (BOB,)
    assert kinds(decision) == ["escalate"]
    assert decision.log[0].details == {"assignees": [BOB]}
    assert decision.log[0].channel == {"type": "auto"}


def test_a_person_on_two_levels_keeps_the_time_of_the_first() -> None:
    decision = ring(begun(new(level(ALICE), level(ALICE, BOB))), "escalate")

    assert [a.at for a in decision.incident.assignments] == [NOON, NOON + FIVE]


def test_the_climb_begins_again_while_loops_are_left() -> None:
    incident = begun(new(level(ALICE), level(BOB), loops=1))
    for expected in (BOB, ALICE, BOB):
        decision = ring(incident, "escalate")
        incident = decision.incident
        assert paged(decision) == (expected,)

    assert incident.loop == 1
    assert kinds(ring(incident, "escalate")) == ["exhaust_escalation_path"]


def test_a_repeated_climb_says_so_in_the_log() -> None:
    decision = ring(begun(new(level(ALICE), loops=1)), "escalate")

    assert kinds(decision) == ["repeat_escalation_path", "escalate"]


def test_after_the_last_level_the_last_people_keep_the_incident_and_their_pages() -> None:
    last = begun(new(level(ALICE)))

    decision = ring(last, "escalate")

    assert decision.incident.exhausted
    assert decision.incident.status == "triggered"
    assert decision.incident.generation == last.generation
    assert decision.incident.escalate_at is None
    assert assignees(decision.incident) == (ALICE,)
    assert [type(effect) for effect in decision.effects] == [Alarm]


def test_a_policy_is_exhausted_once() -> None:
    last = begun(new(level(ALICE)))
    exhausted = ring(last, "escalate").incident

    again = decide(exhausted, timer("escalate", last), NOON + FIVE)

    assert (again.incident, again.log, again.effects) == (exhausted, (), ())


def test_a_policy_exhausted_by_people_who_are_gone_ends_at_the_catch_all() -> None:
    decision = ring(begun(new(level(ALICE))), "escalate", without(ROSTER, ALICE))

    assert paged(decision) == (DAVE,)
    assert decision.incident.exhausted
    assert decision.incident.escalate_at is None
    assert kinds(decision) == ["exhaust_escalation_path", "assign"]


def test_nobody_on_the_whole_policy_means_the_catch_all_and_an_alarm() -> None:
    decision = begin(new(level("empty"), level("empty")), EMPTY_WITH_CATCH_ALL)

    assert paged(decision) == (DAVE,)
    assert assignees(decision.incident) == (DAVE,)
    assert decision.incident.level == 1
    reason = "Nobody can be paged through the escalation policy Night watch; " + (
        "the catch-all is paged instead."
    )
    assert decision.log[1].details == {"assignees": [DAVE], "reason": reason}
    assert Alarm(sentence=f"{reason} The incident is “Disk full”.") in decision.effects


EMPTY_WITH_CATCH_ALL = replace(EMPTY, catch_all=(DAVE, "GONE"))


def test_nobody_at_all_means_an_alarm() -> None:
    decision = begin(new(level("empty")), EMPTY)

    assert paged(decision) == ()
    assert decision.log[1].details["assignees"] == []
    assert next(type(effect) for effect in decision.effects) is Alarm


def test_after_the_catch_all_the_policy_is_tried_again_in_its_next_loop() -> None:
    waiting = begun(new(level("primary"), level("empty"), loops=1), EMPTY_WITH_CATCH_ALL)

    decision = ring(waiting, "escalate", ROSTER)

    assert paged(decision) == (ALICE,)
    assert (decision.incident.level, decision.incident.loop) == (0, 1)


def test_a_policy_that_has_emptied_goes_to_the_catch_all_loop_by_loop() -> None:
    first = ring(begun(new(level("primary"), loops=2)), "escalate", EMPTY_WITH_CATCH_ALL)
    second = ring(first.incident, "escalate", EMPTY_WITH_CATCH_ALL)
    third = ring(second.incident, "escalate", EMPTY_WITH_CATCH_ALL)

    assert [paged(d) for d in (first, second, third)] == [(DAVE,), (DAVE,), ()]
    assert kinds(third) == ["exhaust_escalation_path"]


def test_a_policy_without_levels_ends_at_the_catch_all() -> None:
    decision = begin(replace(NEW, policy=policy()))

    assert paged(decision) == (DAVE,)
    assert set(timers(decision)) == {"auto_resolve"}


def test_low_urgency_does_not_climb() -> None:
    decision = begin(new(urgency="low"))

    assert paged(decision) == (ALICE,)
    assert set(timers(decision)) == {"auto_resolve"}


def test_a_person_climbs_to_the_next_level() -> None:
    waiting = begun()

    decision = decide(waiting, Escalate(roster=ROSTER, agent=person(ALICE)), NOON)

    assert paged(decision) == (BOB,)
    assert decision.log[0].agent == person(ALICE)
    assert decision.log[0].channel == {"type": "website"}


@pytest.mark.parametrize(("wanted", "found"), [(0, ALICE), (1, BOB), (2, CAROL)])
def test_a_person_climbs_to_any_level(wanted: int, found: str) -> None:
    decision = decide(begun(), Escalate(roster=ROSTER, level=wanted), NOON)

    assert paged(decision) == (found,)
    assert decision.incident.level == wanted


def test_climbing_by_hand_takes_back_an_acknowledgement() -> None:
    decision = decide(acknowledged(begun()), Escalate(roster=ROSTER), NOON + FIVE)

    assert decision.incident.status == "triggered"
    assert decision.incident.acknowledgements == ()
    assert set(timers(decision)) == {"escalate", "auto_resolve"}


def test_climbing_by_hand_returns_a_reassigned_incident_to_its_policy() -> None:
    reassigned = decide(begun(), Reassign(roster=ROSTER, assignees=(DAVE,)), NOON).incident

    decision = decide(reassigned, Escalate(roster=ROSTER, level=1), NOON)

    assert decision.incident.assigned_via == "escalation_policy"
    assert "escalate" in timers(decision)


def test_climbing_by_hand_revives_an_exhausted_policy() -> None:
    exhausted = ring(begun(new(level(ALICE))), "escalate").incident

    decision = decide(exhausted, Escalate(roster=ROSTER, level=0), NOON + FIVE)

    assert not decision.incident.exhausted
    assert timers(decision)["escalate"] == NOON + 2 * FIVE


@pytest.mark.parametrize(
    ("incident", "roster", "wanted", "sentence", "code"),
    [
        (begun(new(urgency="low")), ROSTER, 1, "A low urgency incident cannot be escalated.", 1006),
        (begun(), ROSTER, 3, "The escalation policy has no level 4.", 1006),
        (begun(), ROSTER, -1, "The escalation policy has no level 0.", 1006),
        (begun(), without(ROSTER, CAROL), 2, NOBODY, 1015),
        (begun(new(level(ALICE))), ROSTER, None, NOBODY, 1015),
        (resolved(begun()), ROSTER, 1, "Incident is already resolved.", 1001),
    ],
)  # fmt: skip
def test_climbing_by_hand_is_refused_where_it_makes_no_sense(
    incident: Incident, roster: Roster, wanted: int | None, sentence: str, code: int
) -> None:
    with pytest.raises(Refused) as refused:
        decide(incident, Escalate(roster=roster, level=wanted), NOON)

    assert (refused.value.sentence, refused.value.code) == (sentence, code)


def test_what_is_still_to_come_is_told_soonest_first() -> None:
    incident = replace(begun(), urgency_change_at=NOON + timedelta(hours=1))

    assert pending_actions(incident) == [
        PendingAction(type="escalate", at=NOON + FIVE),
        PendingAction(type="urgency_change", at=NOON + timedelta(hours=1), to="low"),
        PendingAction(type="resolve", at=NOON + timedelta(hours=4)),
    ]
    assert pending_actions(replace(incident, urgency="low"))[1].to == "high"


def test_an_acknowledged_incident_waits_for_its_timeouts_alone() -> None:
    assert [(a.type, a.at) for a in pending_actions(acknowledged(begun()))] == [
        ("unacknowledge", NOON + timedelta(minutes=35)),
        ("resolve", NOON + timedelta(hours=4)),
    ]


def test_nothing_is_to_come_for_a_resolved_incident() -> None:
    assert pending_actions(resolved(begun())) == []
