"""Hours of quiet by the wall clock, also in nights in which clocks change."""

from datetime import UTC, datetime

import pytest

from tocsin.domain.people.user import QuietHours
from tocsin.domain.reaching.quiet import NIGHT, quiet_until

VIENNA = "Europe/Vienna"


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("now", "until"),
    [
        ("2026-01-10 20:59", None),
        ("2026-01-10 21:00", "2026-01-11 06:00"),
        ("2026-01-10 23:30", "2026-01-11 06:00"),
        ("2026-01-11 05:59", "2026-01-11 06:00"),
        ("2026-01-11 06:00", None),
        ("2026-03-28 22:00", "2026-03-29 05:00"),  # the clocks go forward in that night
        ("2026-10-24 22:00", "2026-10-25 06:00"),  # and back in this one
    ],
)
def test_a_night_ends_when_the_wall_says_so(now: str, until: str | None) -> None:
    assert quiet_until(NIGHT, at(now), VIENNA) == (at(until) if until else None)


def test_quiet_may_lie_within_a_day() -> None:
    lunch = QuietHours(12 * 60, 13 * 60 + 30)

    assert quiet_until(lunch, at("2026-01-10 12:29"), "UTC") == at("2026-01-10 13:30")
    assert quiet_until(lunch, at("2026-01-10 13:30"), "UTC") is None
    assert quiet_until(lunch, at("2026-01-10 11:59"), "UTC") is None


def test_hours_without_length_are_never_quiet() -> None:
    assert quiet_until(QuietHours(60, 60), at("2026-01-10 01:00"), "UTC") is None


def test_an_end_that_is_leapt_over_counts_as_an_hour_later() -> None:
    until = quiet_until(QuietHours(22 * 60, 2 * 60 + 30), at("2026-03-28 23:00"), VIENNA)

    assert until == at("2026-03-29 01:30")
