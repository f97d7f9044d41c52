"""Previews: what an alert rule would have made of the last rounds."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final

import msgspec

from tocsin.domain.monitoring.alert_rule import AlertRule
from tocsin.domain.monitoring.alert_rule_faults import faults_of_rule
from tocsin.domain.monitoring.judging import covers
from tocsin.domain.monitoring.monitor import Monitor, Result
from tocsin.domain.monitoring.rounds import agents_of, is_bad, look, rounds_of
from tocsin.store.monitoring import measurements, monitors
from tocsin.store.monitoring.monitors import MONITORS
from tocsin.usecases.house import House
from tocsin.usecases.wishes import refuse

ROUNDS: Final = 10  # that are looked at of each monitor
MOST: Final = 20  # monitors


class Preview(msgspec.Struct, frozen=True, kw_only=True):
    """Of how many last rounds of a monitor how many break a rule by themselves, and how badly."""

    monitor: Monitor
    rounds: int
    alarms: int
    warnings: int


async def preview(house: House, rule: AlertRule, now: datetime) -> list[Preview]:
    """Ask a rule about the last rounds of its monitors; nothing comes of it. Raises Invalid."""
    async with house.database.read() as tx:
        where = monitors.of_environment(rule.environment_id)
        found = await MONITORS.select(tx, where, order_by=monitors.BY_NAME)
        watched = [monitor for monitor in found if covers(rule, monitor)]
        refuse(faults_of_rule(rule, watched))
        asked = {one.id: ROUNDS * len(agents_of(one)) for one in watched[:MOST]}
        newest = await measurements.newest(tx, asked)
    return [_ask(rule, one, newest[one.id], now) for one in watched[:MOST]]


def _ask(rule: AlertRule, monitor: Monitor, results: Sequence[Result], now: datetime) -> Preview:
    seen = look(rule, rounds_of(monitor, results, now)[:ROUNDS])
    alarms = sum(is_bad(rule, one, "alarm") for one in seen)
    bad = sum(is_bad(rule, one, "warning") for one in seen)
    return Preview(monitor=monitor, rounds=len(seen), alarms=alarms, warnings=bad - alarms)
