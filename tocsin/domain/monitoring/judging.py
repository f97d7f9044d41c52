"""Judging: what becomes of a violation, now that this is what the last rounds found."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from itertools import takewhile
from math import ceil
from typing import Final, Literal

import msgspec
from msgspec.structs import replace

from tocsin.domain.intake.event import Severity
from tocsin.domain.monitoring.alert_rule import AlertRule, Because, Level, Violation
from tocsin.domain.monitoring.monitor import Monitor
from tocsin.domain.monitoring.notification_channel import SignalAction
from tocsin.domain.monitoring.rounds import (
    Round,
    Seen,
    agents_of,
    count_good,
    is_bad,
    last_of,
    level_of,
    look,
    signs_of,
)
from tocsin.domain.monitoring.violation_words import summarise

# What comes back so soon after it cleared goes on: the people of the last time are still at it.
BACK_WITHIN: Final = timedelta(minutes=30)
# A restart or a deployment goes to and fro once or twice, and each time is worth telling.
FLAPS_AFTER: Final = 3
# What flaps is over when it was calm for as long as people need to trust it, in enough rounds to
# tell; and a monitor that looks every few seconds need not be read back for ever.
CALM: Final = timedelta(minutes=15)
LEAST_CALM: Final = 3
MOST_CALM: Final = 60
BY_PEOPLE: Final[tuple[Because, ...]] = ("closed elsewhere", "closed by hand")

Step = Literal["track", "drop", "activate", "change", "clear", "note"]


class Change(msgspec.Struct, frozen=True, kw_only=True):
    """A violation as it is from now on, and what people are told. One that is new has no id yet.

    track: it may become one; drop: it did not, and is forgotten; change: of its level; note: of
    what stands beside.
    """

    step: Step
    violation: Violation
    signal: SignalAction | None = None


def covers(rule: AlertRule, monitor: Monitor) -> bool:
    """Say whether a rule speaks of a monitor."""
    named = not rule.monitor_ids or monitor.id in rule.monitor_ids
    return named and rule.environment_id == monitor.environment_id


def rounds_needed(rule: AlertRule, monitor: Monitor, before: Violation | None) -> int:
    """Return how many rounds must be known to judge. The newest may still be half-reported."""
    return max(rule.rounds_out_of, _rounds_to_clear(rule, monitor, before)) + 1


def end_of(rule: AlertRule | None, monitor: Monitor | None) -> Because | None:
    """Say why nothing can be in violation, whatever was measured; None if it can."""
    if monitor is None:
        return "monitor deleted"
    if rule is None:
        return "rule deleted"
    if not rule.enabled:
        return "rule disabled"
    if monitor.paused:
        return "monitor paused"
    return None if covers(rule, monitor) else "rule changed"


def clear(violation: Violation, rule: AlertRule | None, because: Because, now: datetime) -> Change:
    """Let a violation be over. What nobody was told of is forgotten."""
    if violation.state == "tracking":
        return Change(step="drop", violation=violation)
    cleared = replace(
        violation,
        state="cleared",
        changes=0 if violation.flapping else violation.changes,
        cleared_at=now,
        cleared_because=because,
        muted=because in BY_PEOPLE,
        updated_at=now,
    )
    is_told = because in BY_PEOPLE or rule is None or rule.notify_on_clear
    return Change(step="clear", violation=cleared, signal="resolve" if is_told else None)


class _Case(msgspec.Struct, frozen=True, kw_only=True):
    """All that is judged by: ``last`` are those of the rounds that count now."""

    rule: AlertRule
    monitor: Monitor
    seen: Sequence[Seen]
    last: Sequence[Seen]
    level: Level | None
    now: datetime


def acknowledge(violation: Violation, by: str, now: datetime) -> Change | None:
    """Let somebody take a violation that is active; only the first one does."""
    if violation.state != "active" or violation.acknowledged_at is not None:
        return None
    taken = replace(violation, acknowledged_at=now, acknowledged_by=by, updated_at=now)
    return Change(step="note", violation=taken, signal="acknowledge")


def close(violation: Violation, by: str, because: Because, now: datetime) -> Change | None:
    """Let somebody end a violation that is active; it stays so until a round was good."""
    if violation.state != "active":
        return None
    return clear(replace(violation, cleared_by=by), None, because, now)


def unacknowledge(violation: Violation, now: datetime) -> Change | None:
    """Let nobody have a violation any more that somebody had taken."""
    if violation.state != "active" or violation.acknowledged_at is None:
        return None
    left = replace(violation, acknowledged_at=None, acknowledged_by=None, updated_at=now)
    return Change(step="note", violation=left)


def reopen(violation: Violation, now: datetime) -> Change | None:
    """Let a violation go on that somebody had ended on the other side of a channel."""
    if violation.state != "cleared" or violation.cleared_because != "closed elsewhere":
        return None
    again = replace(
        violation,
        state="active",
        muted=False,
        acknowledged_at=None,
        acknowledged_by=None,
        cleared_at=None,
        cleared_because=None,
        cleared_by=None,
        updated_at=now,
    )
    return Change(step="note", violation=again, signal="trigger")


def judge(
    rule: AlertRule,
    monitor: Monitor,
    rounds: Sequence[Round],
    before: Violation | None,
    now: datetime,
    *,
    because: Because = "recovered",
) -> Change | None:
    """Say what becomes of the newest violation of a rule by a monitor; None: nothing.

    ``rounds`` begins with the newest. With another reason than that it recovered, it is judged
    anew by what is known, and nothing is waited for.
    """
    seen = _of_this_time(look(rule, rounds), before)
    anew = because != "recovered"
    last = last_of(rule, monitor, seen, seen[0].round.at if anew and seen else now)
    level = level_of(rule, last)
    counted = [one for one in seen if any(one in some for some in last)]
    case = _Case(rule=rule, monitor=monitor, seen=seen, last=counted, level=level, now=now)
    if before is None or before.state == "cleared":
        return _begin(case, before)
    if before.state == "tracking":
        return _follow(case, before)
    if level is not None:
        return _stay(case, level, before)
    if anew or count_good(rule, seen) >= _rounds_to_clear(rule, monitor, before):
        return clear(before, rule, because, now)
    return None


def _of_this_time(seen: Sequence[Seen], before: Violation | None) -> Sequence[Seen]:
    """Leave out what was before an open violation, or what led to the end of the last one."""
    if before is None:
        return seen
    if before.state != "cleared":
        return [one for one in seen if one.round.at >= before.began_at]
    end = before.cleared_at or before.updated_at
    if before.cleared_because in BY_PEOPLE:
        return [one for one in seen if one.round.begun > end]
    if before.cleared_because == "recovered":
        return list(takewhile(lambda one: not (one.good and one.round.begun <= end), seen))
    return seen


def _rounds_to_clear(rule: AlertRule, monitor: Monitor, before: Violation | None) -> int:
    if before is None or not before.flapping:
        return rule.clear_after
    calm = ceil(CALM.total_seconds() / monitor.interval)
    return max(rule.clear_after, min(MOST_CALM, max(LEAST_CALM, calm)))


def _begin(case: _Case, before: Violation | None) -> Change | None:
    """Open a violation, unless people closed the last one and it has been so ever since."""
    found = case.level or signs_of(case.rule, case.last)
    was_good = any(one.good for one in case.seen)
    if before and before.muted and not was_good and not _is_worse(found, before.level):
        return None
    if found:
        new = _new(case, found, before)
        return _activate(case, found, new) if case.level else Change(step="track", violation=new)
    if before and before.muted:
        return Change(step="note", violation=replace(before, muted=False))
    return None


def _follow(case: _Case, before: Violation) -> Change | None:
    """Let what was tracked become a violation, or be forgotten."""
    if case.level:
        return _activate(case, case.level, before)
    return None if signs_of(case.rule, case.last) else Change(step="drop", violation=before)


def _stay(case: _Case, level: Level, before: Violation) -> Change | None:
    """Change the level of a violation that goes on. While it flaps it only gets worse."""
    severity = _severity(case.rule, level)
    same = (level, severity) == (before.level, before.severity)
    if same or (before.flapping and not _is_worse(level, before.level)):
        return None
    is_news = case.now - before.updated_at < BACK_WITHIN
    changes = before.changes + 1 if is_news else 0
    flapping = before.flapping or changes >= FLAPS_AFTER
    after = _described(case, level, replace(before, changes=changes, flapping=flapping))
    if _is_worse(level, before.level):  # who took a warning has not yet seen the alarm
        after = replace(after, acknowledged_at=None, acknowledged_by=None)
    return Change(step="change", violation=after, signal="trigger")


def _activate(case: _Case, level: Level, before: Violation) -> Change:
    flapping = before.changes >= FLAPS_AFTER
    after = replace(before, state="active", active_at=case.now, flapping=flapping)
    return Change(step="activate", violation=_described(case, level, after), signal="trigger")


def _new(case: _Case, level: Level, last: Violation | None) -> Violation:
    """Return a violation that is tracked; one that is back soon keeps count of how often."""
    is_back = (
        last is not None
        and last.cleared_because == "recovered"
        and last.cleared_at is not None
        and case.now - last.cleared_at < BACK_WITHIN
    )
    blank = Violation(
        id="",
        rule_id=case.rule.id,
        monitor_id=case.monitor.id,
        environment_id=case.monitor.environment_id,
        rule_name=case.rule.name,
        monitor_name=case.monitor.name,
        state="tracking",
        level=level,
        severity="info",
        summary="",
        changes=last.changes + 1 if last and is_back else 0,
        began_at=min(one.round.at for one in case.last if one.agents(level)),
        updated_at=case.now,
    )
    return _described(case, level, blank)


def _described(case: _Case, level: Level, violation: Violation) -> Violation:
    """Say in a violation what is wrong, and who found it."""
    worst = _worst(case, level)
    agents, of_all = sorted(worst.agents(level)), len(agents_of(case.monitor))
    measurement = worst.round.found[agents[0]]
    said = [f"{len(agents)} of {of_all} agents"] if of_all > 1 else []
    said += ["flapping"] if violation.flapping else []
    return replace(
        violation,
        level=level,
        severity=_severity(case.rule, level),
        summary=summarise(case.rule, case.monitor, level, measurement, said),
        agent_ids=tuple(agents),
        values=measurement.values,
        updated_at=case.now,
    )


def _worst(case: _Case, level: Level) -> Seen:
    """Return the newest round that is bad by itself, or else the newest with anything bad."""
    bad = (one for one in case.last if is_bad(case.rule, one, level))
    return next(bad, None) or next(one for one in case.last if one.agents(level))


def _severity(rule: AlertRule, level: Level) -> Severity:
    return rule.alarm_severity if level == "alarm" else rule.warning_severity


def _is_worse(level: Level | None, than: Level) -> bool:
    return level == "alarm" and than == "warning"
