"""Timers that were set on an earlier course: they ring in vain."""

from datetime import time

import pytest

from tests.domain.scene import (
    ALICE,
    FIVE,
    NOON,
    ROSTER,
    acknowledged,
    begun,
    new,
    resolved,
    ring,
    timer,
)
from tocsin.domain.intake.service import ScheduledAction, SupportHours
from tocsin.domain.response.command import Annotate, Reassign, WakeKind
from tocsin.domain.response.decide import decide
from tocsin.domain.response.incident import Incident, ServiceRules

HOURS = ServiceRules(
    acknowledgement_timeout=1800,
    auto_resolve_timeout=14400,
    support_hours=SupportHours(
        time_zone="UTC", days_of_week=(1,), start_time=time(9), end_time=time(17)
    ),
    scheduled_actions=(ScheduledAction(at="support_hours_end", to_urgency="low"),),
)
TRIGGERED = begun(new(service=HOURS))
ACKNOWLEDGED = acknowledged(TRIGGERED)
ALL: tuple[WakeKind, ...] = ("escalate", "unacknowledge", "auto_resolve", "urgency_change")


def rings_in_vain(kind: WakeKind, of: Incident, at: Incident) -> bool:
    """Say whether a timer of one incident leaves another one as it is."""
    decision = decide(at, timer(kind, of), NOON + FIVE)
    return (decision.incident, decision.log, decision.effects) == (at, (), ())


@pytest.mark.parametrize("kind", ALL)
def test_a_timer_set_before_a_change_of_course_rings_in_vain(kind: WakeKind) -> None:
    reassigned = decide(TRIGGERED, Reassign(roster=ROSTER, assignees=(ALICE,)), NOON).incident
    for before, after in (
        (TRIGGERED, ACKNOWLEDGED),
        (TRIGGERED, reassigned),
        (TRIGGERED, resolved(TRIGGERED)),
        (ACKNOWLEDGED, acknowledged(ACKNOWLEDGED)),
        (ACKNOWLEDGED, resolved(ACKNOWLEDGED)),
    ):
        assert rings_in_vain(kind, before, after)


@pytest.mark.parametrize("kind", ["escalate", "auto_resolve", "urgency_change"])
def test_a_timer_that_rings_twice_does_so_once_in_vain(kind: WakeKind) -> None:
    assert rings_in_vain(kind, TRIGGERED, ring(TRIGGERED, kind).incident)


def test_an_acknowledgement_runs_out_once() -> None:
    after = ring(ACKNOWLEDGED, "unacknowledge").incident

    assert rings_in_vain("unacknowledge", ACKNOWLEDGED, after)


def test_a_timer_that_is_not_set_rings_in_vain() -> None:
    assert rings_in_vain("unacknowledge", TRIGGERED, TRIGGERED)
    assert rings_in_vain("escalate", ACKNOWLEDGED, ACKNOWLEDGED)


def test_a_note_does_not_stop_the_climb() -> None:
    noted = decide(TRIGGERED, Annotate(content="Looking"), NOON).incident

    assert not rings_in_vain("escalate", TRIGGERED, noted)
