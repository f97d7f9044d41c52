"""Details of any shape, written out."""

from typing import Any

import pytest

from tocsin.domain.details import written_out


@pytest.mark.parametrize(
    ("details", "text"),
    [
        ("plain\x07 words", "plain\ufffd words"),
        ({"free": "0 %", "mounts": ["/"]}, 'free: 0 %\nmounts: [\n  "/"\n]'),
        (["a", 1], '[\n  "a",\n  1\n]'),
        (None, "null"),
    ],
)
def test_details_are_lines_for_people(details: Any, text: str) -> None:
    assert written_out(details, 2000) == text


def test_long_details_are_cut() -> None:
    assert written_out("x" * 50, 10) == "xxxxxxxxx…"
