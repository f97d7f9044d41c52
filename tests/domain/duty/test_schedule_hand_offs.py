"""Hand-offs and restrictions: they keep their wall time when clocks change."""

from datetime import datetime

import pytest

from tests.domain.strategies import (
    DAY,
    HOUR,
    WEEK,
    a_layer,
    a_schedule,
    a_shift,
    at,
    daily,
    weekly,
)
from tocsin.domain.duty.rendering import render
from tocsin.domain.duty.schedule import Restriction, Schedule


def hand_offs(schedule: Schedule, since: datetime, until: datetime) -> list[datetime]:
    return [shift.start for shift in render(schedule, since, until)[1:]]


@pytest.mark.parametrize(
    ("zone", "begun", "since", "until", "expected"),
    [
        pytest.param(
            "Europe/Berlin",
            "2025-03-01 09:00",
            "2025-03-28 12:00",
            "2025-04-01 00:00",
            ["2025-03-29 08:00", "2025-03-30 07:00", "2025-03-31 07:00"],
            id="Berlin in spring",
        ),
        pytest.param(
            "Europe/Berlin",
            "2025-03-01 09:00",
            "2025-10-24 12:00",
            "2025-10-28 00:00",
            ["2025-10-25 07:00", "2025-10-26 08:00", "2025-10-27 08:00"],
            id="Berlin in autumn",
        ),
        pytest.param(
            "Europe/Berlin",
            "2025-03-01 02:30",
            "2025-03-28 12:00",
            "2025-04-01 00:00",
            ["2025-03-29 01:30", "2025-03-30 01:00", "2025-03-31 00:30"],
            id="Berlin, in the hour that is skipped",
        ),
        pytest.param(
            "Europe/Berlin",
            "2025-03-01 02:30",
            "2025-10-24 12:00",
            "2025-10-28 00:00",
            ["2025-10-25 00:30", "2025-10-26 00:30", "2025-10-27 01:30"],
            id="Berlin, in the hour that comes twice",
        ),
        pytest.param(
            "Australia/Lord_Howe",
            "2025-03-01 09:00",
            "2025-04-03 23:00",
            "2025-04-07 12:00",
            ["2025-04-04 22:00", "2025-04-05 22:30", "2025-04-06 22:30"],
            id="Lord Howe, which changes by half an hour",
        ),
        pytest.param(
            "Asia/Kathmandu",
            "2025-03-01 09:00",
            "2025-06-01 12:00",
            "2025-06-04 00:00",
            ["2025-06-02 03:15", "2025-06-03 03:15"],
            id="Kathmandu, three quarters past the hour",
        ),
        pytest.param(
            "UTC",
            "2025-03-01 09:00",
            "2025-03-29 12:00",
            "2025-04-01 00:00",
            ["2025-03-30 09:00", "2025-03-31 09:00"],
            id="UTC, which never changes",
        ),
        pytest.param(
            "Pacific/Apia",
            "2011-12-01 09:00",
            "2011-12-29 00:00",
            "2012-01-01 00:00",
            ["2011-12-29 19:00", "2011-12-30 10:00", "2011-12-30 19:00", "2011-12-31 19:00"],
            id="Apia, where the 30th of December was skipped",
        ),
    ],
)
def test_daily_turns_change_hands_at_the_same_wall_time(
    zone: str, begun: str, since: str, until: str, expected: list[str]
) -> None:
    schedule = a_schedule(a_layer(at(begun, zone), "ALICE", "BOB", "CAROL"), zone=zone)

    assert [at(text) for text in expected] == hand_offs(schedule, at(since), at(until))


def test_weekly_turns_in_new_york_change_hands_on_monday_at_nine_all_year() -> None:
    layer = a_layer(at("2025-01-06 09:00", "America/New_York"), "ALICE", "BOB", turn=WEEK)
    schedule = a_schedule(layer, zone="America/New_York")

    assert [
        at(f"{monday} 09:00", "America/New_York")
        for monday in ("2025-03-03", "2025-03-10", "2025-03-17")
    ] == hand_offs(schedule, at("2025-03-01 00:00"), at("2025-03-20 00:00"))
    assert [at("2025-11-03 14:00")] == hand_offs(
        schedule, at("2025-11-01 00:00"), at("2025-11-08 00:00")
    )


