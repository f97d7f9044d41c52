"""A key has as many requests a minute as it is given, and no fewer."""

from datetime import UTC, datetime, timedelta

from tocsin.api.rate import RateLimit
from tocsin.config import read_settings

NOON = datetime(2026, 11, 21, 12, tzinfo=UTC)


def test_two_thousand_five_hundred_requests_in_three_minutes_meet_no_limit() -> None:
    rate, limit = RateLimit(), read_settings({}).requests_per_minute

    allowances = [
        rate.spend("K", NOON + timedelta(minutes=3) * n / 2500, per_minute=limit)
        for n in range(2500)
    ]

    assert not any(allowance.is_exceeded for allowance in allowances)


def test_an_empty_bucket_fills_up_again() -> None:
    rate = RateLimit()

    spent = [rate.spend("K", NOON, per_minute=60) for _ in range(61)]

    assert [allowance.is_exceeded for allowance in spent] == [False] * 60 + [True]
    assert (spent[-1].remaining, spent[-1].reset) == (0, 1)
    assert not rate.spend("K", NOON + timedelta(seconds=1), per_minute=60).is_exceeded
    assert rate.spend("K", NOON + timedelta(seconds=1), per_minute=60).is_exceeded


def test_one_key_takes_nothing_from_another() -> None:
    rate = RateLimit()

    rate.spend("K", NOON, per_minute=1)

    assert rate.spend("K", NOON, per_minute=1).is_exceeded
    assert not rate.spend("L", NOON, per_minute=1).is_exceeded


def test_a_clock_that_is_set_back_takes_nothing_away() -> None:
    rate = RateLimit()

    rate.spend("K", NOON, per_minute=2)

    assert not rate.spend("K", NOON - timedelta(hours=1), per_minute=2).is_exceeded


def test_a_limit_that_changes_holds_from_the_next_request_on() -> None:
    rate = RateLimit()

    rate.spend("K", NOON, per_minute=60)
    lowered = rate.spend("K", NOON, per_minute=2)
    raised = rate.spend("K", NOON + timedelta(seconds=1), per_minute=120)

    assert (lowered.limit, lowered.remaining) == (2, 1)
    assert (raised.limit, raised.remaining) == (120, 2)


def test_of_too_many_keys_whoever_asked_least_lately_is_forgotten() -> None:
    rate = RateLimit(most=2)
    for key in ("A", "B", "A", "C"):
        rate.spend(key, NOON, per_minute=60)

    left = [rate.spend(key, NOON, per_minute=60).remaining for key in ("A", "B")]

    assert left == [57, 59]
