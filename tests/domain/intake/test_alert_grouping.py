"""How alerts may be grouped: nothing that is sent makes the rules stumble."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tocsin.domain.intake.alert_grouping import faults_of_grouping

_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=5,
)
CONTENT = {"aggregate": "all", "fields": ["source"]}
_KEYS = st.sampled_from(["timeout", "time_window", "aggregate", "fields", "typo"])


@given(
    st.fixed_dictionaries(
        {"type": st.sampled_from(["time", "intelligent", "content_based"]) | _JSON},
        optional={"config": st.dictionaries(_KEYS, _JSON) | _JSON},
    )
)
def test_whatever_is_said_is_taken_or_refused_in_sentences(parameters: dict[str, Any]) -> None:
    for sentence in faults_of_grouping(parameters):
        assert sentence.startswith("Alert grouping parameters ")
        assert sentence.endswith(".")


@pytest.mark.parametrize(
    ("config", "faults"),
    [
        (CONTENT, []),
        ({"aggregate": "any", "fields": ["source"], "time_window": 86_400}, []),
        ({"aggregate": "some", "fields": ["source"]}, ["have an aggregate of all or any."]),
        ({"aggregate": "all", "fields": []}, ["name 1 to 20 fields."]),
        ({"aggregate": "all", "fields": ["source", ""]}, ["have texts as fields."]),
    ],
)
def test_a_fault_of_content_is_named(config: dict[str, Any], faults: list[str]) -> None:
    found = [*faults_of_grouping({"type": "content_based", "config": config})]

    assert found == [f"Alert grouping parameters must {fault}" for fault in faults]


@pytest.mark.parametrize(
    ("parameters", "fault"),
    [
        ({"type": "size"}, "must have a type of time, intelligent, content_based or null."),
        ({"type": "time", "config": []}, "must have an object as config."),
        ({"type": "time", "typo": 1}, "cannot have typo."),
        (
            {"type": "intelligent", "config": {"time_window": 86_400}},
            "must have a time window of 300 to 3600 seconds, or 0.",
        ),
        (
            {"type": "content_based", "config": CONTENT | {"time_window": 1}},
            "must have a time window of 300 to 3600 or 86400 seconds, or 0.",
        ),
    ],
)
def test_a_fault_of_the_whole_is_named(parameters: dict[str, Any], fault: str) -> None:
    assert [*faults_of_grouping(parameters)] == [f"Alert grouping parameters {fault}"]
