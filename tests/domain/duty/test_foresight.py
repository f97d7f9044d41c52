"""Whom a policy would page, and when, if nobody ever answered."""

from collections.abc import Iterator
from datetime import datetime, timedelta

import pytest
from msgspec.structs import replace

from tests.domain.scene import (
    ALICE,
    BOB,
    CAROL,
    DAVE,
    EMPTY,
    NOON,
    ROSTER,
    THREE_LEVELS,
    assignees,
    begin,
    level,
    new,
    policy,
    ring,
)
from tocsin.domain.duty.escalation_policy import EscalationPolicy
from tocsin.domain.duty.foresight import foresee
from tocsin.domain.response.command import Deal, Roster

ROUND = level(ALICE, BOB, CAROL, strategy="round_robin")


def foreseen(policy: EscalationPolicy, roster: Roster = ROSTER) -> list[tuple[float, str]]:
    calls = foresee(policy, lambda _: roster, NOON).calls
    return [(minutes(call.at), "+".join(call.step.user_ids)) for call in calls]


def minutes(at: datetime) -> float:
    return (at - NOON) / timedelta(minutes=1)


def test_each_level_waits_for_the_one_before_it() -> None:
    assert foreseen(THREE_LEVELS) == [(0, ALICE), (5, BOB), (15, CAROL)]
    assert minutes(foresee(THREE_LEVELS, lambda _: ROSTER, NOON).over_at) == 20


def test_loops_come_after_the_last_level() -> None:
    looped = policy(level(ALICE), level(BOB, delay=10), loops=2)

    assert foreseen(looped) == [
        (0, ALICE), (5, BOB), (15, ALICE), (20, BOB), (30, ALICE), (35, BOB),
    ]  # fmt: skip


def test_levels_where_nobody_is_are_passed_at_once() -> None:
    assert foreseen(policy(level("empty"), level(ALICE), level("empty"), level(BOB))) == [
        (0, ALICE),
        (5, BOB),
    ]


def test_the_catch_all_is_paged_where_nobody_can_be() -> None:
    nobody = policy(level("empty", delay=7))
    seen = foresee(nobody, lambda _: ROSTER, NOON)

    assert [call.step.user_ids for call in seen.calls] == [(DAVE,)]
    assert seen.calls[0].step.reason
    assert minutes(seen.over_at) == 7


def test_a_policy_without_levels_goes_straight_to_the_catch_all_and_ends_there() -> None:
    seen = foresee(policy(loops=3), lambda _: ROSTER, NOON)

    assert [(call.at, call.step.user_ids) for call in seen.calls] == [(NOON, (DAVE,))]
    assert seen.over_at == NOON


def test_whoever_holds_the_schedule_by_then_is_paged() -> None:
    def roster_at(at: datetime) -> Roster:
        holder = ALICE if minutes(at) < 5 else BOB
        return replace(ROSTER, holders={"primary": holder})

    twice = policy(level("primary"), loops=1)

    assert [c.step.user_ids for c in foresee(twice, roster_at, NOON).calls] == [(ALICE,), (BOB,)]


def test_a_round_robin_goes_on_from_its_counter_with_each_loop() -> None:
    roster = replace(ROSTER, ring={ROUND.id: 2})

    assert foreseen(policy(ROUND, loops=2), roster) == [(0, CAROL), (5, ALICE), (10, BOB)]


@pytest.mark.parametrize("roster", [ROSTER, EMPTY], ids=["with holders", "without"])
@pytest.mark.parametrize(
    "climbed",
    [
        THREE_LEVELS,
        policy(level("empty"), level(ALICE), level("empty"), loops=2),
        policy(level("empty", delay=3), loops=2),
        policy(ROUND, level("primary", delay=9), loops=3),
        policy(level("primary", DAVE)),
    ],
)
def test_what_is_foreseen_is_what_happens(climbed: EscalationPolicy, roster: Roster) -> None:
    seen = foresee(climbed, lambda _: roster, NOON)

    assert [(c.at, c.step.user_ids) for c in seen.calls] == [*_happens(climbed, roster)]


def _happens(climbed: EscalationPolicy, roster: Roster) -> Iterator[tuple[datetime, object]]:
    decision, at = begin(new(*climbed.rules, loops=climbed.num_loops), roster), NOON
    while not decision.incident.exhausted:
        yield at, assignees(decision.incident)
        for effect in decision.effects:
            if isinstance(effect, Deal):
                dealt = roster.ring.get(effect.rule_id, 0) + 1
                roster = replace(roster, ring={**roster.ring, effect.rule_id: dealt})
        due = decision.incident.escalate_at
        assert due is not None
        decision, at = ring(decision.incident, "escalate", roster), due
