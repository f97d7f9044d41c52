"""Alert rules: found, made, changed and taken away, and what they cannot tell."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Final

import msgspec
from msgspec import UNSET, UnsetType
from msgspec.structs import replace
from sqlalchemy.ext.asyncio import AsyncConnection

from tocsin.domain.intake.event import Severity
from tocsin.domain.monitoring.alert_rule import AgentsMode, AlertRule, Because
from tocsin.domain.monitoring.alert_rule_faults import faults_of_rule
from tocsin.domain.monitoring.condition import ask, names_in
from tocsin.domain.monitoring.judging import covers
from tocsin.domain.monitoring.monitor import Monitor, Result
from tocsin.domain.monitoring.rule_starters import Starter, starters
from tocsin.kit.ids import new_id
from tocsin.kit.text import printable
from tocsin.store.clashes import tried_again
from tocsin.store.monitoring import alert_rules as store
from tocsin.store.monitoring import monitors
from tocsin.store.monitoring.alert_rules import RULES
from tocsin.store.monitoring.monitors import MONITORS
from tocsin.store.rows import Taken
from tocsin.usecases.errors import Arguments, Invalid, NotFound
from tocsin.usecases.house import House
from tocsin.usecases.monitoring import environments
from tocsin.usecases.monitoring.rounds import judge_anew
from tocsin.usecases.wishes import grant, refuse

__all__ = [
    "Starter",
    "Untold",
    "Wish",
    "change",
    "create",
    "find",
    "get",
    "remove",
    "starters",
    "untold",
]

NAME_TAKEN: Final = "Name has already been taken in this environment."

# Whoever changes nothing but the rest has no violation judged anew.
_DECISIVE: Final = (
    "monitor_ids",
    "alarm",
    "warning",
    "alarm_severity",
    "warning_severity",
    "rounds_violating",
    "rounds_out_of",
    "agents_violating",
    "agents_mode",
    "enabled",
)
_NAMED: Final[Mapping[store.Field, str]] = {
    "monitor_ids": "Monitor",
    "channel_ids": "Notification channel",
    "scheme_ids": "Notification scheme",
}


class Wish(msgspec.Struct, frozen=True, kw_only=True):
    """What a rule shall be; UNSET leaves it as it is, or to the house."""

    name: str | UnsetType = UNSET
    notes: str | UnsetType = UNSET
    monitor_ids: tuple[str, ...] | UnsetType = UNSET
    alarm: str | UnsetType = UNSET
    warning: str | UnsetType = UNSET
    alarm_severity: Severity | UnsetType = UNSET
    warning_severity: Severity | UnsetType = UNSET
    rounds_violating: int | UnsetType = UNSET
    rounds_out_of: int | UnsetType = UNSET
    agents_violating: int | UnsetType = UNSET
    agents_mode: AgentsMode | UnsetType = UNSET
    clear_after: int | UnsetType = UNSET
    notify_on_clear: bool | UnsetType = UNSET
    channel_ids: tuple[str, ...] | UnsetType = UNSET
    scheme_ids: tuple[str, ...] | UnsetType = UNSET
    enabled: bool | UnsetType = UNSET


class Untold(msgspec.Struct, frozen=True, kw_only=True):
    """A condition of which the newest measurement of a monitor does not tell whether it holds.

    ``lacks`` names what was not measured; nothing, if it was and does not fit.
    """

    monitor: Monitor
    agent_id: str
    condition: str
    lacks: Sequence[str]


async def find(house: House, environment_id: str) -> list[AlertRule]:
    """List the rules of an environment by name."""
    async with house.database.read() as tx:
        where = store.of_environment(environment_id)
        return await RULES.select(tx, where, order_by=store.BY_NAME)


async def get(house: House, rule_id: str) -> AlertRule:
    """Read one rule. Raises NotFound."""
    async with house.database.read() as tx:
        return _known(await RULES.get(tx, rule_id), rule_id)


async def create(house: House, environment_id: str, wish: Wish, now: datetime) -> AlertRule:
    """Make a rule; the next round of each of its monitors is judged by it."""
    blank = AlertRule(id=new_id(), environment_id=environment_id, name="", created_at=now)
    async with house.database.begin() as tx:
        await environments.hold(tx, environment_id)
        rule = await _realise(tx, wish, blank)
        try:
            return await RULES.insert(tx, rule)
        except Taken:
            raise Invalid(NAME_TAKEN) from None


@tried_again
async def change(house: House, rule_id: str, wish: Wish, now: datetime) -> AlertRule:
    """Change a rule; whoever was told of what is no violation any more hears that it is over."""
    async with house.database.begin() as tx:
        before = _known(await RULES.get(tx, rule_id, hold=True), rule_id)
        rule = await _realise(tx, wish, before)
        try:
            await RULES.update(tx, rule)
        except Taken:
            raise Invalid(NAME_TAKEN) from None
        if any(getattr(rule, name) != getattr(before, name) for name in _DECISIVE):
            because: Because = "rule changed" if rule.enabled else "rule disabled"
            await judge_anew(tx, house, rule_ids=[rule_id], now=now, because=because)
    return rule


@tried_again
async def remove(house: House, rule_id: str, now: datetime) -> None:
    """Take a rule away; whoever was told of a violation hears that it is over."""
    async with house.database.begin() as tx:
        _known(await RULES.get(tx, rule_id, hold=True), rule_id)
        await judge_anew(tx, house, rule_ids=[rule_id], now=now, because="rule deleted")
        await RULES.delete(tx, rule_id)


async def untold(house: House, rule_id: str) -> list[Untold]:
    """Say at which monitors a rule can tell nothing, by what was measured there last."""
    async with house.database.read() as tx:
        rule = _known(await RULES.get(tx, rule_id), rule_id)
        watched = {monitor.id: monitor for monitor in await _watched_by(tx, rule)}
        newest = await monitors.newest(tx, watched)
    return [
        untold
        for monitor_id, results in newest.items()
        for result in results
        for untold in _untold(rule, watched[monitor_id], result)
    ]


def _untold(rule: AlertRule, monitor: Monitor, result: Result) -> Iterator[Untold]:
    known = {"ok", "fault", "fault_kind", *result.measurement.values}
    for condition in (rule.alarm, rule.warning):
        if ask(condition, result.measurement) is None:
            lacks = [name for name in names_in(condition) if name not in known]
            yield Untold(
                monitor=monitor, agent_id=result.agent_id, condition=condition, lacks=lacks
            )


def _known(rule: AlertRule | None, rule_id: str) -> AlertRule:
    if rule is None:
        raise NotFound("Alert rule", rule_id)
    return rule


async def _watched_by(tx: AsyncConnection, rule: AlertRule) -> list[Monitor]:
    where = monitors.of_environment(rule.environment_id)
    found = await MONITORS.select(tx, where, order_by=monitors.BY_NAME)
    return [monitor for monitor in found if covers(rule, monitor)]


async def _realise(tx: AsyncConnection, wish: Wish, before: AlertRule) -> AlertRule:
    """Return the rule as it is wished for. Raises Invalid and Arguments."""
    plain = grant(wish, before)
    rule = replace(
        plain,
        name=" ".join(plain.name.split()),
        notes=printable(plain.notes).strip(),
        alarm=plain.alarm.strip(),
        warning=plain.warning.strip(),
        monitor_ids=tuple(dict.fromkeys(plain.monitor_ids)),
        channel_ids=tuple(dict.fromkeys(plain.channel_ids)),
        scheme_ids=tuple(dict.fromkeys(plain.scheme_ids)),
    )
    await _check_named(tx, rule, before)
    refuse(faults_of_rule(rule, await _watched_by(tx, rule)))
    return rule


async def _check_named(tx: AsyncConnection, rule: AlertRule, before: AlertRule) -> None:
    """Refuse to name what the environment does not have. What was named before may be gone."""
    missing = []
    for field, kind in _NAMED.items():
        new = set(getattr(rule, field)) - set(getattr(before, field))
        kept = await store.kept_in(tx, field, rule.environment_id, new) if new else set()
        missing += [
            f"{kind} {id_} was not found in this environment." for id_ in sorted(new - kept)
        ]
    if missing:
        raise Arguments(*missing)
