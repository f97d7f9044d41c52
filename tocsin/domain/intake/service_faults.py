"""What no service may be like."""

from collections.abc import Iterator
from typing import Final

from tocsin.domain.faults import faults_of_length, faults_of_line, faults_of_number
from tocsin.domain.intake.alert_grouping import faults_of_grouping
from tocsin.domain.intake.service import Service
from tocsin.kit.zones import is_zone

LONGEST_NAME: Final = 255
LONGEST_DESCRIPTION: Final = 2000
TIMEOUTS: Final = range(365 * 86_400 + 1)  # seconds
PAUSES: Final = (0, 120, 180, 300, 600, 900)  # seconds; 0 leaves the choice to the house


def faults_of_service(service: Service) -> Iterator[str]:
    """Say what is wrong with a service, whatever else there is."""
    yield from faults_of_line("Name", service.name, LONGEST_NAME)
    yield from faults_of_length("Description", service.description, LONGEST_DESCRIPTION)
    if not service.escalation_policy_id:
        yield "Escalation policy cannot be blank."
    for name, seconds in (
        ("Acknowledgement timeout", service.acknowledgement_timeout),
        ("Auto resolve timeout", service.auto_resolve_timeout),
    ):
        yield from faults_of_number(name, seconds or 0, TIMEOUTS, "seconds")
    yield from _faults_of_urgency(service)
    yield from _faults_of_actions(service)
    if service.alert_grouping is not None:
        yield from faults_of_grouping(service.alert_grouping)
    if service.auto_pause is not None and (service.auto_pause.get("timeout") or 0) not in PAUSES:
        yield f"Auto pause timeout must be one of {', '.join(map(str, PAUSES))} seconds."


def _faults_of_urgency(service: Service) -> Iterator[str]:
    rule, hours = service.urgency_rule, service.support_hours
    if rule.kind == "constant":
        if hours is not None:
            yield "Support hours need an incident urgency rule of type use_support_hours."
        return
    if rule.during is None or rule.outside is None:
        yield "Incident urgency rule must say what holds during and outside support hours."
    if hours is None:
        yield "Support hours cannot be blank with a rule of type use_support_hours."
        return
    days = hours.days_of_week
    if not days or len(set(days)) < len(days) or not set(days) <= set(range(1, 8)):
        yield "Support hours must have days of week from 1 (Monday) to 7, each at most once."
    if not is_zone(hours.time_zone):
        yield "Support hours must have the name of a time zone, such as Europe/Vienna."


def _faults_of_actions(service: Service) -> Iterator[str]:
    rule, actions = service.urgency_rule, service.scheduled_actions
    if actions and (rule.during, rule.outside) != ("high", "low"):
        yield "Scheduled actions need a rule of high urgency during support hours, low outside."
    if len(actions) > 1:
        yield "Scheduled actions cannot be more than one."
    if any(action.to_urgency != "high" for action in actions):
        yield "Scheduled actions can only change the urgency to high."
