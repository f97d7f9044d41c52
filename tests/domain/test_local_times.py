"""Instants as people of each language read them."""

from datetime import UTC, datetime, timedelta

import pytest

from tocsin.domain.local_times import local_time, soon

NIGHT = datetime(2026, 1, 10, 23, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    ("language", "written"),
    [
        ("en", "Sunday 11 January, 00:30"),
        ("de", "Sonntag, 11. Januar, 00:30 Uhr"),
        ("fr", "dimanche 11 janvier, 00:30"),
        ("es", "domingo 11 de enero, 00:30"),
        ("ja", "1月11日 日曜日 00:30"),
        ("fi", "Sunday 11 January, 00:30"),
    ],
)
def test_an_instant_is_written_by_the_clock_of_the_zone(language: str, written: str) -> None:
    assert local_time(NIGHT, "Europe/Vienna", language) == written


@pytest.mark.parametrize(
    ("language", "hours", "written"),
    [
        ("de", 1, "01:30"),
        ("de", 23.4, "23:54"),
        ("de", 23.5, "Montag 00:00"),
        ("fr", 32, "lundi 08:30"),
        ("fi", 6 * 24, "Saturday 00:30"),
        ("es", 7 * 24, "domingo 18 de enero, 00:30"),
    ],
)
def test_what_is_soon_is_written_shortly(language: str, hours: float, written: str) -> None:
    assert soon(NIGHT + timedelta(hours=hours), NIGHT, "Europe/Vienna", language) == written
