"""Rounds: what all agents of a monitor found at the same instant, as a rule sees it."""

from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Final

import msgspec

from tocsin.domain.alert_rule import AlertRule, Level
from tocsin.domain.condition import ask
from tocsin.domain.environment import BUILT_IN_AGENT
from tocsin.domain.monitor import Measurement, Monitor, Result

LEVELS: Final[tuple[Level, ...]] = ("alarm", "warning")  # the worst first
# A monitor of which nothing was heard for so many intervals is silent.
SILENT_AFTER: Final = 2


class Round(msgspec.Struct, frozen=True, kw_only=True):
    """One round. ``complete``: all agents have reported, or will not any more.

    ``begun`` is when the first of them measured. Who reported nothing is not in ``found``.
    """

    at: datetime
    begun: datetime
    complete: bool
    found: dict[str, Measurement]


class Seen(msgspec.Struct, frozen=True, kw_only=True):
    """A round as a rule sees it: the agents in violation, and those in one that is an alarm.

    ``good``: it is complete, too few are in violation, and at least one says that all is well.
    """

    round: Round
    warning: frozenset[str]
    alarm: frozenset[str]
    good: bool

    def agents(self, level: Level) -> frozenset[str]:
        """Return the agents that are in violation at this level or a worse one."""
        return self.alarm if level == "alarm" else self.warning


def agents_of(monitor: Monitor) -> tuple[str, ...]:
    """Return who measures."""
    return monitor.agent_ids or (BUILT_IN_AGENT,)


def rounds_of(monitor: Monitor, results: Iterable[Result], now: datetime) -> list[Round]:
    """Return the rounds of a monitor, the newest first. Who measures no longer is left out."""
    agents = agents_of(monitor)
    gathered: dict[datetime, list[Result]] = {}
    for result in results:
        if result.agent_id in agents:
            gathered.setdefault(result.round, []).append(result)
    over = now - timedelta(seconds=monitor.interval)
    return [
        Round(
            at=at,
            begun=min(result.at for result in found),
            complete=len(found) == len(agents) or at <= over,
            found={result.agent_id: result.measurement for result in found},
        )
        for at, found in sorted(gathered.items(), reverse=True)
    ]


def look(rule: AlertRule, rounds: Iterable[Round]) -> list[Seen]:
    """Ask the conditions of a rule about all measurements of these rounds."""
    return [_see(rule, one) for one in rounds]


def last_of(
    rule: AlertRule, monitor: Monitor, seen: Sequence[Seen], now: datetime
) -> Sequence[Seen]:
    """Return the rounds that count now. One in which nobody measured counts, as one without fault.

    Whoever was silent for long has nothing that counts.
    """
    interval = timedelta(seconds=monitor.interval)
    newest = max((one.round.at for one in seen), default=now)
    end = max(newest, now - SILENT_AFTER * interval)
    return [one for one in seen if one.round.at > end - rule.rounds_out_of * interval]


def level_of(rule: AlertRule, last: Sequence[Seen]) -> Level | None:
    """Return how badly the last rounds break a rule, None if they do not.

    A half-reported round only makes it worse: those who are still to report may be in violation.
    """
    complete = [one for one in last if one.round.complete]
    worst = {_level(rule, last[: rule.rounds_out_of]), _level(rule, complete[: rule.rounds_out_of])}
    return next((level for level in LEVELS if level in worst), None)


def signs_of(rule: AlertRule, last: Sequence[Seen]) -> Level | None:
    """Return how badly the worst of the last rounds breaks a rule by itself, None if none does."""
    counted = last[: rule.rounds_out_of]
    return next((lv for lv in LEVELS if any(is_bad(rule, one, lv) for one in counted)), None)


def is_bad(rule: AlertRule, one: Seen, level: Level) -> bool:
    """Say whether enough agents are in violation in a round."""
    return len(one.agents(level)) >= rule.agents_violating


def count_good(rule: AlertRule, seen: Iterable[Seen]) -> int:
    """Count the good rounds since the last bad one; one that tells nothing is passed over."""
    good = 0
    for one in seen:
        if is_bad(rule, one, "warning"):
            break
        good += one.good
    return good


def _see(rule: AlertRule, one: Round) -> Seen:
    alarm, warning, well = set(), set(), False
    for agent_id, measurement in one.found.items():
        answers = ask(rule.alarm, measurement), ask(rule.warning, measurement)
        if answers[0]:
            alarm.add(agent_id)
        if any(answers):
            warning.add(agent_id)
        well = well or answers == (False, False)
    good = one.complete and well and len(warning) < rule.agents_violating
    return Seen(round=one, warning=frozenset(warning), alarm=frozenset(alarm), good=good)


def _level(rule: AlertRule, last: Sequence[Seen]) -> Level | None:
    return next((level for level in LEVELS if _is_broken(rule, last, level)), None)


def _is_broken(rule: AlertRule, last: Sequence[Seen], level: Level) -> bool:
    if rule.agents_mode == "any":
        return sum(is_bad(rule, one, level) for one in last) >= rule.rounds_violating
    rounds_of_agent = Counter(agent for one in last for agent in one.agents(level))
    lasting = [
        agent for agent, rounds in rounds_of_agent.items() if rounds >= rule.rounds_violating
    ]
    return len(lasting) >= rule.agents_violating
