"""What is wrong with an alert rule, each in one sentence."""

from collections.abc import Iterator, Sequence
from typing import Final, get_args

from tocsin.domain.faults import (
    faults_of_choice,
    faults_of_length,
    faults_of_line,
    faults_of_number,
)
from tocsin.domain.intake.event import Severity
from tocsin.domain.monitoring.alert_rule import AgentsMode, AlertRule
from tocsin.domain.monitoring.condition import faults_of_condition
from tocsin.domain.monitoring.monitor import KINDS, Monitor
from tocsin.domain.monitoring.rounds import agents_of

LONGEST_NAME: Final = 100
LONGEST_NOTES: Final = 2000
ROUNDS: Final = range(1, 11)
MOST_AGENTS: Final = 100
AGENTS: Final = range(1, MOST_AGENTS + 1)


def faults_of_rule(rule: AlertRule, watched: Sequence[Monitor]) -> Iterator[str]:
    """Say what is wrong with a rule that speaks of these monitors, all of them that there are."""
    yield from faults_of_line("Name", rule.name, LONGEST_NAME)
    yield from faults_of_length("Notes", rule.notes, LONGEST_NOTES)
    yield from _faults_of_conditions(rule, watched)
    yield from _faults_of_severities(rule)
    yield from _faults_of_rounds(rule)
    yield from _faults_of_agents(rule, watched)


def _faults_of_conditions(rule: AlertRule, watched: Sequence[Monitor]) -> Iterator[str]:
    if not rule.alarm and not rule.warning:
        yield "A rule needs a condition for an alarm, for a warning, or for both."
    # A rule of the whole environment speaks of monitors that are still to come, too.
    kinds = {monitor.kind for monitor in watched} if rule.monitor_ids else KINDS
    yield from faults_of_condition("The condition for an alarm", rule.alarm, kinds or KINDS)
    yield from faults_of_condition("The condition for a warning", rule.warning, kinds or KINDS)


def _faults_of_severities(rule: AlertRule) -> Iterator[str]:
    known = get_args(Severity)
    for what, severity in (("alarm", rule.alarm_severity), ("warning", rule.warning_severity)):
        yield from faults_of_choice(f"Severity of {what}", severity, known)


def _faults_of_rounds(rule: AlertRule) -> Iterator[str]:
    for what, count in (
        ("Rounds that count", rule.rounds_out_of),
        ("Rounds in violation", rule.rounds_violating),
        ("Good rounds until it clears", rule.clear_after),
    ):
        yield from faults_of_number(what, count, ROUNDS)
    if rule.rounds_violating > rule.rounds_out_of:
        yield "Rounds in violation cannot be more than the rounds that count."


def _faults_of_agents(rule: AlertRule, watched: Sequence[Monitor]) -> Iterator[str]:
    if rule.agents_mode not in get_args(AgentsMode):
        yield "Agents that count must be any, or exactly the same ones in each round."
    yield from faults_of_number("Agents in violation", rule.agents_violating, AGENTS)
    most = max((len(agents_of(monitor)) for monitor in watched), default=MOST_AGENTS)
    if rule.agents_violating > most:
        yield f"Agents in violation cannot be more than {most}: no monitor here has more agents."
