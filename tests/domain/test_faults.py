"""Faults that many things share."""

import pytest

from tocsin.domain.faults import faults_of_pattern


@pytest.mark.parametrize(
    ("text", "faults"),
    [
        (r"^OK: (\w+)", []),
        ("(", ["Pattern is no regular expression that can be used: missing ): (."]),
    ],
)
def test_a_regular_expression_must_be_one(text: str, faults: list[str]) -> None:
    assert [*faults_of_pattern("Pattern", text)] == faults
