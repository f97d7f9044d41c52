"""Plots: where bars, lines and names stand; no database, no page."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tocsin.web.reports.figures import lasted
from tocsin.web.reports.plots import (
    FOOT,
    HEAD,
    HEIGHT,
    MOST_TICKS,
    Place,
    Plot,
    share,
    stack,
    steps_of_figures,
    trace,
)

FLOOR = HEAD + HEIGHT


def places(count: int) -> list[Place]:
    return [Place(title=f"Day {n}", name=str(n)) for n in range(count)]


def scale(plot: Plot) -> list[str]:
    return [tick.text for tick in plot.ticks]


@pytest.mark.parametrize(
    ("top", "expected"),
    [
        (0, ["0", "1"]),
        (1, ["0", "1"]),
        (4, ["0", "1", "2", "3", "4"]),
        (5, ["0", "2", "4", "6"]),
        (17, ["0", "5", "10", "15", "20"]),
        (230, ["0", "100", "200", "300"]),
    ],
)
def test_a_scale_has_few_round_figures(top: int, expected: list[str]) -> None:
    assert expected == scale(stack(places(1), [(top,)]))


@pytest.mark.parametrize(
    ("seconds", "expected"),
    [
        (50, ["0", "15 s", "30 s", "45 s", "1 min"]),
        (700, ["0", "5 min", "10 min", "15 min"]),
        (5 * 3600, ["0", "2 h", "4 h", "6 h"]),
        (9 * 86_400, ["0", "5 d", "10 d"]),
    ],
)
def test_a_scale_of_time_goes_in_steps_of_clocks(seconds: int, expected: list[str]) -> None:
    def write(length: float) -> str:
        return lasted(length).replace("\N{NO-BREAK SPACE}", " ")

    assert expected == scale(trace(places(1), [[seconds]], write))


@pytest.mark.parametrize(
    ("figures", "expected"),
    [
        ((0, 0), ["0", "1"]),
        ((2e-7, 9e-7), ["0", "5e-07", "1e-06"]),
        ((0.3, 0.7), ["0", "0.2", "0.4", "0.6", "0.8"]),
        ((-3, -1), ["-3", "-2", "-1", "0"]),
        ((-3, 1), ["-3", "-2", "-1", "0", "1"]),
        ((-5e9, 9e12), ["-5e+12", "0", "5e+12", "1e+13"]),
    ],
)
def test_a_scale_of_figures_holds_all_of_them(
    figures: tuple[float, float], expected: list[str]
) -> None:
    steps = steps_of_figures(max(map(abs, figures)))
    plot = trace(places(2), [figures], "{:.3g}".format, steps=steps)

    assert expected == scale(plot)
    assert all(HEAD <= dot.y <= FLOOR for dot in plot.dots)


@given(st.lists(st.tuples(st.integers(0, 10**6), st.integers(0, 10**6)), min_size=1, max_size=90))
def test_every_bar_stands_within_its_plot(columns: list[tuple[int, int]]) -> None:
    plot = stack(places(len(columns)), columns)

    assert all(bar.x >= 0 and bar.x + bar.width <= 100.01 for bar in plot.bars)
    assert all(bar.y >= HEAD - 0.01 and bar.y + bar.height <= FLOOR + 0.02 for bar in plot.bars)
    assert 2 <= len(plot.ticks) <= MOST_TICKS + 1


def test_pieces_of_a_column_stand_upon_each_other() -> None:
    lower, upper = stack(places(1), [(1, 3)]).bars

    assert (lower.series, upper.series) == (1, 2)
    assert lower.y + lower.height == FLOOR
    assert upper.y + upper.height == lower.y
    assert upper.height == 3 * lower.height


def test_what_is_nothing_has_no_bar() -> None:
    plot = stack(places(2), [(0, 1), (0, 0)])

    assert [bar.series for bar in plot.bars] == [2]


def test_the_highest_column_has_its_figure_above_it() -> None:
    plot = stack(places(3), [(1,), (7,), (2,)])
    [figure] = [name for name in plot.names if name.y < FLOOR]

    assert (figure.text, figure.x) == ("7", 50.0)


def test_nothing_at_all_is_drawn_as_an_empty_scale() -> None:
    plot = stack(places(2), [(0,), (0,)])

    assert (scale(plot), list(plot.bars)) == (["0", "1"], [])


def test_a_line_breaks_where_nothing_is_known() -> None:
    plot = trace(places(4), [[60, 120, None, 60]], lasted)

    assert len(plot.dots) == 3
    [stroke] = plot.strokes
    assert (stroke.x1, stroke.x2) == (12.5, 37.5)


def test_each_line_is_a_series() -> None:
    plot = trace(places(2), [[60, 120], [30, 60]], lasted)

    assert [stroke.series for stroke in plot.strokes] == [1, 2]
    assert plot.dots[1].y < plot.dots[0].y


def test_names_at_the_ends_stay_within() -> None:
    names = stack(places(40), [(1,)] * 40).names
    below = [name for name in names if name.y == FLOOR + FOOT - 6]

    assert (below[0].anchor, below[-1].anchor) == ("start", "end")


def test_where_names_are_many_two_of_three_may_go() -> None:
    names = [name for name in stack(places(9), [(0,)] * 9).names if name.y > FLOOR]

    assert [name.is_spare for name in names] == [False, True, True] * 3


def test_a_shade_stands_behind_its_places() -> None:
    plot = stack(places(4), [(1,)] * 4, bands=[range(1, 3)])

    assert plot.bands == [(25.0, 50.0)]


def test_a_share_of_nothing_is_nothing() -> None:
    assert (share(1, 4), share(0, 0)) == (25.0, 0.0)
