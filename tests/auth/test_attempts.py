"""Guessers wait longer each time; nobody else does."""

from datetime import UTC, datetime, timedelta

import pytest

from tocsin.auth.attempts import Attempts

NOON = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
NOTHING = timedelta()
ANN, HOME, AWAY = "ann@example.com", "192.0.2.1", "198.51.100.9"


def test_the_wait_doubles_up_to_a_quarter_of_an_hour() -> None:
    attempts, now, waits = Attempts(), NOON, []
    for _ in range(16):
        if wait := attempts.begin(ANN, HOME, now):
            waits.append(int(wait.total_seconds()))
            now += wait
            assert attempts.begin(ANN, HOME, now) == NOTHING

    assert waits == [2, 4, 8, 16, 32, 64, 128, 256, 512, 900, 900]


def test_what_must_wait_is_not_counted() -> None:
    attempts = Attempts()
    waits = [attempts.begin(ANN, HOME, NOON) for _ in range(9)]

    assert waits == [NOTHING] * 5 + [timedelta(seconds=2)] * 4


def test_whoever_succeeds_begins_anew() -> None:
    attempts = Attempts()
    for _ in range(4):
        attempts.begin(ANN, HOME, NOON)
    attempts.forgive(ANN, HOME)

    assert [attempts.begin(ANN, HOME, NOON) for _ in range(5)] == [NOTHING] * 5


def test_one_address_cannot_try_everybody() -> None:
    attempts = Attempts()
    waits = [attempts.begin(f"{n}@example.com", HOME, NOON) for n in range(51)]

    assert waits == [NOTHING] * 50 + [timedelta(seconds=2)]
    assert attempts.begin(ANN, AWAY, NOON) == NOTHING


def test_an_account_of_ones_own_does_not_buy_more_guesses_at_others() -> None:
    attempts = Attempts()
    for n in range(50):
        attempts.begin(f"{n}@example.com", HOME, NOON)
        attempts.begin("mallory@example.com", AWAY, NOON)
        attempts.forgive("mallory@example.com", AWAY)
    attempts.forgive("0@example.com", HOME)

    assert attempts.begin(ANN, HOME, NOON) == NOTHING
    assert attempts.begin(ANN, HOME, NOON) > NOTHING
    assert attempts.begin(ANN, AWAY, NOON) == NOTHING


def test_many_addresses_cannot_lock_a_person_out_for_longer_than_a_minute() -> None:
    attempts = Attempts()
    now = NOON
    for n in range(80):
        now += attempts.begin(ANN, f"203.0.113.{n}", now)

    assert attempts.begin(ANN, HOME, now) <= timedelta(minutes=1)


def test_a_day_later_all_is_forgotten() -> None:
    attempts = Attempts()
    for _ in range(6):
        attempts.begin(ANN, HOME, NOON)
    tomorrow = NOON + timedelta(days=1)

    assert [attempts.begin(ANN, HOME, tomorrow) for _ in range(5)] == [NOTHING] * 5


def test_what_is_remembered_has_an_end() -> None:
    attempts = Attempts(most=12)
    for _ in range(6):
        attempts.begin(ANN, HOME, NOON)
    for n in range(6):
        attempts.begin(f"{n}@example.com", f"203.0.113.{n}", NOON)

    assert attempts.begin(ANN, HOME, NOON) == NOTHING


def test_what_is_tried_at_one_place_does_not_count_at_another() -> None:
    attempts = Attempts()
    for _ in range(5):
        attempts.begin(ANN, HOME, NOON, at="forgotten")

    assert attempts.begin(ANN, HOME, NOON, at="forgotten") > NOTHING
    assert attempts.begin(ANN, HOME, NOON) == NOTHING
    attempts.forgive(ANN, HOME, at="forgotten")
    assert attempts.begin(ANN, HOME, NOON, at="forgotten") == NOTHING


@pytest.mark.parametrize(
    ("first", "other", "is_same"),
    [
        ("2001:db8:1:2::1", "2001:db8:1:2:ffff::9", True),
        ("2001:db8:1:2::1", "2001:db8:1:3::1", False),
        ("::ffff:192.0.2.1", "192.0.2.1", True),
        ("192.0.2.1", "192.0.2.2", False),
        ("fe80::1%eth0", "fe80::2", True),
        ("unknown", "unknown", True),
    ],
)
def test_a_guesser_is_one_however_many_addresses_their_network_has(
    first: str, other: str, *, is_same: bool
) -> None:
    attempts = Attempts()
    for _ in range(5):
        attempts.begin(ANN, first, NOON)

    assert (attempts.begin(ANN, other, NOON) > NOTHING) == is_same
