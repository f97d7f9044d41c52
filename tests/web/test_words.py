"""How times are told to people."""

from datetime import UTC, datetime, timedelta

import pytest

from tocsin.usecases.errors import Invalid
from tocsin.web.words import about, ago, clock, duration, exact, is_link, join, numbered, value

NOON = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("seconds", "said"),
    [
        (0, "just now"),
        (59, "just now"),
        (60, "1 min ago"),
        (3599, "59 min ago"),
        (3600, "1 h ago"),
        (47 * 3600, "47 h ago"),
        (48 * 3600, "2 days ago"),
        (-29, "in a moment"),
        (-30, "in 1 min"),
        (-3590, "in 1 h"),
        (-60, "in 1 min"),
        (-7200, "in 2 h"),
    ],
)
def test_how_far_away_an_instant_is(seconds: int, said: str) -> None:
    assert ago(NOON - timedelta(seconds=seconds), NOON) == said


def test_an_exact_instant_names_its_zone() -> None:
    assert exact(NOON, "Asia/Kolkata") == "Mon 2 Mar 2026, 17:30:00 (Asia/Kolkata)"


@pytest.mark.parametrize(
    ("days", "said"), [(0, "13:00"), (1, "Sun 1 Mar 13:00"), (365, "Sun 2 Mar 2025, 13:00")]
)
def test_a_clock_tells_the_day_only_if_it_is_another(days: int, said: str) -> None:
    assert clock(NOON - timedelta(days=days), "Europe/Vienna", NOON) == said


def test_midnight_is_the_readers_own() -> None:
    before_midnight = NOON.replace(hour=22, minute=59)

    assert clock(before_midnight, "Europe/Vienna", before_midnight + timedelta(minutes=2)) == (
        "Mon 2 Mar 23:59"
    )


@pytest.mark.parametrize(
    ("names", "said"),
    [([], "nobody"), (["Ann"], "Ann"), (["A", "B"], "A and B"), (["A", "B", "C"], "A, B and C")],
)
def test_people_are_joined(names: list[str], said: str) -> None:
    assert join(names) == said


def test_details_of_any_shape_become_text() -> None:
    assert value("97 %\x1b") == "97 %\ufffd"
    assert value(["a", 1]) == '[\n  "a",\n  1\n]'
    assert value(None) == "null"


@pytest.mark.parametrize("href", ["javascript:1", "", None, "/here", "data:x", " https://x"])
def test_only_web_addresses_are_links(href: str | None) -> None:
    assert is_link("HTTPS://example.com")
    assert not is_link(href)


@pytest.mark.parametrize(
    ("seconds", "said"),
    [
        (0, "0 s"),
        (90, "90 s"),
        (1800, "30 min"),
        (5400, "90 min"),
        (14_400, "4 h"),
        (86_400, "1 day"),
        (172_800, "2 days"),
    ],
)
def test_a_chosen_length_of_time_is_told_in_its_largest_whole_unit(seconds: int, said: str) -> None:
    assert duration(seconds) == said


@pytest.mark.parametrize("label", ["E-mail", "Email", "email"])
def test_a_sentence_finds_its_field_however_e_mail_is_spelled(label: str) -> None:
    complaint = Invalid("Email has already been taken", "Name is empty.")
    assert about(complaint, label) == ["Email has already been taken"]
    assert about(None, label) == ()


def test_an_incident_is_told_by_its_number_without_brackets() -> None:
    assert numbered("[#12] [db] Disk full] now") == "#12 [db] Disk full] now"
    assert numbered("another incident") == "another incident"
