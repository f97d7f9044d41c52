"""A key has as many requests a minute as it is given, and no fewer."""

from datetime import UTC, datetime, timedelta

from tocsin.api.rate import RateLimit

NOON = datetime(2026, 11, 21, 12, tzinfo=UTC)


def test_two_thousand_five_hundred_requests_in_three_minutes_meet_no_limit() -> None:
    rate = RateLimit()

    allowances = [rate.spend("K", NOON + timedelta(minutes=3) * n / 2500) for n in range(2500)]

    assert not any(allowance.is_exceeded for allowance in allowances)


def test_an_empty_bucket_fills_up_again() -> None:
    rate = RateLimit(per_minute=60)

    spent = [rate.spend("K", NOON) for _ in range(61)]

    assert [allowance.is_exceeded for allowance in spent] == [False] * 60 + [True]
    assert (spent[-1].remaining, spent[-1].reset) == (0, 1)
    assert not rate.spend("K", NOON + timedelta(seconds=1)).is_exceeded
    assert rate.spend("K", NOON + timedelta(seconds=1)).is_exceeded


def test_one_key_takes_nothing_from_another() -> None:
    rate = RateLimit(per_minute=1)

    rate.spend("K", NOON)

    assert rate.spend("K", NOON).is_exceeded
    assert not rate.spend("L", NOON).is_exceeded


def test_a_clock_that_is_set_back_takes_nothing_away() -> None:
    rate = RateLimit(per_minute=2)

    rate.spend("K", NOON)

    assert not rate.spend("K", NOON - timedelta(hours=1)).is_exceeded
