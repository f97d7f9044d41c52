"""Breath between messages: a few at once, then in even steps."""

from tocsin.engine.breath import BURST, EVERY, MOST_REMEMBERED, Breath


def test_the_first_messages_follow_each_other_at_once() -> None:
    breath = Breath()

    assert [breath.after("ann", 0.0) for _ in range(BURST)] == [0.0] * BURST


def test_further_messages_keep_their_distance() -> None:
    breath = Breath()
    for _ in range(BURST):
        breath.after("ann", 0.0)

    assert [breath.after("ann", 0.0) for _ in range(2)] == [EVERY, 2 * EVERY]


def test_after_a_rest_messages_follow_each_other_at_once_again() -> None:
    breath = Breath()
    for _ in range(2 * BURST):
        breath.after("ann", 0.0)

    assert breath.after("ann", 60.0) == 0.0


def test_one_address_does_not_hold_another_one_up() -> None:
    breath = Breath()
    for _ in range(2 * BURST):
        breath.after("ann", 0.0)

    assert breath.after("ben", 0.0) == 0.0


def test_addresses_that_have_rested_are_forgotten() -> None:
    breath = Breath()
    for number in range(MOST_REMEMBERED):
        breath.after(str(number), 0.0)
    breath.after("ann", 60.0)

    assert len(breath._paid_until) == 1
