"""Rounds: what all agents of a monitor found at the same instant, as a rule sees it."""

from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from itertools import takewhile
from typing import Final

import msgspec

from tocsin.domain.monitoring.alert_rule import AlertRule, Level
from tocsin.domain.monitoring.condition import ask
from tocsin.domain.monitoring.environment import BUILT_IN_AGENT
from tocsin.domain.monitoring.monitor import Measurement, Monitor, Result

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
) -> tuple[list[Seen], list[Seen]]:
    """Return the rounds that count now, the newest first: with half-reported ones, and without.

    Time goes on where nobody measures: such a round counts as one without fault. Whoever was
    silent for long has nothing that counts.
    """
    interval = timedelta(seconds=monitor.interval)

    def last(some: Sequence[Seen]) -> list[Seen]:
        newest = max((one.round.at for one in some), default=now)
        end = max(newest, now - SILENT_AFTER * interval)
        return [one for one in some if one.round.at > end - rule.rounds_out_of * interval]

    complete = [one for one in seen if one.round.complete]
    return last(seen)[: rule.rounds_out_of], last(complete)[: rule.rounds_out_of]


def level_of(rule: AlertRule, last: Iterable[Sequence[Seen]]) -> Level | None:
    """Return how badly rounds break a rule, None if they do not: the worse of what both say.

    So a half-reported round only makes it worse: those still to report may be in violation.
    """
    found = {_level(rule, some) for some in last}
    return next((level for level in LEVELS if level in found), None)


def signs_of(rule: AlertRule, last: Iterable[Seen]) -> Level | None:
    """Return how badly the worst of some rounds breaks a rule by itself, None if none does."""
    found = {level for level in LEVELS for one in last if is_bad(rule, one, level)}
    return next((level for level in LEVELS if level in found), None)


def is_bad(rule: AlertRule, one: Seen, level: Level) -> bool:
    """Say whether enough agents are in violation in a round."""
    return len(one.agents(level)) >= rule.agents_violating


def count_good(rule: AlertRule, seen: Iterable[Seen]) -> int:
    """Count the good rounds since the last bad one; one that tells nothing is passed over."""
    since = takewhile(lambda one: not is_bad(rule, one, "warning"), seen)
    return sum(one.good for one in since)


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
