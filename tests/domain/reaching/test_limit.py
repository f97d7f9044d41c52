"""How many messages a provider carries a minute, and when what is over has its turn."""

from datetime import timedelta

import pytest
from msgspec.structs import replace

from tests.domain.reaching.test_provider import ONE, TWO
from tests.domain.scene import NOON
from tocsin.domain.reaching.limit import (
    MOST_PER_MINUTE,
    faults_of_limit,
    looks_again_at,
    reason_of,
    turn_at,
)

SECOND = timedelta(seconds=1)
OPENS = [NOON + 10 * SECOND, NOON + 40 * SECOND]


@pytest.mark.parametrize("most", [None, 1, MOST_PER_MINUTE])
def test_a_limit_is_a_number_or_none(most: int | None) -> None:
    assert list(faults_of_limit(most)) == []


@pytest.mark.parametrize("most", [-1, 0, MOST_PER_MINUTE + 1])
def test_nonsense_is_refused_in_one_sentence(most: int) -> None:
    assert list(faults_of_limit(most)) == [
        "Messages a minute must be a whole number from 1 to 100000, or blank for no limit."
    ]


@pytest.mark.parametrize(
    ("rank", "most", "seconds"),
    [(0, 2, 10), (1, 2, 40), (2, 2, 70), (5, 2, 160), (0, 3, 0), (1, 3, 10)],
)
def test_whoever_waits_has_a_turn_when_one_that_left_makes_room(
    rank: int, most: int, seconds: int
) -> None:
    assert turn_at(OPENS, rank, most, NOON) == NOON + seconds * SECOND


@pytest.mark.parametrize(
    ("turn", "ends", "again"),
    [(20, [], 20), (20, [5], 5), (20, [-5, 0, 30], 20), (600, [], 60), (0, [], 1), (0.2, [90], 1)],
)
def test_what_waits_is_looked_after_at_its_turn_or_when_patience_ends(
    turn: float, ends: list[int], again: int
) -> None:
    at = looks_again_at(NOON + turn * SECOND, [NOON + end * SECOND for end in ends], NOON)

    assert at == NOON + again * SECOND


def test_the_reason_names_each_limit() -> None:
    full = [replace(ONE, most_per_minute=10), replace(TWO, most_per_minute=1)]

    assert reason_of(full) == (
        "One carries at most 10 messages a minute, Two carries at most one message a minute."
    )
