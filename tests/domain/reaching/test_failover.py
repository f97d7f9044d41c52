"""What follows when a message does not get through."""

from datetime import timedelta

import pytest
from msgspec import to_builtins
from msgspec.structs import replace

from tests.domain.scene import ALICE, BOB, FIVE, NOON, acknowledged, begun, ring
from tocsin.domain.people.user import ContactMethod
from tocsin.domain.reaching.channel import Delivery
from tocsin.domain.reaching.failover import (
    LOGIN,
    Trail,
    Turn,
    Way,
    is_left_alone,
    is_news,
    next_way,
    trail_of,
    turn,
)
from tocsin.domain.reaching.hearing import ReceiptState

LATER = Delivery(ok=False, detail="503", retry=True)
NEVER = Delivery(ok=False, detail="unknown number")
MACHINE = Delivery(ok=False, detail="a machine", retry=True, is_unproven=True)
SECOND = timedelta(seconds=1)
FRESH = Trail()


def after(
    delivery: Delivery, *, trail: Trail = FRESH, others: bool = False, seconds: float = 0
) -> Turn:
    """Return what follows a failure so many seconds after the page was planned."""
    return turn(
        trail,
        delivery,
        provider_id="ONE",
        has_others=others,
        since=NOON,
        now=NOON + seconds * SECOND,
    )


@pytest.mark.parametrize("delivery", [LATER, NEVER])
def test_the_next_provider_is_asked_at_once(delivery: Delivery) -> None:
    follows = after(delivery, others=True)

    assert follows.at == NOON
    assert follows.again is not None
    assert follows.again.providers == ("ONE",)
    assert not follows.another_way


def test_after_the_last_provider_whoever_may_do_better_is_asked_again_later() -> None:
    follows = after(NEVER, trail=Trail(providers=("TWO",), may_do_better=True))

    assert follows.at == NOON + 5 * SECOND
    assert follows.again == Trail(since=NOON, tries=1, rounds=1)


def test_without_hope_another_way_is_tried_at_once() -> None:
    assert after(NEVER, trail=Trail(providers=("TWO",))) == Turn(another_way=True)


@pytest.mark.parametrize(("rounds", "wait"), [(0, 5), (1, 10), (2, 20), (3, 40), (4, 60), (9, 60)])
def test_rounds_come_less_and_less_often(rounds: int, wait: int) -> None:
    follows = after(LATER, trail=Trail(rounds=rounds), seconds=90)

    assert follows.at == NOON + (90 + wait) * SECOND


def test_a_round_comes_early_so_that_a_minute_is_a_minute() -> None:
    follows = after(LATER, trail=Trail(rounds=3), seconds=35)

    assert follows.at == NOON + 60 * SECOND
    assert not follows.another_way


def test_who_asks_for_more_patience_than_that_gets_it_while_another_way_is_tried() -> None:
    follows = after(replace(LATER, wait_seconds=300))

    assert follows.at == NOON + FIVE
    assert follows.another_way


@pytest.mark.parametrize(
    ("others", "seconds", "widens"),
    [(True, 60, False), (True, 61, True), (False, 59, False), (False, 60, True)],
)
def test_what_lasts_for_a_minute_goes_another_way_as_well_and_goes_on(
    others: bool, seconds: int, widens: bool
) -> None:
    follows = after(LATER, others=others, seconds=seconds)

    assert follows.another_way is widens
    assert follows.again is not None
    assert follows.again.is_widened is widens


def test_it_goes_another_way_only_once() -> None:
    widened = Trail(is_widened=True)

    assert not after(LATER, trail=widened, seconds=90).another_way
    assert after(LATER, trail=widened, seconds=3600) == Turn()


def test_after_an_hour_another_way_takes_over() -> None:
    assert after(LATER, seconds=3595).again is not None
    assert after(LATER, seconds=3596) == Turn(another_way=True)


@pytest.mark.parametrize("others", [True, False])
def test_what_a_machine_may_have_taken_goes_another_way_at_once_and_is_tried_again(
    others: bool,
) -> None:
    follows = after(MACHINE, others=others, seconds=30)

    assert follows.another_way
    assert follows.at == NOON + 90 * SECOND
    assert follows.again == Trail(since=NOON, tries=1, rounds=1, is_widened=True)


def test_what_a_machine_may_have_taken_goes_another_way_once_and_is_tried_three_times() -> None:
    second = after(MACHINE, trail=Trail(rounds=1, is_widened=True))

    assert (second.again is None, second.another_way) == (False, False)
    assert after(MACHINE, trail=Trail(rounds=2, is_widened=True)) == Turn()
    assert after(MACHINE, trail=Trail(rounds=2)) == Turn(another_way=True)


def test_a_trail_is_carried_with_the_work() -> None:
    trail = Trail(since=NOON, tried=("A",), providers=("B",), rounds=2)

    assert trail_of(to_builtins(trail)) == trail
    assert trail_of(None) == Trail()


def test_the_login_address_is_the_last_way_of_whoever_has_no_email() -> None:
    sms = ContactMethod(id="SMS", user_id=ALICE, kind="sms", label="", address="1", created_at=NOON)

    assert next_way((), {"SMS": sms}, ()) == Way("sms", "SMS")
    assert next_way((), {"SMS": sms}, ("SMS",)) == Way("email", None)
    assert next_way((), {"SMS": sms}, ("SMS", LOGIN)) is None


@pytest.mark.parametrize(
    ("known", "told", "news"),
    [
        (None, "accepted", True),
        ("accepted", "sent", True),
        ("sent", "delivered", True),
        ("delivered", "read", True),
        ("accepted", "failed", True),
        ("failed", "delivered", True),
        ("failed", "sent", False),
        ("failed", "failed", False),
        ("delivered", "failed", False),
        ("read", "delivered", False),
    ],
)
def test_a_receipt_never_goes_back(
    known: ReceiptState | None, told: ReceiptState, news: bool
) -> None:
    assert is_news(known, told) is news


WAITING = begun()


def test_a_level_is_left_alone_when_nobody_of_it_is_reached_or_being_tried() -> None:
    place = (ALICE, WAITING.id, WAITING.generation)
    older = (ALICE, WAITING.id, WAITING.generation - 1)

    assert is_left_alone(WAITING, ())
    assert is_left_alone(WAITING, {older, (BOB, WAITING.id, WAITING.generation)})
    assert not is_left_alone(WAITING, {place})


def test_nobody_is_called_after_the_last_level_or_when_nothing_climbs() -> None:
    last = ring(WAITING, "escalate").incident
    while last.level + 1 < len(last.policy.rules):
        last = ring(last, "escalate").incident

    assert not is_left_alone(last, ())
    assert not is_left_alone(acknowledged(WAITING), ())
