"""Edits of schedules: the past stays, layers end but never go."""

from datetime import UTC, datetime, time, timedelta
from typing import Any

import pytest
from msgspec.structs import replace

from tocsin.domain.duty.editing import faults_of_layers, revise
from tocsin.domain.duty.rendering import holder_at, render
from tocsin.domain.duty.schedule import Layer, Restriction, Schedule

MONDAY = datetime(2026, 3, 2, 9, tzinfo=UTC)
DAY = timedelta(days=1)


def _layer(id_: str, *people: str, **others: Any) -> Layer:
    fields: dict[str, Any] = {
        "start": MONDAY,
        "rotation_virtual_start": MONDAY,
        "turn_seconds": 86_400,
    } | others
    return Layer(id=id_, name=id_, user_ids=people, **fields)


BEFORE = Schedule(id="P1", name="Night", time_zone="UTC", layers=(_layer("L1", "anna", "ben"),))
NOW = MONDAY + 10 * DAY + timedelta(microseconds=5)


def test_an_edit_leaves_the_past_as_it_was() -> None:
    wished = replace(BEFORE, layers=(_layer("L1", "cleo"),))

    after = revise(BEFORE, wished, NOW)

    assert render(BEFORE, MONDAY, NOW) == render(after, MONDAY, NOW)
    assert holder_at(after, NOW) == "cleo"


def test_a_move_to_another_zone_leaves_the_past_as_it_was() -> None:
    morning = (Restriction(kind="daily", start_time=time(8), duration_seconds=3600),)
    before = replace(BEFORE, layers=(_layer("L1", "anna", restrictions=morning),))

    after = revise(before, replace(before, time_zone="Asia/Tokyo"), NOW)

    assert render(before, MONDAY, NOW) == render(after, MONDAY, NOW)
    assert render(before, NOW, NOW + DAY) != render(after, NOW, NOW + DAY)


def test_a_new_name_leaves_no_trace_in_the_past() -> None:
    after = revise(BEFORE, replace(BEFORE, name="Day"), NOW)

    assert after == replace(BEFORE, name="Day")


def test_a_layer_left_out_ends_at_the_second_and_stays() -> None:
    after = revise(BEFORE, replace(BEFORE, layers=(_layer("L2", "cleo"),)), NOW)

    assert [("L1", NOW.replace(microsecond=0)), ("L2", None)] == [
        (layer.id, layer.end) for layer in after.layers
    ]


def test_a_layer_that_is_over_keeps_its_end_when_left_out() -> None:
    over = replace(BEFORE, layers=(_layer("L1", "anna", end=MONDAY + DAY),))

    after = revise(over, replace(over, layers=()), NOW)

    assert after == over


def test_revisions_stay_in_order_when_clocks_do_not() -> None:
    once = revise(BEFORE, replace(BEFORE, layers=(_layer("L1", "cleo"),)), NOW)

    twice = revise(once, replace(once, layers=(_layer("L1", "dora"),)), NOW - DAY)

    assert [revision.until for revision in twice.past] == [NOW, NOW]


@pytest.mark.parametrize(
    ("fault", "layer"),
    [
        ("Layer 1 must have at least one user.", _layer("L1")),
        (
            "Layer 1 must have turns of 3600 to 31536000 seconds.",
            _layer("L1", "anna", turn_seconds=3599),
        ),
        (
            "Layer 1 must have turns of 3600 to 31536000 seconds.",
            _layer("L1", "anna", turn_seconds=31_536_001),
        ),
    ],
)
def test_a_layer_needs_people_and_sensible_turns(fault: str, layer: Layer) -> None:
    assert [fault] == list(faults_of_layers([layer]))


@pytest.mark.parametrize(
    ("fault", "kind", "day", "duration"),
    [
        (None, "daily", None, 86_399),
        ("has a daily restriction that does not last 1 to 86399 seconds.", "daily", None, 86_400),
        ("has a daily restriction with a start day of the week.", "daily", 1, 3600),
        (None, "weekly", 7, 604_799),
        ("has a weekly restriction that does not last 1 to 604799 seconds.", "weekly", 7, 0),
        (
            "has a weekly restriction without a start day of the week from 1 to 7.",
            "weekly",
            None,
            3600,
        ),
        ("has a weekly restriction without a start day of the week from 1 to 7.", "weekly", 8, 60),
    ],
)
def test_a_restriction_is_daily_or_weekly(
    fault: str | None, kind: Any, day: int | None, duration: int
) -> None:
    restriction = Restriction(
        kind=kind, start_time=time(8), duration_seconds=duration, start_day_of_week=day
    )
    layer = _layer("L1", "anna", restrictions=(restriction,))

    assert ([f"Layer 1 {fault}"] if fault else []) == list(faults_of_layers([layer]))
