"""What is wrong with a service, in sentences."""

from datetime import UTC, datetime, time
from typing import Any

import pytest

from tocsin.domain.intake.service import ScheduledAction, Service, SupportHours, UrgencyRule
from tocsin.domain.intake.service_faults import faults_of_service

NOON = datetime(2026, 11, 21, 12, tzinfo=UTC)
BY_HOURS = UrgencyRule(kind="use_support_hours", during="high", outside="low")
UP = ScheduledAction(at="support_hours_start", to_urgency="high")
DOWN = ScheduledAction(at="support_hours_end", to_urgency="low")


def hours(*days: int, zone: str = "Europe/Vienna") -> SupportHours:
    return SupportHours(time_zone=zone, days_of_week=days, start_time=time(9), end_time=time(17))


def faults(**given: Any) -> list[str]:
    usual = {"id": "SERVICE", "name": "Checkout", "escalation_policy_id": "POLICY"}
    return [*faults_of_service(Service(created_at=NOON, **(usual | given)))]


@pytest.mark.parametrize(
    "given",
    [
        {},
        {"acknowledgement_timeout": None, "auto_resolve_timeout": None},
        {"urgency_rule": BY_HOURS, "support_hours": hours(1, 7), "scheduled_actions": (UP,)},
        {"alert_grouping": {"type": "time", "config": {"timeout": 5}}},
        {"auto_pause": {"timeout": 120}},
        {"auto_pause": {"timeout": None}},
    ],
)
def test_nothing_is_wrong(given: dict[str, Any]) -> None:
    assert faults(**given) == []


@pytest.mark.parametrize(
    ("given", "fault"),
    [
        ({"escalation_policy_id": ""}, "Escalation policy cannot be blank."),
        (
            {"acknowledgement_timeout": -1},
            "Acknowledgement timeout must be from 0 to 31536000 seconds.",
        ),
        (
            {"alert_grouping": {"type": "time", "config": {"timeout": -1}}},
            "Alert grouping parameters must have a timeout of 0 to 1440 minutes.",
        ),
        (
            {"auto_pause": {"timeout": 7}},
            "Auto pause timeout must be one of 0, 120, 180, 300, 600, 900 seconds.",
        ),
        (
            {"support_hours": hours(1)},
            "Support hours need an incident urgency rule of type use_support_hours.",
        ),
        (
            {"urgency_rule": UrgencyRule(kind="use_support_hours"), "support_hours": hours(1)},
            "Incident urgency rule must say what holds during and outside support hours.",
        ),
        (
            {"urgency_rule": BY_HOURS},
            "Support hours cannot be blank with a rule of type use_support_hours.",
        ),
        (
            {"urgency_rule": BY_HOURS, "support_hours": hours(1, 1)},
            "Support hours must have days of week from 1 (Monday) to 7, each at most once.",
        ),
        (
            {"urgency_rule": BY_HOURS, "support_hours": hours(1, zone="Nowhere")},
            "Support hours must have the name of a time zone, such as Europe/Vienna.",
        ),
        (
            {"scheduled_actions": (UP,)},
            "Scheduled actions need a rule of high urgency during support hours, low outside.",
        ),
        (
            {
                "urgency_rule": BY_HOURS,
                "support_hours": hours(1),
                "scheduled_actions": (UP, UP),
            },
            "Scheduled actions cannot be more than one.",
        ),
        (
            {"urgency_rule": BY_HOURS, "support_hours": hours(1), "scheduled_actions": (DOWN,)},
            "Scheduled actions can only change the urgency to high.",
        ),
    ],
)
def test_a_fault_is_one_sentence(given: dict[str, Any], fault: str) -> None:
    assert faults(**given) == [fault]
