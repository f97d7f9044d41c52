"""The days that a page shows: read from its address, and moved by its buttons."""

from datetime import date

import pytest

from tests.domain.strategies import at
from tocsin.web.duty.spans import Span
from tocsin.web.duty.timeline import Scale

VIENNA = "Europe/Vienna"
TODAY = date(2026, 11, 21)


def span(scale: Scale = "week", first: date = TODAY, also: str = "") -> Span:
    return Span(path="/schedules/PX", scale=scale, first=first, today=TODAY, zone=VIENNA, also=also)


@pytest.mark.parametrize(
    ("scale", "before", "after"),
    [
        ("day", "2026-11-20", "2026-11-22"),
        ("week", "2026-11-14", "2026-11-28"),
        ("fortnight", "2026-11-07", "2026-12-05"),
        ("month", "2026-10-21", "2026-12-21"),
    ],
)
def test_one_goes_back_and_on_by_as_much_as_is_shown(scale: Scale, before: str, after: str) -> None:
    assert span(scale).before == f"/schedules/PX?span={scale}&since={before}"
    assert span(scale).after == f"/schedules/PX?span={scale}&since={after}"
    assert span(scale).present == f"/schedules/PX?span={scale}"


def test_a_second_zone_goes_along() -> None:
    assert span(also="America/New_York").after.endswith("&zone=America/New_York")


def test_days_begin_and_end_at_midnight_also_where_clocks_are_moved() -> None:
    asked = span(first=date(2026, 10, 20)).asked

    assert asked.since == at("2026-10-20 00:00", VIENNA)
    assert (asked.until - asked.since).total_seconds() == 169 * 3600


@pytest.mark.parametrize(
    ("first", "following"),
    [
        (date(2026, 1, 30), date(2026, 3, 1)),
        (date(2026, 1, 28), date(2026, 2, 28)),
        (date(2026, 12, 31), date(2027, 1, 31)),
        (date(2026, 11, 1), date(2026, 12, 1)),
    ],
)
def test_a_month_ends_on_the_same_day_of_the_next(first: date, following: date) -> None:
    assert span("month", first).next_first == following


def test_a_month_before_the_thirty_first_begins_on_a_day_that_is_there() -> None:
    assert span("month", date(2026, 3, 31)).before.endswith("since=2026-02-28")


def test_days_are_named_with_their_year_where_it_changes() -> None:
    assert span("day").title == "Sat 21 Nov 2026"
    assert span().title == "Sat 21 Nov to Fri 27 Nov 2026"
    assert span(first=date(2026, 12, 28)).title == "Mon 28 Dec 2026 to Sun 3 Jan 2027"


def test_other_scales_keep_the_day_unless_it_is_today() -> None:
    assert next(href for href, *_ in span().scales) == "/schedules/PX?span=day"
    later = span(first=date(2026, 12, 1))
    assert [href for href, *_ in later.scales][3] == "/schedules/PX?span=month&since=2026-12-01"
    assert [is_current for *_, is_current, _ in later.scales] == [False, True, False, False]
