"""Instants as people of each language read them."""

from datetime import UTC, datetime

import pytest

from tocsin.domain.local_times import local_time

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
