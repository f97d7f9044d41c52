"""Analytics: hours of the week, nights on which clocks are moved, and times cut into days."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.domain.strategies import at
from tocsin.domain.analytics import (
    MOST_BARS,
    Bar,
    Cell,
    Interruptions,
    Span,
    Stretch,
    bars,
    before,
    by_hour,
    by_person,
    is_business,
    is_night,
    is_sleep,
    is_weekend,
    starts,
    stretches,
    tally,
    unit_of,
)

VIENNA = "Europe/Vienna"
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
FRIDAY, SATURDAY, SUNDAY = 5, 6, 7


def span(since: str, until: str, zone: str = VIENNA) -> Span:
    return Span(at(since), at(until), zone)


def test_night_is_from_ten_in_the_evening_until_six() -> None:
    assert sorted(
        (hour for hour in range(24) if is_night(hour)), key=lambda hour: (hour - 22) % 24
    ) == [22, 23, 0, 1, 2, 3, 4, 5]


def test_sleep_hours_last_until_eight() -> None:
    assert {22, 23, 0, 1, 2, 3, 4, 5, 6, 7} == {hour for hour in range(24) if is_sleep(hour)}


def test_business_hours_are_from_eight_to_six_on_five_days() -> None:
    hours = {(day, hour) for day in range(1, 8) for hour in range(24) if is_business(day, hour)}

    assert {(day, hour) for day in range(1, 6) for hour in range(8, 18)} == hours


def test_the_weekend_has_two_days() -> None:
    assert [day for day in range(1, 8) if is_weekend(day)] == [SATURDAY, SUNDAY]


def test_a_night_of_a_weekend_counts_in_both() -> None:
    expected = Interruptions(
        total_notifications=3,
        total_interruptions=2,
        total_sleep_hour_interruptions=2,
        total_night_interruptions=2,
        total_weekend_interruptions=2,
    )

    assert expected == tally([Cell("ann", SATURDAY, 23, 3, 2)])


@pytest.mark.parametrize(
    ("weekday", "hour", "kind"),
    [
        (FRIDAY, 7, "sleep"),
        (FRIDAY, 8, "business"),
        (FRIDAY, 17, "business"),
        (FRIDAY, 18, "off"),
        (FRIDAY, 21, "off"),
        (FRIDAY, 22, "sleep"),
        (SATURDAY, 12, "off"),
        (SUNDAY, 7, "sleep"),
    ],
)
def test_each_hour_of_the_week_is_of_one_kind(weekday: int, hour: int, kind: str) -> None:
    counted = tally([Cell("ann", weekday, hour, 1, 1)])

    assert getattr(counted, f"total_{kind}_hour_interruptions") == 1


CELLS = st.lists(
    st.builds(
        Cell,
        st.sampled_from(["ann", "ben"]),
        st.integers(1, 7),
        st.integers(0, 23),
        st.integers(0, 9),
        st.integers(0, 9),
    )
)


@given(CELLS)
def test_business_off_and_sleep_hours_together_are_all(cells: list[Cell]) -> None:
    all_ = tally(cells)

    assert all_.total_interruptions == (
        all_.total_business_hour_interruptions
        + all_.total_off_hour_interruptions
        + all_.total_sleep_hour_interruptions
    )
    assert all_.total_night_interruptions <= all_.total_sleep_hour_interruptions


@given(CELLS)
def test_people_and_hours_add_up_to_the_same(cells: list[Cell]) -> None:
    total = tally(cells).total_interruptions

    assert total == sum(by_hour(cells))
    assert total == sum(theirs.total_interruptions for theirs in by_person(cells).values())


def test_interruptions_are_told_by_person_and_by_hour() -> None:
    cells = [Cell("ann", 1, 3, 2, 1), Cell("ann", 2, 3, 1, 1), Cell("ben", 1, 9, 1, 1)]

    assert {who: theirs.total_interruptions for who, theirs in by_person(cells).items()} == {
        "ann": 2,
        "ben": 1,
    }
    assert (by_hour(cells)[3], by_hour(cells)[9]) == (2, 1)


def test_days_begin_at_midnight_of_the_zone() -> None:
    days = starts(span("2026-03-02 23:00", "2026-03-05 23:00"), "day")

    assert (at("2026-03-02 23:00"), at("2026-03-03 23:00"), at("2026-03-04 23:00")) == days


def test_the_first_day_is_cut_when_a_time_begins_within_it() -> None:
    days = starts(span("2026-03-02 12:00", "2026-03-03 12:00"), "day")

    assert (at("2026-03-02 12:00"), at("2026-03-02 23:00")) == days


def test_a_day_on_which_clocks_are_set_forward_has_23_hours() -> None:
    first, second = starts(span("2026-03-28 23:00", "2026-03-30 22:00"), "day")

    assert second - first == 23 * HOUR


def test_a_day_on_which_clocks_are_set_back_has_25_hours() -> None:
    first, second = starts(span("2026-10-24 22:00", "2026-10-26 23:00"), "day")

    assert second - first == 25 * HOUR


def test_weeks_begin_on_monday() -> None:
    weeks = starts(span("2026-03-03 23:00", "2026-03-16 23:00"), "week")

    assert (at("2026-03-03 23:00"), at("2026-03-08 23:00"), at("2026-03-15 23:00")) == weeks


def test_the_time_before_has_as_many_days_though_clocks_are_moved() -> None:
    week = span("2026-03-29 22:00", "2026-04-05 22:00")

    assert span("2026-03-22 23:00", "2026-03-29 22:00") == before(week, week.until)


def test_of_a_week_that_is_not_over_only_as_much_of_the_one_before_is_told() -> None:
    week = span("2026-03-08 23:00", "2026-03-15 23:00")

    assert span("2026-03-01 23:00", "2026-03-04 12:00") == before(week, at("2026-03-11 12:00"))


def test_of_a_week_to_come_nothing_of_the_one_before_is_told() -> None:
    week = span("2026-03-08 23:00", "2026-03-15 23:00")

    assert span("2026-03-01 23:00", "2026-03-01 23:00") == before(week, at("2026-01-01 00:00"))


def test_a_quarter_has_bars_of_days_and_a_year_of_weeks() -> None:
    since = at("2026-01-01 00:00")
    most, more = (Span(since, since + DAY * days, "UTC") for days in (MOST_BARS, MOST_BARS + 1))

    assert (unit_of(most, MOST_BARS), unit_of(more, MOST_BARS)) == ("day", "week")


def test_a_bar_stands_also_where_nothing_happened() -> None:
    monday, tuesday = at("2026-03-02 00:00"), at("2026-03-03 00:00")

    assert (Bar(start=monday), Bar(start=tuesday, high=2, low=1)) == bars(
        (monday, tuesday), [(2, "high", 2), (2, "low", 1)]
    )


def test_a_time_is_cut_where_clocks_are_set() -> None:
    since, change, until = at("2026-03-01 00:00"), at("2026-03-29 01:00"), at("2026-04-01 00:00")

    assert [
        Stretch(zone=VIENNA, start=since, end=change, offset=HOUR),
        Stretch(zone=VIENNA, start=change, end=until, offset=2 * HOUR),
    ] == list(stretches(VIENNA, since, until))


def test_a_zone_that_never_changes_is_one_stretch() -> None:
    since, until = at("2026-03-01 00:00"), at("2026-04-01 00:00")
    [stretch] = stretches("Asia/Kolkata", since, until)

    assert (since, until, 5.5 * HOUR) == (stretch.start, stretch.end, stretch.offset)


@given(
    st.sampled_from([VIENNA, "America/New_York", "Australia/Lord_Howe", "Asia/Kolkata", "UTC"]),
    st.datetimes(datetime(2020, 1, 1), datetime(2030, 1, 1), timezones=st.just(UTC)),
    st.integers(1, 400),
)
def test_stretches_follow_each_other_without_a_gap(zone: str, since: datetime, days: int) -> None:
    found = list(stretches(zone, since, since + days * DAY))

    assert [since, *(one.end for one in found[:-1])] == [one.start for one in found]
    assert since + days * DAY == found[-1].end
