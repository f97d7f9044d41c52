"""Instants in forms: read in a named zone, also where clocks are moved."""

from datetime import UTC, datetime

import pytest

from tocsin.usecases.errors import Invalid
from tocsin.web.instants import choices, draft_instant, read_instant

VIENNA = "Europe/Vienna"


def read(text: str, zone: str = VIENNA, **more: str) -> datetime:
    return read_instant({"start": text} | more, "Start time", "start", zone)


def test_a_reading_is_meant_in_the_zone_that_the_form_names() -> None:
    assert read("2026-07-01T12:00") == datetime(2026, 7, 1, 10, tzinfo=UTC)
    assert read("2026-07-01T12:00", "Asia/Kolkata") == datetime(2026, 7, 1, 6, 30, tzinfo=UTC)


def test_a_reading_that_clocks_leave_out_is_refused() -> None:
    with pytest.raises(Invalid) as told:
        read("2026-03-29T02:30")

    assert told.value.sentences == (
        "Start time cannot be Sun 29 Mar 2026, 02:30: clocks in Europe/Vienna are set forward past"
        " it. Choose an earlier or a later time.",
    )
    assert choices("2026-03-29T02:30", VIENNA) == ()


def test_of_a_reading_that_comes_twice_the_form_must_say_which() -> None:
    with pytest.raises(Invalid, match="comes twice in Europe/Vienna"):
        read("2026-10-25T02:30")

    assert read("2026-10-25T02:30", start_which="first") == datetime(
        2026, 10, 25, 0, 30, tzinfo=UTC
    )
    assert read("2026-10-25T02:30", start_which="second") == datetime(
        2026, 10, 25, 1, 30, tzinfo=UTC
    )
    assert choices("2026-10-25T02:30", VIENNA) == (
        ("first", "The first, in CEST"),
        ("second", "The second, 1 h later, in CET"),
    )


def test_some_clocks_are_moved_by_half_an_hour() -> None:
    (_, second) = choices("2026-04-05T01:45", "Australia/Lord_Howe")

    assert second == ("second", "The second, 30 min later, in +1030")


@pytest.mark.parametrize(
    "at",
    [
        datetime(2026, 10, 25, 0, 30, tzinfo=UTC),
        datetime(2026, 10, 25, 1, 30, tzinfo=UTC),
        datetime(2026, 3, 29, 1, 0, tzinfo=UTC),
    ],
)
def test_what_a_form_shows_is_read_as_the_same_instant(at: datetime) -> None:
    assert read_instant(draft_instant("end", at, VIENNA), "End time", "end", VIENNA) == at


@pytest.mark.parametrize(
    "text", ["", "tomorrow", "2026-13-01T00:00", "2026-07-01T12:00Z", "0001-01-01T00:00"]
)
def test_what_is_no_reading_is_refused(text: str) -> None:
    with pytest.raises(Invalid, match=r"^Start time must be a date and a time\.$"):
        read(text)
    assert choices(text, VIENNA) == ()


def test_a_zone_that_there_is_not_is_refused_under_its_own_name() -> None:
    with pytest.raises(Invalid, match=r"^Time zone must be"):
        read("2026-07-01T12:00", "Vienna")
    assert choices("2026-07-01T12:00", "Vienna") == ()
