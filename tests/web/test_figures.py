"""Figures in words, and cells that no spreadsheet computes."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tocsin.web.reports.csv_files import write_csv
from tocsin.web.reports.figures import NONE, compared, dates, day_name, landmarks, lasted, part

MONDAY = datetime(2026, 3, 2, tzinfo=UTC)
DAY = timedelta(days=1)


def plain(text: str) -> str:
    return text.replace("\N{NO-BREAK SPACE}", " ").replace("\N{MINUS SIGN}", "-")


@pytest.mark.parametrize(
    ("seconds", "expected"),
    [
        (None, NONE),
        (0, "0 s"),
        (59.4, "59 s"),
        (59.6, "1 min"),
        (252, "4 min 12 s"),
        (754, "12 min"),
        (3600, "1 h"),
        (5700, "1 h 35 min"),
        (86_399, "23 h"),
        (187_200, "2 d 4 h"),
    ],
)
def test_lengths_of_time_have_two_units_at_most(seconds: float | None, expected: str) -> None:
    assert expected == plain(lasted(seconds))


@pytest.mark.parametrize(
    ("now", "before", "expected"),
    [
        (15, 10, "+50 %"),
        (5, 10, "-50 %"),
        (10, 10, "the same"),
        (7, 3, ""),
        (7, 0, ""),
        (None, 12, ""),
        (90.0, None, ""),
        (90.0, 60.0, "+50 %"),
    ],
)
def test_a_change_is_told_where_it_means_something(
    now: float | None, before: float | None, expected: str
) -> None:
    assert expected == plain(compared(now, before))


def test_a_share_of_nothing_is_none() -> None:
    assert (plain(part(1, 3)), part(0, 0)) == ("33 %", NONE)


@pytest.mark.parametrize(
    ("since", "days", "expected"),
    [
        (MONDAY, 7, "2 Mar to 8 Mar 2026"),
        (MONDAY, 1, "2 Mar 2026"),
        (MONDAY - 62 * DAY, 62, "30 Dec 2025 to 1 Mar 2026"),
    ],
)
def test_days_are_named_with_the_year_that_is_needed(
    since: datetime, days: int, expected: str
) -> None:
    assert expected == dates(since, since + days * DAY, "UTC")


def test_a_day_is_that_of_its_zone() -> None:
    late = MONDAY + timedelta(hours=23)

    assert day_name(late, "Europe/Vienna") == "Tue 3 Mar"
    assert day_name(MONDAY, "UTC", unit="week") == "Week of 2 Mar"


def starts(count: int, step: int = 1) -> list[datetime]:
    return [MONDAY + n * step * DAY for n in range(count)]


def test_a_week_has_each_of_its_days_named() -> None:
    assert landmarks(starts(3), "UTC", "day") == ["Mon 2", "Tue 3", "Wed 4"]


def test_a_month_has_its_mondays_named() -> None:
    named = [name for name in landmarks(starts(30), "UTC", "day") if name]

    assert named == ["2 Mar", "9 Mar", "16 Mar", "23 Mar", "30 Mar"]


def test_a_quarter_has_its_months_named() -> None:
    named = landmarks(starts(90), "UTC", "day")

    assert {n: name for n, name in enumerate(named) if name} == {30: "Apr", 60: "May"}


def test_a_few_weeks_are_named_by_their_first_days() -> None:
    assert landmarks(starts(9, step=7), "UTC", "week")[:2] == ["2 Mar", "9 Mar"]
    assert landmarks(starts(2, step=7), "UTC", "week") == ["2 Mar", "9 Mar"]


@given(st.text())
def test_no_cell_begins_as_a_formula_does(text: str) -> None:
    _, line = write_csv(["name"], [[text]]).split("\r\n", 1)

    assert not line.removeprefix('"').lstrip(" ").startswith(("=", "+", "-", "@", "\t"))


@pytest.mark.parametrize(
    ("cell", "written"),
    [
        ("Checkout", '"Checkout"'),
        ("=1+1", '"\'=1+1"'),
        ("  @SUM(A1)", '"\'  @SUM(A1)"'),
        ("\uff1d1", '"\'\uff1d1"'),
        ("a;=1", '"a;=1"'),
        ('say "so"', '"say ""so"""'),
        (-5, "-5"),
        (None, '""'),
    ],
)
def test_cells_are_written_as_they_stand(cell: str | int | None, written: str) -> None:
    assert f'"name"\r\n{written}\r\n' == write_csv(["name"], [[cell]])
