"""Conditions of alert rules: CEL over what a measurement found."""

import re
from collections.abc import Collection, Iterator
from functools import lru_cache
from itertools import product
from typing import Any, Final

import cel

from tocsin.domain.monitoring.measured import VALUES, ValueType
from tocsin.domain.monitoring.monitor import Measurement, MonitorKind

LONGEST: Final = 500
KEPT: Final = 4096  # so many conditions stay compiled
FUNCTIONS: Final = ("contains", "double", "endsWith", "int", "matches", "size", "startsWith",
                    "string")  # fmt: skip

# A number is whole or not, and CEL does not compute with one of each: both are tried.
_SAMPLES: Final[dict[ValueType, tuple[Any, ...]]] = {
    "number": (1, 1.0),
    "text": ("",),
    "bool": (False, True),
    "list": ([],),
    "any": (1, 1.0, "", False),
}
_FAULT: Final[dict[str, ValueType]] = {"fault": "text"}  # every measurement has this, too
_WORD: Final = re.compile(r"[a-zA-Z]\w*")  # operators have names such as _&&_ and @in
# One inside the other, they take ten times as long with each fifty characters more.
_LOOP: Final = re.compile(r"\.\s*(all|exists|exists_one|map|filter)\s*\(")
# Patterns with counts or whole alphabets, or from elsewhere, may take a second to get ready.
_PATTERN: Final = re.compile(r"\bmatches\b")
_QUICK_PATTERN: Final = re.compile(
    r"""\.\s*matches\s*\(\s*(["'])(?:[^\\{"']|\\\\[^\\wWpP"'])*\1\s*\)"""
)
_PLACE: Final = re.compile(r"<input>:\d+:(\d+)")
_UNTOLD: Final = (RuntimeError, TypeError, ValueError, ArithmeticError, LookupError)


def ask(text: str, measurement: Measurement) -> bool | None:
    """Say whether a condition holds; None if that cannot be told. An empty one never holds.

    It cannot be told where the measurement lacks a value that matters. Such a measurement is
    neither in violation nor good: it begins nothing and clears nothing, and people are shown it.
    """
    if not text:
        return False
    return _answer(text, {**measurement.values, **_always(measurement)})


def names_in(text: str) -> list[str]:
    """Return what a condition speaks of, by name."""
    return sorted(_compiled(text).variables()) if text else []


def faults_of_condition(what: str, text: str, kinds: Collection[MonitorKind]) -> Iterator[str]:
    """Say in one sentence why a condition does not fit monitors of these kinds, if it does not."""
    if not text:
        return
    types = _types(kinds)
    fault = _fault_of_text(text) or _fault_of_words(text, types) or _fault_of_answer(text, types)
    if fault:
        yield f"{what} {fault}."


def _always(measurement: Measurement) -> dict[str, Any]:
    return {
        "ok": measurement.ok,
        "fault_kind": measurement.fault_kind,
        "fault": measurement.fault,
    }


def _answer(text: str, facts: dict[str, Any]) -> bool | None:
    try:
        answer = _compiled(text).execute(facts)
    except _UNTOLD:
        return None
    return answer if isinstance(answer, bool) else None


@lru_cache(KEPT)
def _compiled(text: str) -> cel.Program:
    return cel.compile(text)


def _types(kinds: Collection[MonitorKind]) -> dict[str, ValueType]:
    types = {**_FAULT}
    for value in (value for kind in kinds for value in VALUES[kind]):
        is_known = types.setdefault(value.name, value.type) == value.type
        types[value.name] = value.type if is_known else "any"
    return types


def _fault_of_text(text: str) -> str | None:
    if len(text) > LONGEST or not text.isprintable():
        return f"must have at most {LONGEST} characters, all of them on one line"
    if _LOOP.search(text):
        return "cannot go through lists"
    if len(_PATTERN.findall(text)) > len(_QUICK_PATTERN.findall(text)):
        return r"can look only for patterns in quotes that have no {, \\w or \\p in them"
    try:
        _compiled(text)
    except ValueError as error:
        place = _PLACE.search(str(error))
        column = int(place[1]) if place else 1
        return (
            "ends too early" if column > len(text) else f"makes no sense from character {column} on"
        )
    return None


def _fault_of_words(text: str, types: dict[str, ValueType]) -> str | None:
    program = _compiled(text)
    for name in program.variables():
        if name not in types:
            known = ", ".join(sorted(types))
            return f"speaks of {name}, which is not measured here; what is: {known}"
    for name in program.functions():
        if _WORD.fullmatch(name) and name not in FUNCTIONS:
            return f"uses {name}; the functions that can be used are {', '.join(FUNCTIONS)}"
    return None


def _fault_of_answer(text: str, types: dict[str, ValueType]) -> str | None:
    """Try it with samples of all that it speaks of."""
    names = names_in(text)
    loose = [name for name in names if types[name] == "any"]
    firm = [name for name in names if types[name] != "any"]
    told = [
        any(_answer(text, facts | more) is not None for more in _samples(loose, types))
        for facts in _samples(firm, types)
    ]
    if not any(told):
        return "must say yes or no of each measurement, such as response_time > 2000"
    if not all(told):
        return "must compute with all numbers alike, such as double(response_time) / 1000.0 > 2.0"
    return None


def _samples(names: list[str], types: dict[str, ValueType]) -> Iterator[dict[str, Any]]:
    for sample in product(*(_SAMPLES[types[name]] for name in names)):
        yield dict(zip(names, sample, strict=True))
