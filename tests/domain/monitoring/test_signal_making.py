"""Signals: what is told of a violation, and of a test."""

import pytest
from msgspec.structs import replace

from tests.domain.signals import ABOUT, LINK, NOON, TRIGGER, VIOLATION
from tocsin.domain.monitoring.alert_rule import Because
from tocsin.domain.monitoring.environment import BUILT_IN_AGENT
from tocsin.domain.monitoring.signal_making import (
    About,
    signal_of,
    subject_of,
    thread_of,
    trial_signal,
)


def test_a_trigger_tells_what_is_wrong_and_where() -> None:
    assert (TRIGGER.summary, TRIGGER.message) == ("Cart answers in 812 ms",) * 2
    assert (TRIGGER.subject, TRIGGER.monitor) == ("https://shop.example.com/cart", "Cart")
    assert (TRIGGER.metric, TRIGGER.dimensions) == ("response_time > 500", "from Vienna")
    assert (TRIGGER.environment, TRIGGER.notes) == ("Shop", "See the runbook.")
    assert (TRIGGER.level, TRIGGER.severity, TRIGGER.number) == ("alarm", "critical", 7)
    assert (TRIGGER.link, TRIGGER.values) == (LINK, {"response_time": 812})


def test_a_warning_tells_its_own_condition() -> None:
    warning = replace(VIOLATION, level="warning")

    assert signal_of(warning, "trigger", ABOUT, link=LINK, at=NOON).metric == "response_time > 200"


def test_what_is_gone_by_now_is_told_by_its_name() -> None:
    signal = signal_of(VIOLATION, "resolve", About(), link=LINK, at=NOON)

    assert (signal.subject, signal.metric, signal.dimensions) == ("Cart", "", "")


@pytest.mark.parametrize(
    ("agent_ids", "names", "told"),
    [
        (("PA", "PB"), ("Graz", "Vienna"), "from Graz and Vienna"),
        ((BUILT_IN_AGENT,), (), ""),
        (("PA", BUILT_IN_AGENT), ("Graz",), "from Graz and the built-in agent"),
        (("PA", "PB", BUILT_IN_AGENT), ("Graz", "Vienna"), "from Graz, Vienna and the built-in"
        " agent"),
    ],
)  # fmt: skip
def test_agents_are_named(agent_ids: tuple[str, ...], names: tuple[str, ...], told: str) -> None:
    violation = replace(VIOLATION, agent_ids=agent_ids)

    signal = signal_of(violation, "trigger", replace(ABOUT, agents=names), link=LINK, at=NOON)

    assert signal.dimensions == told


@pytest.mark.parametrize(("by", "told"), [("Ann", "Acknowledged by Ann: "), (None, "Acknowledged")])
def test_an_acknowledgement_tells_who_has_it(by: str | None, told: str) -> None:
    violation = replace(VIOLATION, acknowledged_by=by)

    signal = signal_of(violation, "acknowledge", ABOUT, link=LINK, at=NOON)

    assert signal.summary.startswith(told)
    assert signal.message == "Cart answers in 812 ms"


@pytest.mark.parametrize(
    ("because", "told"),
    [
        (None, "Resolved: Cart answers in 812 ms"),
        ("recovered", "Resolved: Cart answers in 812 ms"),
        ("rule deleted", "Resolved, rule deleted: Cart answers in 812 ms"),
    ],
)
def test_the_end_tells_why_it_is_over(because: Because | None, told: str) -> None:
    violation = replace(VIOLATION, state="cleared", cleared_because=because)

    assert signal_of(violation, "resolve", ABOUT, link=LINK, at=NOON).summary == told


def test_an_end_that_is_none_tells_that_the_channel_was_removed() -> None:
    signal = signal_of(VIOLATION, "resolve", ABOUT, link=LINK, at=NOON)

    assert signal.summary == "Resolved, notification channel removed: Cart answers in 812 ms"


def test_a_test_says_that_it_is_one() -> None:
    signal = trial_signal(
        "resolve", thread_id="test-T1", channel="Pager", environment="Shop", link=LINK, at=NOON
    )

    message = "This is a test of the notification channel Pager: nothing is wrong."
    assert (signal.message, signal.summary) == (message, f"Resolved: {message}")
    assert (signal.violation_id, signal.severity) == ("test-T1", "warning")


def test_tests_have_threads_of_their_own() -> None:
    assert (thread_of("T1"), thread_of("Q1")) == ("test-T1", "Q1")
    assert (subject_of("test-T1"), subject_of("Q1")) == ("T1", "Q1")


def test_a_first_alert_is_no_cause_for_alarm() -> None:
    signal = trial_signal(
        "trigger",
        thread_id="test-T1",
        channel="Pager",
        environment="Shop",
        link="https://oncall.example.com",
        at=NOON,
        is_first=True,
    )

    assert signal.severity == "info"
    assert signal.summary == (
        "Alerts of the notification channel Pager arrive here: nothing is wrong."
    )
