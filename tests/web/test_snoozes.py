"""Snoozes: an hour, four, or the rest of the night, also when clocks are moved."""

from datetime import UTC, datetime, timedelta

import pytest

from tocsin.web.response.snoozes import length, next_morning, snoozes

VIENNA = "Europe/Vienna"


def utc(day: int, hour: int, minute: int = 0) -> datetime:
    """Return an instant of March 2026."""
    return datetime(2026, 3, day, hour, minute, tzinfo=UTC)


@pytest.mark.parametrize(
    ("now", "morning"),
    [
        (utc(2, 2), utc(2, 7)),
        (utc(2, 6), utc(2, 7)),
        (utc(2, 6, 1), utc(3, 7)),
        (utc(2, 21), utc(3, 7)),
        (utc(28, 21), utc(29, 6)),  # summer time begins in that night
    ],
)
def test_the_night_ends_at_eight_of_ones_own_clock(now: datetime, morning: datetime) -> None:
    assert next_morning(now, VIENNA) == morning
    assert length("morning", now, VIENNA) == morning - now


def test_each_choice_says_how_long_it_lasts() -> None:
    assert [label for _, label, _ in snoozes(utc(2, 2), VIENNA)] == [
        "1 hour",
        "4 hours",
        "Until 08:00",
    ]
    assert [told for _, _, told in snoozes(utc(2, 21), VIENNA)][-1] == "until Tue 3 Mar 08:00"
    assert length("four", utc(2, 2), VIENNA) == timedelta(hours=4)


def test_there_is_no_other_choice() -> None:
    assert length("for ever", utc(2, 2), VIENNA) is None
