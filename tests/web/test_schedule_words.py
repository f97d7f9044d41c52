"""Gaps, turns and restrictions in plain sentences."""

import pytest

from tests.domain.strategies import DAY, HOUR, WEEK, a_layer, at, daily, weekly
from tocsin.domain.duty.schedule import FOREVER, Gap, Range, Restriction
from tocsin.web.schedule_words import gaps_told, restrictions_told, rotation_told
from tocsin.web.words import moment

VIENNA = "Europe/Vienna"
NOW = at("2026-11-28 12:00", VIENNA)
ASKED = Range(at("2026-11-28 00:00", VIENNA), at("2026-12-05 00:00", VIENNA))


def gap(start: str, end: str) -> Gap:
    return Gap(start=at(start, VIENNA), end=at(end, VIENNA))


def told(*gaps: Gap) -> list[str]:
    return gaps_told(gaps, ASKED, VIENNA, NOW)


def test_a_gap_is_told_with_its_zone() -> None:
    assert told(gap("2026-11-28 22:00", "2026-11-29 06:00")) == [
        "Nobody is on call between Sat 28 Nov 22:00 and Sun 29 Nov 06:00 (Europe/Vienna)."
    ]


def test_a_gap_that_is_now_is_told_so_and_one_that_is_over_is_not_told() -> None:
    assert told(
        gap("2026-11-28 00:00", "2026-11-28 06:00"), gap("2026-11-28 11:00", "2026-11-29 06:00")
    ) == ["Nobody is on call now, until Sun 29 Nov 06:00 (Europe/Vienna)."]


def test_a_gap_may_go_on_after_the_days_that_are_shown() -> None:
    assert told(gap("2026-12-04 22:00", "2026-12-05 00:00")) == [
        "Nobody is on call from Fri 4 Dec 22:00 until at least Sat 5 Dec 00:00 (Europe/Vienna)."
    ]
    assert told(gap("2026-11-28 00:00", "2026-12-05 00:00")) == [
        "Nobody is on call now, until at least Sat 5 Dec 00:00 (Europe/Vienna)."
    ]


def test_many_gaps_are_counted() -> None:
    nightly = [gap(f"2026-12-0{day} 01:00", f"2026-12-0{day} 02:00") for day in (1, 2, 3, 4)]

    assert told(*nightly)[3:] == ["There is 1 more gap like these in the days shown."]
    assert told(nightly[0], *nightly)[3:] == ["There are 2 more gaps like these in the days shown."]


@pytest.mark.parametrize(
    ("turn", "said"),
    [
        (DAY, "A turn is one day"),
        (WEEK, "A turn is one week"),
        (2 * WEEK, "A turn is 2 weeks"),
        (12 * HOUR, "A turn is 12 hours"),
        (3601, "A turn is 3601 seconds"),
    ],
)
def test_the_length_of_a_turn(turn: int, said: str) -> None:
    assert rotation_told(a_layer(NOW, "ALICE", "BOB", turn=turn)) == said


def test_one_person_takes_no_turns() -> None:
    assert rotation_told(a_layer(NOW, "ALICE", "ALICE")) == "Always the same person"


@pytest.mark.parametrize(
    ("restrictions", "said"),
    [
        ([daily("20:00", 12)], ["every day 20:00 to 08:00"]),
        ([weekly(n, "08:00", 10) for n in (1, 2, 3, 4, 5)], ["Monday to Friday 08:00 to 18:00"]),
        ([weekly(6, "08:00", 10), weekly(7, "08:00", 10)], ["Saturday and Sunday 08:00 to 18:00"]),
        ([weekly(3, "08:00", 10)], ["Wednesday 08:00 to 18:00"]),
        ([weekly(5, "18:00", 62)], ["Friday 18:00 to Monday 08:00"]),
        (
            [daily("09:00", 1), daily("13:00", 1)],
            ["every day 09:00 to 10:00", "every day 13:00 to 14:00"],
        ),
    ],
)  # fmt: skip
def test_restrictions_that_are_alike_are_told_together(
    restrictions: list[Restriction], said: list[str]
) -> None:
    assert restrictions_told(restrictions) == said


def test_a_moment_has_its_day_and_forever_has_none() -> None:
    assert moment(NOW, "America/New_York") == "Sat 28 Nov 06:00"
    assert moment(FOREVER, VIENNA) == "no end"
