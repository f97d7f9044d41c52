"""Whose shift begins or ends soon enough to be told of it, over nights in which clocks change."""

from datetime import datetime, timedelta
from typing import Any

import pytest

from tests.domain.strategies import a_layer, a_schedule, at
from tocsin.domain.duty.schedule import Schedule
from tocsin.domain.reaching.handoff import HandoffRule, HandoffType, Turning, turnings

MONDAY = at("2025-06-02 00:00")
HOUR = timedelta(hours=1)


def rule(type_: HandoffType = "both", advance: int = 60) -> HandoffRule:
    return HandoffRule(
        id="R",
        user_id="ALICE",
        contact_method_id="M",
        handoff_type=type_,
        advance_minutes=advance,
        created_at=MONDAY,
    )


def told(now: datetime, schedule: Schedule | None = None, **given: Any) -> list[Turning]:
    usual = a_schedule(a_layer(MONDAY, "ALICE", "BOB"))
    return list(turnings(schedule or usual, rule(**given), now))


def begins(at: datetime) -> Turning:
    return Turning(at=at, begins=True)


def ends(at: datetime) -> Turning:
    return Turning(at=at, begins=False)


def test_a_shift_is_told_as_long_before_as_is_wanted() -> None:
    tuesday, wednesday = MONDAY + timedelta(days=1), MONDAY + timedelta(days=2)

    assert told(tuesday - HOUR - timedelta(seconds=1)) == []
    assert told(tuesday - HOUR) == [ends(tuesday)]
    assert told(wednesday - HOUR) == [begins(wednesday)]
    assert told(wednesday) == [begins(wednesday)]
    assert told(wednesday + timedelta(minutes=9)) == [begins(wednesday)]
    assert told(wednesday + timedelta(minutes=10)) == []


@pytest.mark.parametrize(("type_", "count"), [("both", 2), ("oncall", 1), ("offcall", 1)])
def test_only_what_is_wanted_is_told(type_: HandoffType, count: int) -> None:
    found = told(MONDAY + timedelta(hours=23, minutes=30), type_=type_, advance=25 * 60)

    assert len(found) == count


def test_a_shift_without_end_never_ends() -> None:
    alone = a_schedule(a_layer(MONDAY, "ALICE"))

    assert told(MONDAY - HOUR, alone) == [begins(MONDAY)]
    assert told(MONDAY + timedelta(days=400), alone) == []


def test_shifts_of_others_are_not_told() -> None:
    assert told(MONDAY - HOUR, a_schedule(a_layer(MONDAY, "BOB"))) == []


def test_a_night_with_an_hour_more_is_told_by_the_wall() -> None:
    sunday = at("2025-10-25 22:00")  # midnight in Vienna, before the clocks go back
    schedule = a_schedule(a_layer(sunday, "BOB", "ALICE"), zone="Europe/Vienna")

    [turning] = told(sunday + 24 * HOUR, schedule)

    assert turning == begins(sunday + 25 * HOUR)
