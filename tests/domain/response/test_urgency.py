"""Urgency by severity and by support hours, across midnights and changes of the clocks."""

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tocsin.domain.intake.event import Severity
from tocsin.domain.intake.service import ScheduledAction, SupportHours, UrgencyRule
from tocsin.domain.people.user import Urgency
from tocsin.domain.response.incident import ServiceRules
from tocsin.domain.response.urgency import changes_at, is_within, next_change, urgency_of

WORKDAYS = (1, 2, 3, 4, 5)
EVERY_DAY = (1, 2, 3, 4, 5, 6, 7)
TO_HIGH = ScheduledAction(at="support_hours_start", to_urgency="high")
TO_LOW = ScheduledAction(at="support_hours_end", to_urgency="low")
BY_SEVERITY = UrgencyRule(urgency="severity_based")
BY_HOURS = UrgencyRule(kind="use_support_hours", during="high", outside="low")


def hours(
    start: str, end: str, days: tuple[int, ...] = WORKDAYS, zone: str = "Europe/Vienna"
) -> SupportHours:
    """Return support hours from wall time to wall time."""
    return SupportHours(
        time_zone=zone,
        days_of_week=days,
        start_time=time.fromisoformat(start),
        end_time=time.fromisoformat(end),
    )


def at(text: str, zone: str = "Europe/Vienna") -> datetime:
    """Return the instant of a wall time; ``fold`` is written as a trailing ``*``."""
    moment = datetime.fromisoformat(text.removesuffix("*")).replace(tzinfo=ZoneInfo(zone))
    return moment.replace(fold=text.endswith("*")).astimezone(UTC)


OFFICE = hours("09:00", "17:00")  # 2026-03-02 is a Monday
NIGHT = hours("22:00", "06:00")


@pytest.mark.parametrize(
    ("severity", "urgency"),
    [("critical", "high"), ("error", "high"), ("warning", "low"), ("info", "low"), (None, "high")],
)
def test_severity_decides_where_the_rule_says_so(
    severity: Severity | None, urgency: Urgency
) -> None:
    assert urgency_of(BY_SEVERITY, None, severity, at("2026-03-02T12:00")) == urgency


@pytest.mark.parametrize("urgency", ["high", "low"])
def test_a_constant_rule_looks_at_nothing_else(urgency: Urgency) -> None:
    rule = UrgencyRule(urgency=urgency)

    for severity in ("critical", "info"):
        assert urgency_of(rule, OFFICE, severity, at("2026-03-02T12:00")) == urgency


@pytest.mark.parametrize(
    ("now", "urgency"), [("2026-03-02T12:00", "high"), ("2026-03-02T08:59", "low")]
)
def test_support_hours_decide_where_the_rule_says_so(now: str, urgency: Urgency) -> None:
    assert urgency_of(BY_HOURS, OFFICE, "info", at(now)) == urgency


def test_support_hours_and_severity_may_decide_together() -> None:
    rule = UrgencyRule(kind="use_support_hours", during="severity_based", outside="low")

    assert urgency_of(rule, OFFICE, "info", at("2026-03-02T12:00")) == "low"
    assert urgency_of(rule, OFFICE, "error", at("2026-03-02T12:00")) == "high"


def test_what_a_rule_leaves_unsaid_is_high() -> None:
    now = at("2026-03-02T12:00")

    assert urgency_of(UrgencyRule(kind="use_support_hours"), OFFICE, "info", now) == "high"
    assert urgency_of(BY_HOURS, None, "info", at("2026-03-02T23:00")) == "high"


@pytest.mark.parametrize(
    ("support", "now", "within"),
    [
        (OFFICE, "2026-03-02T08:59:59", False),
        (OFFICE, "2026-03-02T09:00", True),
        (OFFICE, "2026-03-02T16:59:59", True),
        (OFFICE, "2026-03-02T17:00", False),
        (OFFICE, "2026-03-07T12:00", False),  # a Saturday
        (NIGHT, "2026-03-02T21:59", False),
        (NIGHT, "2026-03-02T22:00", True),
        (NIGHT, "2026-03-03T05:59", True),
        (NIGHT, "2026-03-03T06:00", False),
        (NIGHT, "2026-03-07T05:00", True),  # Friday's night
        (NIGHT, "2026-03-02T05:00", False),  # Sunday's
        (hours("00:00", "00:00", (1,)), "2026-03-02T00:00", True),
        (hours("00:00", "00:00", (1,)), "2026-03-02T23:59", True),
        (hours("00:00", "00:00", (1,)), "2026-03-03T00:00", False),
        (hours("08:00", "08:00", (1,)), "2026-03-03T07:59", True),
        (hours("08:00", "08:00", (1,)), "2026-03-02T07:59", False),
        (hours("09:00", "17:00", ()), "2026-03-02T12:00", False),
        (hours("09:00", "17:00", (7,)), "2026-03-29T08:59", False),  # clocks forward at 02:00
        (hours("09:00", "17:00", (7,)), "2026-03-29T09:00", True),
        (hours("02:30", "04:00", (7,)), "2026-03-29T03:00", True),  # there is no 02:30
        (hours("02:30", "04:00", (7,)), "2026-10-25T02:30", True),  # clocks back at 03:00
        (hours("02:30", "04:00", (7,)), "2026-10-25T02:00*", True),
        (hours("01:00", "02:30", (7,)), "2026-10-25T02:30", False),
        (hours("01:00", "02:30", (7,)), "2026-10-25T02:00*", False),
    ],
)
def test_support_hours_are_wall_time(support: SupportHours, now: str, within: bool) -> None:
    assert is_within(support, at(now)) is within


