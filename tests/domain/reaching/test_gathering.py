"""What a person is told at once in a storm, and what waits for the digest."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from tests.domain.test_account import GOOD
from tocsin.domain.people.user import User
from tocsin.domain.reaching.gathering import Earlier, gathers_until, span_of

NOON = datetime(2026, 11, 21, 12, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


def after(seconds: float) -> datetime:
    return NOON + timedelta(seconds=seconds)


def until(now: float, *earlier: tuple[float, str], classes: Sequence[str] = ("shop",)) -> object:
    told = [Earlier(after(at), (class_,)) for at, class_ in earlier]
    return gathers_until(told, classes, MINUTE, after(now))


def test_the_first_goes_at_once() -> None:
    assert until(0) is None


def test_more_of_the_same_waits_for_the_end_of_the_minute() -> None:
    assert until(1, (0, "shop")) == after(60)
    assert until(59.9, (0, "shop")) == after(60)
    assert until(60, (0, "shop")) is None


def test_a_digest_opens_the_next_minute() -> None:
    assert until(61, (0, "shop"), (60, "shop")) == after(120)
    assert until(119, (0, "shop"), (60, "shop")) == after(120)


def test_the_first_of_another_class_goes_at_once() -> None:
    assert until(1, (0, "shop"), classes=("mail",)) is None
    assert until(1, (0, "shop"), classes=("shop", "mail")) is None
    assert until(20, (0, "shop"), (10, "mail"), classes=("mail",)) == after(60)


def test_classes_of_an_earlier_minute_are_new_again() -> None:
    assert until(61, (0, "mail"), (60, "shop"), classes=("mail",)) is None


def test_the_first_of_each_class_goes_at_once_however_many_there_are() -> None:
    told = [(number, f"service {number}") for number in range(30)]

    assert until(30, *told, classes=("another",)) is None
    assert until(30, *told, classes=("service 7",)) == after(60)


@given(st.lists(st.floats(0, 600), max_size=60))
def test_of_one_class_a_minute_never_brings_two_messages_and_nothing_is_lost(
    arrivals: list[float],
) -> None:
    sent: list[Earlier] = []
    due = sorted(after(at) for at in arrivals)
    told = 0
    while due:
        now = due[0]
        wait = gathers_until(sent, ("shop",), MINUTE, now)
        ready = [at for at in due if at <= now]
        due = due[len(ready) :]
        if wait is None:
            sent.append(Earlier(now, ("shop",)))
            told += len(ready)
        else:
            assert now < wait <= now + MINUTE
            due = sorted(due + [wait] * len(ready))

    assert told == len(arrivals)
    instants = [message.at for message in sent]
    assert all(b - a >= MINUTE for a, b in pairwise(instants))


def test_a_wish_of_ones_own_goes_before_that_of_the_account() -> None:
    ann = User(id="PANN", name="Ann", email="ann@example.com", created_at=NOON)

    spans = [span_of(replace(ann, digest_seconds=wish), GOOD) for wish in (None, 0, 90)]

    assert spans == [60, 0, 90]
