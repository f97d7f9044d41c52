"""Rounds for tests: a rule, a monitor, and what its agents found minute by minute."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from msgspec.structs import replace

from tocsin.domain.monitoring.alert_rule import AlertRule, Violation
from tocsin.domain.monitoring.environment import BUILT_IN_AGENT
from tocsin.domain.monitoring.judging import Change, judge
from tocsin.domain.monitoring.monitor import Measurement, Monitor, Result
from tocsin.domain.monitoring.rounds import rounds_of

NOON = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
MONITOR = Monitor(
    id="PMONITOR",
    environment_id="PENVIRONMENT",
    name="Shop",
    kind="http",
    shown="https://shop.example.com",
    target_encrypted=b"",
    created_at=NOON,
)
RULE = AlertRule(
    id="PRULE",
    environment_id="PENVIRONMENT",
    name="Errors",
    alarm='!ok && fault_kind != "timeout"',
    warning='fault_kind == "timeout"',
    created_at=NOON,
)
FOUND = {
    ".": Measurement(ok=True, values={"response_time": 12.5}),
    "!": Measurement(
        ok=False, fault_kind="status", fault="HTTP status 503.", values={"status": 503}
    ),
    "?": Measurement(ok=False, fault_kind="timeout", fault="No answer within 10 s."),
}


def rule(**given: Any) -> AlertRule:
    """Return a rule that differs from the usual one."""
    return replace(RULE, **given)


def results(
    told: str | Mapping[str, str],
    *,
    found: Mapping[str, Measurement] = FOUND,
    begin: datetime = NOON,
) -> list[Result]:
    """Return what agents found, a letter for each minute; a blank is nothing."""
    said = {BUILT_IN_AGENT: told} if isinstance(told, str) else told
    return [
        Result(
            monitor_id=MONITOR.id,
            agent_id=agent,
            round=begin + minute * MINUTE,
            at=begin + minute * MINUTE,
            measurement=found[letter],
        )
        for agent, letters in said.items()
        for minute, letter in enumerate(letters)
        if letter != " "
    ]


class Watch:
    """Judges a rule after each minute, as the house does, and keeps what came of it."""

    def __init__(self, rule: AlertRule = RULE, monitor: Monitor = MONITOR) -> None:
        self.rule = rule
        self.monitor = monitor
        self.results: list[Result] = []
        self.violations: list[Violation] = []
        self.signals: list[str] = []
        self.now = NOON

    @property
    def newest(self) -> Violation | None:
        """The newest violation, open or cleared."""
        return self.violations[-1] if self.violations else None

    @property
    def state(self) -> str:
        """How the newest stands: its state, and its level while it is open."""
        newest = self.newest
        if newest is None or newest.state == "cleared":
            return "" if newest is None else "cleared"
        return f"{newest.state} {newest.level}"

    def sees(self, told: str | Mapping[str, str], **given: Any) -> "Watch":
        """Let agents report a round, minute by minute, and judge after each."""
        said = {BUILT_IN_AGENT: told} if isinstance(told, str) else told
        for minute in range(max(map(len, said.values()))):
            letters = {agent: text[minute : minute + 1] or " " for agent, text in said.items()}
            self.hears(results(letters, begin=self.now, **given))
            self.now += self.monitor.interval * timedelta(seconds=1)
        return self

    def hears(self, found: Sequence[Result], **given: Any) -> Change | None:
        """Judge now, with what was found besides."""
        self.results += found
        rounds = rounds_of(self.monitor, self.results, self.now)
        change = judge(self.rule, self.monitor, rounds, self.newest, self.now, **given)
        if change:
            self.apply(change)
        return change

    def apply(self, change: Change) -> None:
        """Keep what became of a violation, as a table would."""
        self.signals += [change.signal] if change.signal else []
        if change.violation.id:
            self.violations.pop()
        if change.step != "drop":
            id_ = change.violation.id or f"Q{len(self.violations)}"
            self.violations.append(replace(change.violation, id=id_))
