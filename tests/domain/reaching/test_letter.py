"""Letters: what they say, and for how long they are tried."""

from datetime import UTC, datetime, timedelta

import pytest

from tocsin.domain.intake.event import Link
from tocsin.domain.reaching import letter
from tocsin.domain.reaching.letter import Letter, Words, next_try

NOON = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
HOUSE = "https://oncall.example.com"
INVITATION = letter.invitation(
    inviter="Ann", email="ben@example.com", house=HOUSE, href=f"{HOUSE}/invitation/x"
)
RESET = letter.reset(email="ben@example.com", house=HOUSE, href=f"{HOUSE}/password/reset/x")


def to_ben(words: Words) -> Letter:
    return Letter(
        id="Q1",
        at=NOON,
        sender="oncall@example.com",
        recipient="Ben",
        address="ben@example.com",
        words=words,
    )


@pytest.mark.parametrize(
    ("attempts", "minutes"), [(1, 1), (2, 2), (3, 4), (6, 32), (7, 60), (8, 60), (10_000, 60)]
)
def test_the_pause_doubles_up_to_an_hour(attempts: int, minutes: int) -> None:
    at = next_try(to_ben(INVITATION), attempts=attempts, now=NOON)

    assert at == NOON + timedelta(minutes=minutes)


def test_what_the_other_side_asks_for_is_respected() -> None:
    at = next_try(to_ben(INVITATION), attempts=1, now=NOON, wait_seconds=300)

    assert at == NOON + timedelta(minutes=5)


@pytest.mark.parametrize(("words", "hours"), [(INVITATION, 24), (RESET, 1)])
def test_it_is_given_up_after_a_day_or_when_its_link_is_too_old(words: Words, hours: int) -> None:
    end = NOON + timedelta(hours=hours)

    assert next_try(to_ben(words), attempts=1, now=end - timedelta(minutes=1)) == end
    assert next_try(to_ben(words), attempts=1, now=end - timedelta(seconds=59)) is None


def test_every_letter_names_the_house_and_the_account_that_it_is_about() -> None:
    changed = letter.password_changed(email="ben@example.com", house=HOUSE, address="192.0.2.1")

    for words in (INVITATION, RESET, changed):
        told = " ".join(words.sentences)
        assert HOUSE in told
        assert "ben@example.com" in told
        assert words.link is not None


def test_whom_nothing_would_wake_is_told_what_to_do() -> None:
    words = letter.cannot_be_woken(
        since="now", posts="Primary", why="there is only mail", href=f"{HOUSE}/users/P1"
    )

    assert words.sentences[0] == (
        "You are on call now for Primary, and no page of high urgency would wake you:"
        " there is only mail."
    )
    assert words.link == Link(f"{HOUSE}/users/P1", "Add a way to be reached")
