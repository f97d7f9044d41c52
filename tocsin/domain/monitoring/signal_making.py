"""How a violation becomes a signal: what a channel is told, made of all that is known."""

from datetime import datetime
from typing import Final

import msgspec

from tocsin.domain.monitoring.alert_rule import Violation
from tocsin.domain.monitoring.environment import BUILT_IN_AGENT
from tocsin.domain.monitoring.notification_channel import Signal, SignalAction

TEST_MARK: Final = "test-"  # what the threads of trials begin with,
TRIAL: Final = "T"  # and the ids behind that
FIRST: Final = "first"  # in the subject of a trial that only says that alerts arrive
TEST_MONITOR: Final = "Test"
CHANNEL_REMOVED: Final = "notification channel removed"


class About(msgspec.Struct, frozen=True, kw_only=True):
    """What is known of a violation besides itself. What is gone by now is empty.

    ``subject`` is what the monitor watches, ``agents`` the names of those that saw it.
    """

    environment: str = ""
    subject: str = ""
    alarm: str = ""
    warning: str = ""
    notes: str = ""
    agents: tuple[str, ...] = ()


def signal_of(
    violation: Violation, action: SignalAction, about: About, *, link: str, at: datetime
) -> Signal:
    """Return what is told of a violation as it stands."""
    return Signal(
        action=action,
        violation_id=violation.id,
        number=violation.number,
        at=at,
        level=violation.level,
        severity=violation.severity,
        summary=_headline(violation, action),
        message=violation.summary,
        rule=violation.rule_name,
        monitor=violation.monitor_name,
        environment=about.environment,
        subject=about.subject or violation.monitor_name,
        metric=about.alarm if violation.level == "alarm" else about.warning,
        dimensions=_dimensions(violation, about),
        link=link,
        notes=about.notes,
        values=violation.values,
    )


def trial_signal(
    action: SignalAction,
    *,
    thread_id: str,
    channel: str,
    environment: str,
    link: str,
    at: datetime,
    is_first: bool = False,
) -> Signal:
    """Return what a channel is told to see whether it works, or that it does."""
    message = f"This is a test of the notification channel {channel}: nothing is wrong."
    if is_first:
        message = f"Alerts of the notification channel {channel} arrive here: nothing is wrong."
    said = {"trigger": "", "acknowledge": "Acknowledged: ", "resolve": "Resolved: "}[action]
    return Signal(
        action=action,
        violation_id=thread_id,
        number=0,
        at=at,
        level="warning",
        severity="info" if is_first else "warning",
        summary=f"{said}{message}",
        message=message,
        rule=TEST_MONITOR,
        monitor=TEST_MONITOR,
        environment=environment,
        subject="Tocsin",
        metric="test",
        dimensions="",
        link=link,
    )


def thread_of(id_: str) -> str:
    """Return the thread in which a violation, or a trial, is told of."""
    return f"{TEST_MARK}{id_}" if id_.startswith(TRIAL) else id_


def subject_of(thread_id: str) -> str:
    """Return the id of the violation, or of the trial, that a thread is about."""
    return thread_id.removeprefix(TEST_MARK)


def _headline(violation: Violation, action: SignalAction) -> str:
    match action:
        case "trigger":
            return violation.summary
        case "acknowledge":
            by = f" by {violation.acknowledged_by}" if violation.acknowledged_by else ""
            return f"Acknowledged{by}: {violation.summary}"
        case _:
            is_over = violation.state == "cleared"
            reason = violation.cleared_because or "recovered" if is_over else CHANNEL_REMOVED
            because = "" if reason == "recovered" else f", {reason}"
            return f"Resolved{because}: {violation.summary}"


def _dimensions(violation: Violation, about: About) -> str:
    """Name the agents; the built-in one is worth naming only beside others."""
    built_in = BUILT_IN_AGENT in violation.agent_ids and about.agents
    names = [*about.agents, *(["the built-in agent"] if built_in else [])]
    return f"from {_joined(names)}" if names else ""


def _joined(names: list[str]) -> str:
    *others, last = names
    return f"{', '.join(others)} and {last}" if others else last
