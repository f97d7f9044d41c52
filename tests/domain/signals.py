"""A violation, and what a channel is told of it, for tests."""

from datetime import UTC, datetime
from typing import Final

from tocsin.domain.monitoring.alert_rule import Violation
from tocsin.domain.monitoring.notification_channel import Signal
from tocsin.domain.monitoring.signal_making import About, signal_of

NOON: Final = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
LINK: Final = "https://oncall.example.com/violations/QVIOLATION0001"
ABOUT: Final = About(
    environment="Shop",
    subject="https://shop.example.com/cart",
    alarm="response_time > 500",
    warning="response_time > 200",
    notes="See the runbook.",
    agents=("Vienna",),
)
VIOLATION: Final = Violation(
    id="QVIOLATION0001",
    number=7,
    rule_id="PRULE",
    monitor_id="PMONITOR",
    environment_id="PENVIRONMENT",
    rule_name="Slow pages",
    monitor_name="Cart",
    state="active",
    level="alarm",
    severity="critical",
    summary="Cart answers in 812 ms",
    agent_ids=("PAGENT",),
    values={"response_time": 812},
    began_at=NOON,
    active_at=NOON,
    updated_at=NOON,
)
TRIGGER: Final[Signal] = signal_of(VIOLATION, "trigger", ABOUT, link=LINK, at=NOON)