def test_turns_of_half_a_day_keep_their_wall_time_too() -> None:
    layer = a_layer(at("2025-03-01 08:00", "Europe/Berlin"), "ALICE", "BOB", turn=DAY // 2)
    schedule = a_schedule(layer, zone="Europe/Berlin")

    assert [at(text) for text in ("2025-03-29 19:00", "2025-03-30 06:00", "2025-03-30 18:00")] == (
        hand_offs(schedule, at("2025-03-29 12:00"), at("2025-03-31 00:00"))
    )


def test_an_hourly_turn_in_the_skipped_hour_is_lost_to_its_holder() -> None:
    layer = a_layer(at("2025-03-30 00:00"), "ALICE", "BOB", "CAROL", turn=HOUR)
    schedule = a_schedule(layer, zone="Europe/Berlin")

    assert (
        a_shift("ALICE", at("2025-03-30 00:00"), at("2025-03-30 01:00")),
        a_shift("CAROL", at("2025-03-30 01:00"), at("2025-03-30 02:00")),
    ) == render(schedule, at("2025-03-30 00:00"), at("2025-03-30 02:00"))


def test_an_hourly_turn_before_the_clocks_go_back_lasts_two_hours() -> None:
    layer = a_layer(at("2025-10-26 00:00"), "ALICE", "BOB", turn=HOUR)
    schedule = a_schedule(layer, zone="Europe/Berlin")

    assert (
        a_shift("ALICE", at("2025-10-26 00:00"), at("2025-10-26 02:00")),
        a_shift("BOB", at("2025-10-26 02:00"), at("2025-10-26 03:00")),
    ) == render(schedule, at("2025-10-26 00:00"), at("2025-10-26 03:00"))


@pytest.mark.parametrize(
    ("restriction", "expected"),
    [
        pytest.param(
            (daily("09:00", 8),),
            [("02 09:00", "02 17:00"), ("03 09:00", "03 17:00")],
            id="in office hours",
        ),
        pytest.param(
            (daily("22:00", 8),),
            [("02 00:00", "02 06:00"), ("02 22:00", "03 06:00"), ("03 22:00", "04 00:00")],
            id="across midnight",
        ),
        pytest.param(
            (daily("09:00", 3), daily("14:00", 3)),
            [
                ("02 09:00", "02 12:00"),
                ("02 14:00", "02 17:00"),
                ("03 09:00", "03 12:00"),
                ("03 14:00", "03 17:00"),
            ],
            id="with a break",
        ),
        pytest.param(
            (daily("09:00", 5), daily("12:00", 5)),
            [("02 09:00", "02 17:00"), ("03 09:00", "03 17:00")],
            id="in hours that overlap",
        ),
        pytest.param(
            (weekly(1, "06:30", 24), daily("10:00", 1)),
            [("02 06:30", "03 06:30"), ("03 10:00", "03 11:00")],
            id="on Monday, and by the day",
        ),
        pytest.param(
            (weekly(7, "22:00", 10),), [("02 00:00", "02 08:00")], id="across the end of the week"
        ),
        pytest.param(
            (weekly(2, "00:00", 167),),
            [("02 00:00", "02 23:00"), ("03 00:00", "04 00:00")],
            id="all week but an hour",
        ),
    ],
)
def test_a_restricted_layer_counts(
    restriction: tuple[Restriction, ...], expected: list[tuple[str, str]]
) -> None:
    layer = a_layer(at("2025-01-01 00:00"), "ALICE", restrictions=restriction)

    assert tuple(
        a_shift("ALICE", at(f"2025-06-{start}"), at(f"2025-06-{end}")) for start, end in expected
    ) == render(a_schedule(layer), at("2025-06-02 00:00"), at("2025-06-04 00:00"))


def test_a_restriction_keeps_its_wall_time_when_clocks_change() -> None:
    layer = a_layer(at("2025-01-01 00:00"), "ALICE", restrictions=(daily("22:00", 8),))
    schedule = a_schedule(layer, zone="Europe/Berlin")

    assert (
        a_shift("ALICE", at("2025-03-29 21:00"), at("2025-03-30 04:00")),
        a_shift("ALICE", at("2025-03-30 20:00"), at("2025-03-31 04:00")),
    ) == render(schedule, at("2025-03-29 12:00"), at("2025-03-31 12:00"))


def test_a_restriction_to_the_hour_that_is_skipped_does_not_open_that_day() -> None:
    layer = a_layer(at("2025-01-01 00:00"), "ALICE", restrictions=(daily("02:00", 1),))
    schedule = a_schedule(layer, zone="Europe/Berlin")

    assert render(schedule, at("2025-03-29 12:00"), at("2025-03-30 12:00")) == ()


def test_a_restriction_that_ends_in_the_hour_that_comes_twice_does_not_open_again() -> None:
    layer = a_layer(at("2025-01-01 00:00"), "ALICE", restrictions=(daily("22:00", 4.5),))
    schedule = a_schedule(layer, zone="Europe/Berlin")

    assert (a_shift("ALICE", at("2025-10-25 20:00"), at("2025-10-26 00:30")),) == render(
        schedule, at("2025-10-25 12:00"), at("2025-10-26 12:00")
    )
