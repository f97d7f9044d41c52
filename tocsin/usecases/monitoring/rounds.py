"""Rounds: what agents found is written down, alert rules are asked, and people hear of it."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Final

import structlog
from msgspec.structs import replace
from sqlalchemy.ext.asyncio import AsyncConnection

from tocsin.domain.monitoring.alert_rule import AlertRule, Because, Violation
from tocsin.domain.monitoring.judging import Change, clear, covers, end_of, judge, rounds_needed
from tocsin.domain.monitoring.monitor import Monitor, Result
from tocsin.domain.monitoring.rounds import agents_of, rounds_of
from tocsin.kit.ids import new_id
from tocsin.store.clashes import tried_again
from tocsin.store.monitoring import alert_rules, measurements, violations
from tocsin.store.monitoring.alert_rules import RULES
from tocsin.store.monitoring.monitors import MONITORS
from tocsin.store.monitoring.violations import Pair
from tocsin.usecases.house import House
from tocsin.usecases.monitoring import signals

AT_ONCE: Final = 200  # so many violations are judged again in one transaction
GONE: Final[frozenset[Because]] = frozenset(
    {"rule deleted", "rule disabled", "monitor deleted", "monitor paused"}
)
Case = tuple[AlertRule, Monitor]

log = structlog.get_logger(__name__)


async def record(house: House, results: Sequence[Result], now: datetime) -> int:
    """Write down what was found, and let alert rules judge it, in one transaction.

    Returns how many results nobody wants: their monitor is gone, or somebody else measures it now.
    """
    unwanted = await _record(house, results, now) if results else 0
    if unwanted:
        log.info("rounds.unwanted", results=unwanted)
    return unwanted


async def judge_anew(
    tx: AsyncConnection,
    house: House,
    *,
    rule_ids: Collection[str] = (),
    monitor_ids: Collection[str] = (),
    now: datetime,
    because: Because,
) -> None:
    """Clear what no longer holds, after a rule or a monitor was changed and before it is deleted.

    What still holds by what was found before stays, perhaps at another level.
    """
    await violations.unmute(tx, rule_ids=rule_ids, monitor_ids=monitor_ids)
    found = await violations.hold_open(tx, rule_ids=rule_ids, monitor_ids=monitor_ids)
    await _judge_open(tx, house, found, now, because)


async def catch_up(house: House, now: datetime) -> None:
    """Judge again what is open where a round may be over without a further word from its agents.

    What is left of rules and monitors that are no longer in force is cleared.
    """
    async with house.database.read() as tx:
        waiting = await violations.find_waiting(tx)
    for start in range(0, len(waiting), AT_ONCE):
        await _catch_up(house, waiting[start : start + AT_ONCE], now)


@tried_again
async def _record(house: House, results: Sequence[Result], now: datetime) -> int:
    async with house.database.begin() as tx:
        monitors = await measurements.hold_monitors(tx, (result.monitor_id for result in results))
        wanted = [result for result in results if _is_wanted(result, monitors)]
        await measurements.insert(tx, wanted)
        watched = [one for one in monitors.values() if not one.paused]
        await _judge(tx, house, watched, now)
    return len(results) - len(wanted)


def _is_wanted(result: Result, monitors: Mapping[str, Monitor]) -> bool:
    monitor = monitors.get(result.monitor_id)
    return monitor is not None and result.agent_id in agents_of(monitor)


async def _judge(
    tx: AsyncConnection, house: House, monitors: Sequence[Monitor], now: datetime
) -> None:
    """Ask all rules that speak of these monitors."""
    rules = await alert_rules.watching(tx, {monitor.environment_id for monitor in monitors})
    cases = [(rule, one) for one in monitors for rule in rules if covers(rule, one)]
    newest = await violations.newest(tx, [(rule.id, one.id) for rule, one in cases])
    await _write(tx, house, await _judge_cases(tx, cases, newest, now), now)


async def _judge_open(
    tx: AsyncConnection,
    house: House,
    found: Sequence[Violation],
    now: datetime,
    because: Because = "recovered",
) -> None:
    """Ask about violations that are held, and clear those of which nothing can be asked."""
    rules = await RULES.get_many(tx, (one.rule_id for one in found))
    monitors = await MONITORS.get_many(tx, (one.monitor_id for one in found))
    cases, changes = [], []
    for one in found:
        rule, monitor = rules.get(one.rule_id), monitors.get(one.monitor_id)
        end = because if because in GONE else end_of(rule, monitor)
        if end or rule is None or monitor is None:
            changes.append(clear(one, rule, end or because, now))
        else:
            cases.append((rule, monitor))
    newest = {(one.rule_id, one.monitor_id): one for one in found}
    changes += await _judge_cases(tx, cases, newest, now, because)
    await _write(tx, house, changes, now)


async def _judge_cases(
    tx: AsyncConnection,
    cases: Sequence[Case],
    newest: Mapping[Pair, Violation],
    now: datetime,
    because: Because = "recovered",
) -> list[Change]:
    found = await measurements.newest(tx, _rows_needed(cases, newest))
    monitors = {monitor.id: monitor for _, monitor in cases}
    rounds = {id_: rounds_of(monitor, found[id_], now) for id_, monitor in monitors.items()}
    changes = (
        judge(
            rule,
            monitor,
            rounds[monitor.id],
            newest.get((rule.id, monitor.id)),
            now,
            because=because,
        )
        for rule, monitor in cases
    )
    return [change for change in changes if change]


def _rows_needed(cases: Sequence[Case], newest: Mapping[Pair, Violation]) -> dict[str, int]:
    """Return how many measurements of each monitor must be read, for all its rules."""
    needed: dict[str, int] = {}
    for rule, monitor in cases:
        rounds = rounds_needed(rule, monitor, newest.get((rule.id, monitor.id)))
        rows = rounds * len(agents_of(monitor))
        needed[monitor.id] = max(needed.get(monitor.id, 0), rows)
    return needed


@tried_again
async def _catch_up(house: House, ids: Sequence[str], now: datetime) -> None:
    async with house.database.begin() as tx:
        held = await violations.hold(tx, ids)
        still_open = [one for one in held if one.state != "cleared"]
        await _judge_open(tx, house, still_open, now)


async def _write(
    tx: AsyncConnection, house: House, changes: Sequence[Change], now: datetime
) -> None:
    """Write what became of violations, then plan who is told."""
    old = [one for one in changes if one.violation.id]
    await violations.forget(tx, [one.violation.id for one in old if one.step == "drop"])
    await violations.update(tx, [one.violation for one in old if one.step != "drop"])
    begun = [one for one in changes if not one.violation.id]
    new = [replace(one.violation, id=new_id("Q")) for one in begun]
    numbered = await violations.insert(tx, new)
    written = [one.violation for one in old] + numbered
    told = [
        (violation, one.signal)
        for one, violation in zip([*old, *begun], written, strict=True)
        if one.signal
    ]
    await signals.plan_many(tx, house, told, now)
