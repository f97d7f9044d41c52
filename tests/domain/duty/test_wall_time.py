"""Wall clocks: readings and instants in every zone over thirty years."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.domain.strategies import (
    FROM,
    TO,
    ZONES,
    at,
    changes,
    comes_again,
    moments,
    restless_zones,
    wall,
    zones,
)
from tocsin.domain.duty.schedule import FOREVER
from tocsin.domain.duty.wall_time import LAST_INSTANT, to_datetime, to_instant, wall_clock

SECOND = timedelta(seconds=1)
MICROSECOND = timedelta(microseconds=1)


def read(zone: str, moment: datetime) -> datetime:
    return to_datetime(wall_clock(zone).reading(to_instant(moment))).replace(tzinfo=None)


def first_showing(zone: str, reading: str | datetime) -> datetime:
    shown = datetime.fromisoformat(reading) if isinstance(reading, str) else reading
    return to_datetime(wall_clock(zone).instant(to_instant(shown.replace(tzinfo=UTC))))


def test_an_instant_survives_the_way_to_microseconds_and_back() -> None:
    moment = at("2025-03-30 01:02:03.456789")

    assert moment == to_datetime(to_instant(moment))
    assert to_datetime(LAST_INSTANT) == FOREVER


def test_a_reading_that_is_skipped_comes_right_after_the_gap() -> None:
    assert at("2025-03-30 01:00") == first_showing("Europe/Berlin", "2025-03-30 02:30")


def test_of_a_reading_that_comes_twice_the_first_passing_counts() -> None:
    assert at("2025-10-26 00:30") == first_showing("Europe/Berlin", "2025-10-26 02:30")


def test_while_an_hour_repeats_itself_the_reading_stands_still() -> None:
    second_passing = at("2025-10-26 01:30")

    assert datetime(2025, 10, 26, 3) - MICROSECOND == read("Europe/Berlin", second_passing)


def test_a_zone_may_change_by_half_an_hour() -> None:
    change = at("2025-04-05 15:00")

    assert datetime(2025, 4, 6, 2) - SECOND == read("Australia/Lord_Howe", change - SECOND)
    assert change + timedelta(minutes=30) == first_showing(
        "Australia/Lord_Howe", "2025-04-06 02:00"
    )


def test_a_day_that_an_island_skipped_begins_on_the_next_day() -> None:
    noon_that_never_was = "2011-12-30 12:00"

    assert at("2011-12-30 10:00") == first_showing("Pacific/Apia", noon_that_never_was)


def test_far_from_our_time_a_zone_keeps_its_nearest_offset() -> None:
    assert at("1850-01-01 12:00") == first_showing("Europe/Berlin", "1850-01-01 13:00")
    assert at("9000-07-01 12:00") == first_showing("Europe/Berlin", "9000-07-01 13:00")


@pytest.mark.slow
def test_in_every_zone_the_clock_reads_right_on_each_second_day_of_thirty_years() -> None:
    days = [FROM + timedelta(days=number) for number in range(0, (TO - FROM).days, 2)]
    instants = [to_instant(day) for day in days]
    for zone in ZONES:
        clock, real = wall_clock(zone), ZoneInfo(zone)
        for day, instant in zip(days, instants, strict=True):
            shown = day.astimezone(real)
            offset = clock.reading(instant) - instant
            assert shown.fold or shown.utcoffset() == MICROSECOND * offset, f"{zone} {day}"


def test_in_every_zone_the_clock_changes_at_the_very_second() -> None:
    for zone in ZONES:
        for change in changes(zone):
            before, after = wall(zone, change - SECOND) + SECOND, wall(zone, change)
            if before < after:
                assert change == first_showing(zone, before) == first_showing(zone, after), zone
            else:
                repeated = before - after
                assert change - repeated == first_showing(zone, after), zone
                assert change + repeated == first_showing(zone, before), zone


@given(data=st.data(), zone=zones)
@settings(deadline=None)
def test_a_reading_is_what_the_wall_shows_if_it_is_new(data: st.DataObject, zone: str) -> None:
    moment = data.draw(moments(zone))

    if comes_again(zone, moment):
        assert wall(zone, moment) < read(zone, moment)
    else:
        assert wall(zone, moment) == read(zone, moment)


@given(data=st.data(), zone=restless_zones)
@settings(deadline=None)
def test_readings_never_run_backwards(data: st.DataObject, zone: str) -> None:
    clock = wall_clock(zone)
    earlier, later = sorted(to_instant(data.draw(moments(zone))) for _ in range(2))

    assert clock.reading(earlier) <= clock.reading(later)
    assert clock.instant(clock.reading(earlier)) <= earlier
    assert clock.instant(earlier) <= clock.instant(later)
    assert clock.reading(clock.instant(earlier)) >= earlier
