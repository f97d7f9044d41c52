"""Faults that many things share."""

import pytest

from tocsin.domain.faults import faults_of_choice, faults_of_pattern, faults_of_zone


@pytest.mark.parametrize(
    ("text", "faults"),
    [
        (r"^OK: (\w+)", []),
        ("(", ["Pattern is no regular expression that can be used: missing ): (."]),
    ],
)
def test_a_regular_expression_must_be_one(text: str, faults: list[str]) -> None:
    assert [*faults_of_pattern("Pattern", text)] == faults


def test_a_word_must_be_one_of_those_that_are_known() -> None:
    assert [*faults_of_choice("Urgency", "high", ("high", "low"))] == []
    [fault] = faults_of_choice("Urgency", "urgent", ("high", "low"))
    assert fault == "Urgency must be one of high, low."


def test_a_zone_must_be_known() -> None:
    assert [*faults_of_zone("Time zone", "Europe/Vienna")] == []
    [fault] = faults_of_zone("Time zone", "Europe/Nowhere")
    assert fault == "Time zone must be the name of a time zone, such as Europe/Vienna."
