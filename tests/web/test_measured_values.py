"""Values that were measured read as people write them; rounds and steps are drawn by them."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from tocsin.usecases.monitoring.recent_rounds import Round
from tocsin.web.monitoring.round_bars import draw
from tocsin.web.monitoring.values import measured, readings, short, told

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)


def round_(minutes: int, time: float | None = 10.0, *, ok: bool = True) -> Round:
    at = NOON - timedelta(minutes=minutes)
    return Round(monitor_id="P1", round=at, ok=ok, time=time)


@pytest.mark.parametrize(
    ("figure", "unit", "text"),
    [
        (0, "ms", "0 ms"),
        (12.3456, "ms", "12.3 ms"),
        (999.4, "ms", "999 ms"),
        (1500, "ms", "1.5 s"),
        (45, "s", "45 s"),
        (90, "s", "1.5 min"),
        (7200, "s", "2 h"),
        (172_800, "s", "2 d"),
        (13, "d", "13 d"),
        (5_400_000, "ms", "1.5 h"),
        (123_456.7, "", "123,457"),
        (0.00012, "", "0.00012"),
    ],
)
def test_a_figure_is_written_with_its_unit(figure: float, unit: str, text: str) -> None:
    assert told(figure, unit) == text


@pytest.mark.parametrize(
    ("figure", "unit", "text"),
    [
        (9999, "", "9,999"),
        (12_345, "", "12.3 k"),
        (-4_406_101_210_016, "", "-4.41 T"),
        (20_000_000_000_000_000, "", "2e+04 T"),
        (123_456, "ms", "2.06 min"),
    ],
)
def test_a_figure_is_short_beside_a_plot(figure: float, unit: str, text: str) -> None:
    assert short(figure, unit) == text


@pytest.mark.parametrize(
    ("value", "name", "text"),
    [
        (True, "ok", "yes"),
        (False, "ok", "no"),
        (12.5, "response_time", "12.5 ms"),
        (3, "nobody_knows", "3"),
        ("TLSv1.3", "protocol", "TLSv1.3"),
        ([1], "values", [1]),
    ],
)
def test_a_value_is_written_by_its_name(value: Any, name: str, text: Any) -> None:
    assert measured(value, name) == text


def test_what_is_known_is_read_first_in_words() -> None:
    values = {"of_your_own": 1, "status": 502, "response_time": 12.5}

    assert [*readings(values)] == [
        ("Response time", "12.5 ms"),
        ("Status", "502"),
        ("Of your own", "1"),
    ]


def test_the_slowest_good_round_is_lower_than_one_that_failed() -> None:
    bar = draw([round_(2, 5), round_(1, 10), round_(0, None, ok=False)], NOON)

    heights = [mark.height for mark in bar.marks]
    assert heights == sorted(heights)
    assert [mark.is_bad for mark in bar.marks] == [False, False, True]
    assert bar.told == "1 of the last 3 rounds failed, the last just now."


def test_rounds_without_a_time_are_drawn_low() -> None:
    bar = draw([round_(1, None), round_(0, None)], NOON)

    assert {mark.height for mark in bar.marks} == {4}
    assert bar.told == "All of the last 2 rounds were good."
