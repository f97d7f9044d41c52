"""Errands: what agents look at, leased round by round here, handed out whole to those elsewhere."""

from collections.abc import Iterator
from datetime import datetime

import msgspec

from tocsin.domain.monitoring.cadence import last_round, next_round
from tocsin.domain.monitoring.environment import BUILT_IN_AGENT, Agent
from tocsin.domain.monitoring.errand import Errand, Findings, Receipt, faults_of_finding
from tocsin.domain.monitoring.monitor import Measurement, Monitor, Result
from tocsin.kit.text import one_line
from tocsin.store.monitoring import monitors as store
from tocsin.store.monitoring.monitors import MONITORS, measured_by
from tocsin.usecases.house import House
from tocsin.usecases.monitoring import rounds
from tocsin.usecases.monitoring.monitor_wishes import LONGEST_ID, target_of


class Due(msgspec.Struct, frozen=True, kw_only=True):
    """A round of a monitor that is to be measured here."""

    monitor: Monitor
    errand: Errand
    round: datetime

    def result(self, measurement: Measurement, at: datetime) -> Result:
        """Return what was found, as the built-in agent tells it."""
        return Result(
            monitor_id=self.monitor.id,
            agent_id=BUILT_IN_AGENT,
            round=self.round,
            at=at,
            measurement=measurement,
        )


async def lease(house: House, now: datetime, until: datetime, *, limit: int) -> list[Due]:
    """Take the rounds that are due by ``until``; no other node gets them, and none comes twice.

    What was missed while nobody looked is left out: only the newest round of a monitor counts.
    """
    async with house.database.begin() as tx:
        found = await store.lease(tx, until, limit=limit)
        later = {
            one.id: next_round(one.id, one.interval, max(one.next_round or now, now))
            for one in found
        }
        await store.move_on(tx, later)
    return [_due(house, monitor, now) for monitor in found]


async def next_due(house: House) -> datetime | None:
    """Return when the next round is due here."""
    async with house.database.read() as tx:
        return await store.next_due(tx)


async def of_agent(house: House, agent: Agent) -> list[Errand]:
    """List what an agent elsewhere looks at."""
    async with house.database.read() as tx:
        found = await MONITORS.select(tx, measured_by(agent.id), MONITORS.c.paused.is_(False))
    return [_errand(house, monitor) for monitor in found]


async def take(house: House, agent: Agent, findings: Findings, now: datetime) -> Receipt:
    """Store what an agent found; say of what is not its own why it was not taken."""
    async with house.database.read() as tx:
        found = await MONITORS.select(tx, measured_by(agent.id))
    own = {monitor.id: monitor for monitor in found}
    taken: list[Result] = []
    refused: list[str] = []
    for finding in findings.results:
        sentences = [
            *_faults(own.get(finding.monitor_id), finding.monitor_id),
            *faults_of_finding(finding, now),
        ]
        refused += sentences
        if not sentences:
            taken.append(finding.result(agent.id))
    await rounds.record(house, taken, now)
    return Receipt(taken=len(taken), refused=tuple(refused))


def _faults(monitor: Monitor | None, id_: str) -> Iterator[str]:
    if monitor is None:
        yield f"Monitor {one_line(id_, LONGEST_ID)} is not measured by this agent."
    elif monitor.paused:
        yield f"Monitor {monitor.name} is paused."


def _due(house: House, monitor: Monitor, now: datetime) -> Due:
    return Due(
        monitor=monitor,
        errand=_errand(house, monitor),
        round=max(monitor.next_round or now, last_round(monitor.id, monitor.interval, now)),
    )


def _errand(house: House, monitor: Monitor) -> Errand:
    return Errand(
        monitor_id=monitor.id,
        name=monitor.name,
        target=target_of(house, monitor),
        interval=monitor.interval,
        timeout=monitor.timeout,
        retries=monitor.retries,
    )
