"""Conditions: what they say of a measurement, and what is wrong with them in one sentence."""

import pytest

from tocsin.domain.monitoring.condition import LONGEST, ask, faults_of_condition, names_in
from tocsin.domain.monitoring.monitor import KINDS, Measurement, MonitorKind
from tocsin.domain.monitoring.rule_starters import starters

SLOW = Measurement(ok=True, values={"response_time": 3000.0, "status": 200})
SLOW_PATTERN = r"It can look only for patterns in quotes that have no {, \\w or \\p in them."
DOWN = Measurement(ok=False, fault_kind="timeout", fault="No answer within 10 s.")


def faults(text: str, *kinds: MonitorKind) -> list[str]:
    return list(faults_of_condition("It", text, kinds or ("http",)))


@pytest.mark.parametrize(
    ("text", "slow", "down"),
    [
        ("!ok", False, True),
        ('fault_kind == "timeout"', False, True),
        ('fault.contains("10 s")', False, True),
        ("response_time > 2000", True, None),
        ("!ok || response_time > 2000", True, True),
        ("ok && response_time > 2000", True, False),
        ('status == 200 || fault_kind == "dns"', True, None),
        ("", False, False),
        ("response_time", None, None),
        ("response_time / 1000 > 2", None, None),
        ("100 / (status - 200) > 2", None, None),
    ],
)
def test_a_condition_holds_or_not_or_cannot_be_told(
    text: str, slow: bool | None, down: bool | None
) -> None:
    assert (ask(text, SLOW), ask(text, DOWN)) == (slow, down)


def test_what_a_measurement_says_of_itself_cannot_be_hidden_by_a_value() -> None:
    assert ask("ok", Measurement(ok=False, values={"ok": True})) is False


def test_a_condition_tells_what_it_speaks_of() -> None:
    assert names_in('!ok && response_time > 5 || fault_kind == "tls"') == [
        "fault_kind",
        "ok",
        "response_time",
    ]
    assert names_in("") == []


@pytest.mark.parametrize(
    "text",
    [
        "!ok",
        "",
        "double(response_time) / 1000.0 > 2.0",
        'json_value == "up" || json_value > 3',
        'fault.matches("HTTP status 5..")',
        r"""fault.matches('^HTTP status (4|5)\\d\\d') && !fault . matches ( "\\(none\\)" )""",
        "fault.size() > 3 && int(status) % 2 == 0",
    ],
)
def test_a_good_condition_has_no_faults(text: str) -> None:
    assert faults(text) == []


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("ok &&", "It ends too early."),
        ("ok || || ok", "It makes no sense from character 7 on."),
        ("(" * 400, "It makes no sense from character 97 on."),
        ("ok || " * 100 + "ok", f"It must have at most {LONGEST} characters, all of them on one"),
        ("ok\n", f"It must have at most {LONGEST} characters, all of them on one line."),
        ("respons_time > 1", "It speaks of respons_time, which is not measured here; what is: c"),
        ("loss > 1", "It speaks of loss, which is not measured here"),
        (r"fault.matches('\\w\\w')", SLOW_PATTERN),
        (r"fault.matches('\\pL')", SLOW_PATTERN),
        (r"fault.matches(r'\w')", SLOW_PATTERN),
        (r"fault.matches('.\x7b100}')", SLOW_PATTERN),
        ("fault.matches('.{100}')", SLOW_PATTERN),
        ("fault.matches(fault)", SLOW_PATTERN),
        ("fault.matches('.' + '{100}')", SLOW_PATTERN),
        ("matches(fault, '.{100}')", SLOW_PATTERN),
        ("fault.contains(\".matches('a')\") && fault.matches(fault) && ok", SLOW_PATTERN),
        ("[1, 2].all(ok, ok > 1)", "It cannot go through lists."),
        ("ok && [1]. map (x, x).size() > 0", "It cannot go through lists."),
        ('timestamp(fault) > timestamp("")', "It uses timestamp; the functions that can be used"),
        ("response_time", "It must say yes or no of each measurement, such as response_time > 20"),
        ('ok > "a"', "It must say yes or no of each measurement"),
        ("response_time / 1000 > 1", "It must compute with all numbers alike, such as double(resp"),
    ],
)
def test_a_condition_that_does_not_fit_is_refused_in_one_sentence(text: str, sentence: str) -> None:
    [fault] = faults(text)

    assert fault.startswith(sentence)


def test_a_condition_may_speak_of_what_one_of_several_kinds_measures() -> None:
    assert faults("loss > 1", "http", "ping") == []


def test_a_value_that_kinds_measure_differently_may_be_anything() -> None:
    text = 'value.startsWith("up")'

    assert faults(text, "prometheus")
    assert faults(text, "postgresql", "prometheus") == faults(text, "prometheus", "postgresql")
    assert faults(text, "postgresql", "prometheus") == []


@pytest.mark.parametrize("kind", KINDS)
def test_starters_fit_their_kind(kind: MonitorKind) -> None:
    found = starters(kind)

    assert found
    for starter in found:
        assert starter.alarm or starter.warning
        assert faults(starter.alarm, kind) == faults(starter.warning, kind) == []
