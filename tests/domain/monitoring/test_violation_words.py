"""What a violation is called: the fault, or what was measured, in one line."""

from msgspec.structs import replace

from tests.domain.rounds import MONITOR, rule
from tocsin.domain.monitoring.monitor import Measurement
from tocsin.domain.monitoring.violation_words import LONGEST, summarise

DOWN = Measurement(ok=False, fault_kind="status", fault="HTTP status 503 instead of 2xx.")
SLOW = Measurement(ok=True, values={"response_time": 12345.678, "json_value": "degraded"})


def test_a_fault_is_said_as_it_is() -> None:
    said = summarise(rule(), MONITOR, "alarm", DOWN, ["2 of 3 agents", "flapping"])

    assert said == "Shop: HTTP status 503 instead of 2xx (2 of 3 agents, flapping)"


def test_values_are_said_with_their_units_where_the_rule_speaks_of_them() -> None:
    slow = rule(name="Slow", warning='response_time > 2000 && json_value != "up" || size > 3')

    assert summarise(slow, MONITOR, "warning", SLOW, []) == (
        "Shop: Slow (json value degraded, response time 12,345.678 ms)"
    )


def test_a_rule_of_values_does_not_speak_of_faults() -> None:
    slow = rule(name="Slow", alarm="response_time > 2000")
    found = replace(DOWN, values={"response_time": 3000})

    assert summarise(slow, MONITOR, "alarm", found, []) == "Shop: Slow (response time 3,000 ms)"


def test_a_rule_without_values_is_called_by_its_name() -> None:
    assert summarise(rule(alarm="ok"), MONITOR, "alarm", SLOW, []) == "Shop: Errors"


def test_the_end_is_never_cut() -> None:
    said = summarise(rule(), MONITOR, "alarm", replace(DOWN, fault="x" * 999), ["flapping"])

    assert len(said) == LONGEST
    assert said.endswith("… (flapping)")