@pytest.mark.parametrize(
    ("support", "now", "expected"),
    [
        (OFFICE, "2026-03-02T08:00", "2026-03-02T09:00"),
        (OFFICE, "2026-03-02T09:00", "2026-03-03T09:00"),
        (OFFICE, "2026-03-06T12:00", "2026-03-09T09:00"),
        (OFFICE, "2026-03-28T12:00", "2026-03-30T09:00"),  # clocks forward in between
        (OFFICE, "2026-10-24T12:00", "2026-10-26T09:00"),  # clocks back in between
        (NIGHT, "2026-03-06T23:00", "2026-03-09T22:00"),
        (hours("09:00", "17:00", (1,)), "2026-03-02T12:00", "2026-03-09T09:00"),
        (hours("02:30", "04:00", (7,)), "2026-03-28T12:00", "2026-03-29T03:00"),
        (hours("02:30", "04:00", (7,)), "2026-10-24T12:00", "2026-10-25T02:30"),
        (hours("02:10", "02:50", EVERY_DAY), "2026-03-28T12:00", "2026-03-30T02:10"),
        (hours("00:00", "00:00"), "2026-03-03T12:00", "2026-03-09T00:00"),
        (hours("00:00", "00:00", EVERY_DAY), "2026-03-03T12:00", None),
        (hours("09:00", "17:00", ()), "2026-03-02T08:00", None),
    ],
)
def test_the_next_start_of_support_hours(
    support: SupportHours, now: str, expected: str | None
) -> None:
    rules = ServiceRules(support_hours=support, scheduled_actions=(TO_HIGH,))

    found = next_change(rules, "low", at(now))

    assert found == (None if expected is None else (at(expected), "high"))


@pytest.mark.parametrize(
    ("support", "now", "expected"),
    [
        (OFFICE, "2026-03-02T08:00", "2026-03-02T17:00"),
        (OFFICE, "2026-03-06T17:00", "2026-03-09T17:00"),
        (NIGHT, "2026-03-07T01:00", "2026-03-07T06:00"),
        (hours("00:00", "00:00"), "2026-03-03T12:00", "2026-03-07T00:00"),
        (hours("01:00", "02:30", (7,)), "2026-10-25T00:00", "2026-10-25T02:30"),
    ],
)
def test_the_next_end_of_support_hours(support: SupportHours, now: str, expected: str) -> None:
    rules = ServiceRules(support_hours=support, scheduled_actions=(TO_LOW,))

    assert changes_at(rules, "high", at(now)) == at(expected)


def test_of_two_actions_the_one_that_changes_something_counts() -> None:
    rules = ServiceRules(support_hours=OFFICE, scheduled_actions=(TO_HIGH, TO_LOW))
    morning = at("2026-03-02T08:00")

    assert next_change(rules, "low", morning) == (at("2026-03-02T09:00"), "high")
    assert next_change(rules, "high", morning) == (at("2026-03-02T17:00"), "low")


def test_without_hours_or_actions_nothing_changes_by_itself() -> None:
    now = at("2026-03-02T08:00")

    assert changes_at(ServiceRules(scheduled_actions=(TO_HIGH,)), "low", now) is None
    assert changes_at(ServiceRules(support_hours=OFFICE), "low", now) is None


INSTANTS = st.datetimes(datetime(2020, 1, 1), datetime(2030, 1, 1), timezones=st.just(UTC))
HOURS = st.builds(
    SupportHours,
    time_zone=st.sampled_from(["Europe/Vienna", "America/New_York", "Australia/Lord_Howe", "UTC"]),
    days_of_week=st.frozensets(st.integers(1, 7)).map(lambda days: tuple(sorted(days))),
    start_time=st.times().map(lambda t: t.replace(microsecond=0)),
    end_time=st.times().map(lambda t: t.replace(microsecond=0)),
)


@given(support=HOURS, now=INSTANTS)
def test_the_next_start_is_an_edge_with_no_other_before_it(
    support: SupportHours, now: datetime
) -> None:
    rules = ServiceRules(support_hours=support, scheduled_actions=(TO_HIGH,))
    start = changes_at(rules, "low", now)
    quarter = timedelta(minutes=15)
    last = min(start or now + timedelta(days=7), now + timedelta(days=7))

    if start:
        assert is_within(support, start)
        assert not is_within(support, start - timedelta(microseconds=1))
    states = [is_within(support, now + quarter * n) for n in range((last - now) // quarter + 1)]
    starts = [n for n in range(1, len(states)) if states[n] and not states[n - 1]]
    assert all(now + quarter * n >= last for n in starts)
