"""Urgency: how loudly an incident calls, by the service's rule, the severity and the hours."""

from collections.abc import Iterator, Mapping
from datetime import datetime, time, timedelta

from tocsin.domain.duty.wall_time import DAY, SECOND, to_datetime, to_instant, wall_clock
from tocsin.domain.intake.event import Severity
from tocsin.domain.intake.service import ScheduledAction, SupportHours, UrgencyRule, UrgencySetting
from tocsin.domain.people.user import Urgency
from tocsin.domain.response.incident import ServiceRules

BY_SEVERITY: Mapping[Severity | None, Urgency] = {
    "critical": "high",
    "error": "high",
    "warning": "low",
    "info": "low",
    None: "high",
}
_INSTANT = timedelta(microseconds=1)
_THURSDAY = 3  # 1970-01-01, counted from Monday as 0


def urgency_of(
    rule: UrgencyRule, hours: SupportHours | None, severity: Severity | None, now: datetime
) -> Urgency:
    """Return the urgency of an incident that begins now."""
    setting = _setting(rule, hours, now)
    return BY_SEVERITY[severity] if setting == "severity_based" else setting


def is_within(hours: SupportHours, at: datetime) -> bool:
    """Say whether an instant falls into support hours."""
    reading = wall_clock(hours.time_zone).reading(to_instant(at))
    today = reading // DAY
    return any(
        start <= reading < end
        for day in (today - 1, today)
        if _weekday(day) in hours.days_of_week
        for start, end in (_readings(hours, day),)
    )


def next_change(
    rules: ServiceRules, urgency: Urgency, now: datetime
) -> tuple[datetime, Urgency] | None:
    """Find the next scheduled action that would change an urgency: when, and to which."""
    hours = rules.support_hours
    actions = [action for action in rules.scheduled_actions if action.to_urgency != urgency]
    if hours is None or not actions:
        return None
    edges = (edge for action in actions for edge in _edges(hours, action, now))
    return min(edges, default=None)


def changes_at(rules: ServiceRules, urgency: Urgency, now: datetime) -> datetime | None:
    """Return when an urgency changes by itself."""
    change = next_change(rules, urgency, now)
    return change and change[0]


def _setting(rule: UrgencyRule, hours: SupportHours | None, now: datetime) -> UrgencySetting:
    """Return what the rule says now. What it leaves unsaid is high: doubt is not quiet."""
    if rule.kind == "constant":
        return rule.urgency
    if hours is None:
        return "high"
    return (rule.during if is_within(hours, now) else rule.outside) or "high"


def _edges(
    hours: SupportHours, action: ScheduledAction, now: datetime
) -> Iterator[tuple[datetime, Urgency]]:
    """Find the instants within a week at which the hours really start or end.

    Hours that go on into the next day's do not end at midnight, and hours that fall into the gap
    when clocks are set forward do not start that day.
    """
    clock = wall_clock(hours.time_zone)
    starts = action.at == "support_hours_start"
    today = clock.reading(to_instant(now)) // DAY
    for day in range(today - 1, today + 8):
        if _weekday(day) in hours.days_of_week:
            start, end = _readings(hours, day)
            at = to_datetime(clock.instant(start if starts else end))
            before = at - _INSTANT
            if at > now and is_within(hours, at) == starts != is_within(hours, before):
                yield at, action.to_urgency


def _readings(hours: SupportHours, day: int) -> tuple[int, int]:
    """Return start and end of the hours of a day; they may reach into the next one."""
    start, end = _since_midnight(hours.start_time), _since_midnight(hours.end_time)
    return day * DAY + start, day * DAY + (end if end > start else end + DAY)


def _since_midnight(moment: time) -> int:
    return (moment.hour * 3600 + moment.minute * 60 + moment.second) * SECOND


def _weekday(day: int) -> int:
    return (day + _THURSDAY) % 7 + 1
