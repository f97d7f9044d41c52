"""Regular expressions that people give: found where they are, and never for long."""

import time

import pytest

from tocsin.kit.pattern import LONGEST, MOST_SEARCHED, Pattern, PatternError


@pytest.mark.parametrize(
    ("pattern", "text", "groups"),
    [
        (r"^OK: (\w+)", "OK: 4711", ("4711",)),
        ("OK|(no)", "OK", ("",)),
        ("queued|sent", "is sent", ()),
        ("(?i)INVALID (number|recipient)", "invalid recipient", ("recipient",)),
        ("番号.無効", "番号が無効です", ()),
        ("queued", "failed", None),
        ("x", "a" * MOST_SEARCHED + "x", None),
    ],
)
def test_a_pattern_is_found_with_its_groups(
    pattern: str, text: str, groups: tuple[str, ...] | None
) -> None:
    assert Pattern(pattern).find(text) == groups


@pytest.mark.parametrize(
    ("pattern", "why"),
    [
        ("(", "missing ): ("),
        ("*", "no argument for repetition operator: *"),
        (r"(a)\1", r"invalid escape sequence: \1"),
        ("(?=a)b", "invalid perl operator: (?="),
        ("((a{900}){900}){9}", "invalid repetition size: {900}"),
        (r"(.?){900}", "pattern too large - compile failed"),
        ("a" * (LONGEST + 1), f"more than {LONGEST} characters"),
    ],
)
def test_what_is_not_taken_is_told(pattern: str, why: str) -> None:
    with pytest.raises(PatternError) as told:
        Pattern(pattern)

    assert str(told.value) == why


@pytest.mark.parametrize(
    "pattern", ["(a+)+b$", "(a|a)*b", "(.*a){12}z", "(a|b)*a(a|b){450}c", r"(\w*\d*.*){50}!"]
)
def test_no_pattern_takes_long(pattern: str) -> None:
    compiled, text = Pattern(pattern), "a" * MOST_SEARCHED
    begun = time.process_time()

    compiled.find(text)

    assert time.process_time() - begun < 1
