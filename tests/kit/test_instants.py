"""Dates are read as generously as clients write them, and written in one way."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from tocsin.kit.instants import read_instant, write_instant, write_local

VIENNA = ZoneInfo("Europe/Vienna")
FIVE = datetime(2011, 5, 6, 17, tzinfo=UTC)


@pytest.mark.parametrize(
    "text",
    [
        "2011-05-06T17:00:00Z",
        "2011-05-06T17:00Z",
        "2011-05-06T17:00:00.000Z",
        "2011-05-06T10:00-07",
        "2011-05-06T10:00:00-0700",
        "2011-05-06T19:00:00+02:00",
        "2011-05-06T19:00:00 02:00",
        "2011-05-06T10:00:00 -0700",
        "2011-05-06 17:00:00",
        "2011-05-06 17:00",
        "20110506T170000Z",
        " 2011-05-06T17 ",
    ],
)
def test_an_instant_is_read_however_it_is_written(text: str) -> None:
    assert read_instant(text) == FIVE


def test_a_date_alone_is_its_first_instant_in_the_zone() -> None:
    assert read_instant("2011-05-06", VIENNA) == datetime(2011, 5, 5, 22, tzinfo=UTC)


def test_an_offset_counts_more_than_the_zone() -> None:
    assert read_instant("2011-05-06T17:00Z", VIENNA) == FIVE


@pytest.mark.parametrize(
    "text", ["", "now", "2011", "2011-W18-5", "2011-13-01", "0001-01-01T00:00+05:00", "1304700000"]
)
def test_what_is_no_instant_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r".*"):
        read_instant(text)


def test_an_instant_is_written_to_the_second_in_utc() -> None:
    assert write_instant(FIVE.astimezone(VIENNA).replace(microsecond=7)) == "2011-05-06T17:00:00Z"


def test_an_instant_is_written_with_the_offset_of_its_zone() -> None:
    assert write_local(FIVE, VIENNA) == "2011-05-06T19:00:00+02:00"
