"""Bars of the last rounds: how long each took, and which of them failed."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final, NamedTuple

from tocsin.usecases.monitoring.recent_rounds import Round
from tocsin.web.words import ago

MOST: Final = 24  # rounds
STEP: Final = 6  # from one bar to the next
HEIGHT: Final = 24
LOWEST, HIGHEST = 4, 16  # of those that are good


class Mark(NamedTuple):
    """One round."""

    x: int
    y: int
    height: int
    is_bad: bool


class Bar(NamedTuple):
    """All of them, and the same in words."""

    marks: Sequence[Mark] = ()
    told: str = ""
    width: int = MOST * STEP


def draw(rounds: Sequence[Round], now: datetime) -> Bar:
    """Draw rounds, the oldest first; the newest stands at the right."""
    slowest = max((one.time or 0 for one in rounds), default=0)
    begin = (MOST - len(rounds)) * STEP
    marks = []
    for number, one in enumerate(rounds):
        height = _height(one, slowest)
        marks.append(Mark(begin + number * STEP, HEIGHT - height, height, not one.ok))
    return Bar(marks, _told(rounds, now))


def _height(one: Round, slowest: float) -> int:
    if not one.ok:
        return HEIGHT
    return LOWEST + round((HIGHEST - LOWEST) * (one.time or 0) / slowest) if slowest else LOWEST


def _told(rounds: Sequence[Round], now: datetime) -> str:
    bad = [one for one in rounds if not one.ok]
    if not bad:
        return f"All of the last {len(rounds)} rounds were good."
    return (
        f"{len(bad)} of the last {len(rounds)} rounds failed, the last {ago(bad[-1].round, now)}."
    )
