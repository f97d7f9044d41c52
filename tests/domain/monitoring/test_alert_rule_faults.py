"""What is wrong with an alert rule, each in one sentence."""

from typing import Any

import pytest
from msgspec.structs import replace

from tests.domain.rounds import MONITOR, rule
from tocsin.domain.monitoring.alert_rule_faults import faults_of_rule

PING = replace(MONITOR, id="PPING", kind="ping")
TWO = replace(MONITOR, agent_ids=("PA", "PB"))


def test_a_good_rule_has_no_faults() -> None:
    assert list(faults_of_rule(rule(), [MONITOR])) == []
    assert list(faults_of_rule(rule(agents_violating=2), [MONITOR, TWO])) == []


@pytest.mark.parametrize(
    ("given", "sentence"),
    [
        ({"name": ""}, "Name cannot be blank."),
        ({"notes": "x" * 2001}, "Notes must have at most 2000 characters."),
        (
            {"alarm": "", "warning": ""},
            "A rule needs a condition for an alarm, for a warning, or for both.",
        ),
        ({"alarm": "ok &&"}, "The condition for an alarm ends too early."),
        ({"warning": "ok &&"}, "The condition for a warning ends too early."),
        (
            {"alarm_severity": "loud"},
            "Severity of alarm must be one of critical, error, warning, info.",
        ),
        (
            {"warning_severity": ""},
            "Severity of warning must be one of critical, error, warning, info.",
        ),
        ({"rounds_out_of": 11}, "Rounds that count must be from 1 to 10."),
        ({"rounds_violating": 0}, "Rounds in violation must be from 1 to 10."),
        ({"clear_after": 0}, "Good rounds until it clears must be from 1 to 10."),
        (
            {"rounds_violating": 3, "rounds_out_of": 2},
            "Rounds in violation cannot be more than the rounds that count.",
        ),
        (
            {"agents_mode": "all"},
            "Agents that count must be any, or exactly the same ones in each round.",
        ),
        ({"agents_violating": 0}, "Agents in violation must be from 1 to 100."),
        (
            {"agents_violating": 3},
            "Agents in violation cannot be more than 2: no monitor here has more agents.",
        ),
    ],
)
def test_a_rule_that_cannot_work_is_refused(given: dict[str, Any], sentence: str) -> None:
    assert list(faults_of_rule(rule(**given), [TWO])) == [sentence]


def test_a_rule_speaks_only_of_what_the_monitors_it_names_measure() -> None:
    loss = {"alarm": "loss > 10", "warning": ""}

    assert list(faults_of_rule(rule(monitor_ids=(PING.id,), **loss), [PING])) == []
    [fault] = faults_of_rule(rule(monitor_ids=(MONITOR.id,), **loss), [MONITOR])
    assert fault.startswith("The condition for an alarm speaks of loss, which is not measured")


def test_a_rule_of_the_whole_environment_may_speak_of_monitors_still_to_come() -> None:
    assert list(faults_of_rule(rule(alarm="loss > 10"), [MONITOR])) == []


def test_a_rule_whose_monitors_are_all_gone_can_still_be_changed() -> None:
    assert list(faults_of_rule(rule(monitor_ids=("PGONE",)), [])) == []
