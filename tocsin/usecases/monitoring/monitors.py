"""Monitors: found, made, changed and taken away; what they look at is kept sealed."""

import secrets
from collections.abc import Sequence
from datetime import datetime
from typing import Final

import msgspec
from msgspec import UNSET
from msgspec.structs import replace
from sqlalchemy.ext.asyncio import AsyncConnection

from tocsin.domain.monitoring.alert_rule import Because, Violation
from tocsin.domain.monitoring.cadence import last_round, next_round
from tocsin.domain.monitoring.monitor import Monitor, Result
from tocsin.kit.ids import new_id
from tocsin.kit.sealing import digest
from tocsin.store.monitoring import monitors as store
from tocsin.store.monitoring.monitors import MONITORS, Point, of_environment
from tocsin.store.monitoring.violations import VIOLATIONS
from tocsin.store.rows import Taken
from tocsin.usecases.errors import Invalid, NotFound
from tocsin.usecases.house import House
from tocsin.usecases.monitoring import environments
from tocsin.usecases.monitoring.monitor_wishes import (
    Wish,
    is_measured_here,
    kind_of,
    realise,
    target_of,
)
from tocsin.usecases.monitoring.rounds import judge_anew

__all__ = [
    "Point",
    "Watched",
    "Wish",
    "change",
    "create",
    "find",
    "get",
    "heartbeat_url",
    "history",
    "measure_now",
    "remove",
    "target_of",
]

KEY_BYTES: Final = 16
MOST_POINTS: Final = 400  # of one agent in a plot

NAME_TAKEN: Final = "Name has already been taken in this environment."
NO_TARGET: Final = "Target cannot be empty."
PAUSED: Final = "A paused monitor measures nothing: resume it first."
ELSEWHERE: Final = "Only agents elsewhere measure this: they do so when their next round is due."


class Watched(msgspec.Struct, frozen=True, kw_only=True):
    """A monitor, what each agent found last, and the violations at it that are not over."""

    monitor: Monitor
    results: Sequence[Result] = ()
    violations: Sequence[Violation] = ()


async def find(house: House, environment_id: str | None = None) -> list[Watched]:
    """List monitors by name: all, or those of an environment."""
    where = [of_environment(environment_id)] if environment_id else []
    async with house.database.read() as tx:
        return await _watch(tx, await MONITORS.select(tx, *where, order_by=store.BY_NAME))


async def get(house: House, monitor_id: str) -> Watched:
    """Read one monitor. Raises NotFound."""
    async with house.database.read() as tx:
        monitor = await MONITORS.get(tx, monitor_id)
        if monitor is None:
            raise NotFound("Monitor", monitor_id)
        [watched] = await _watch(tx, [monitor])
    return watched


async def create(house: House, environment_id: str | None, wish: Wish, now: datetime) -> Monitor:
    """Let something be watched from now on; without an environment, in the first."""
    if wish.target is UNSET:
        raise Invalid(NO_TARGET)
    async with house.database.begin() as tx:
        environment = await environments.hold_or_make(tx, environment_id, now)
        blank = Monitor(
            id=new_id(),
            environment_id=environment.id,
            name="",
            kind=kind_of(wish.target),
            shown="",
            target_encrypted=b"",
            created_at=now,
        )
        monitor = await realise(tx, house, wish, blank)
        if monitor.kind == "heartbeat":
            monitor = _with_key(house, monitor)
        if is_measured_here(monitor):  # at once, and yet in the same round as other agents
            monitor = replace(monitor, next_round=last_round(monitor.id, monitor.interval, now))
        await store.wake(tx)
        try:
            return await MONITORS.insert(tx, monitor)
        except Taken:
            raise Invalid(NAME_TAKEN) from None


async def change(house: House, monitor_id: str, wish: Wish, now: datetime) -> Monitor:
    """Change a monitor; what was found at its old target no longer counts."""
    async with house.database.begin() as tx:
        before = await _hold(tx, monitor_id)
        monitor = await realise(tx, house, wish, before)
        monitor = replace(monitor, next_round=_round_after_change(before, monitor, now))
        try:
            await MONITORS.update(tx, monitor)
        except Taken:
            raise Invalid(NAME_TAKEN) from None
        if because := _why_anew(before, monitor):
            await judge_anew(tx, house, monitor_ids=[monitor_id], now=now, because=because)
        await store.wake(tx)
    return monitor


async def remove(house: House, monitor_id: str, now: datetime) -> None:
    """Watch something no longer; whoever was told of a violation hears that it is over."""
    async with house.database.begin() as tx:
        await _hold(tx, monitor_id)
        await judge_anew(tx, house, monitor_ids=[monitor_id], now=now, because="monitor deleted")
        await store.forget_in_rules(tx, monitor_id)
        await MONITORS.delete(tx, monitor_id)


async def measure_now(house: House, monitor_id: str, now: datetime) -> None:
    """Let the built-in agent measure at once, between two rounds."""
    async with house.database.begin() as tx:
        monitor = await _hold(tx, monitor_id)
        if not is_measured_here(monitor):
            raise Invalid(PAUSED if monitor.paused else ELSEWHERE)
        await store.move_on(tx, {monitor_id: now})
        await store.wake(tx)


async def history(
    house: House, monitor_id: str, *, value: str, since: datetime, until: datetime
) -> list[Point]:
    """Return what each agent found in a time, as points of a plot. Raises NotFound."""
    async with house.database.read() as tx:
        monitor = await MONITORS.get(tx, monitor_id)
        if monitor is None:
            raise NotFound("Monitor", monitor_id)
        width = max(monitor.interval, (until - since).total_seconds() / MOST_POINTS)
        return await store.points(
            tx, monitor_id, value=value, since=since, until=until, width=width
        )


def heartbeat_url(house: House, monitor: Monitor) -> str | None:
    """Return the address that a heartbeat is called at; whoever knows it can call."""
    if monitor.key_encrypted is None:
        return None
    return f"{house.settings.public_url}/heartbeat/{house.sealer.open(monitor.key_encrypted)}"


async def _watch(tx: AsyncConnection, found: Sequence[Monitor]) -> list[Watched]:
    ids = [monitor.id for monitor in found]
    results = await store.newest(tx, ids)
    open_ = (VIOLATIONS.c.monitor_id.in_(ids), VIOLATIONS.c.state != "cleared")
    violations: dict[str, list[Violation]] = {}
    for one in await VIOLATIONS.select(tx, *open_, order_by=(VIOLATIONS.c.began_at,)):
        violations.setdefault(one.monitor_id, []).append(one)
    return [
        Watched(
            monitor=monitor,
            results=results.get(monitor.id, []),
            violations=violations.get(monitor.id, []),
        )
        for monitor in found
    ]


async def _hold(tx: AsyncConnection, monitor_id: str) -> Monitor:
    monitor = await MONITORS.get(tx, monitor_id, hold=True)
    if monitor is None:
        raise NotFound("Monitor", monitor_id)
    return monitor


def _with_key(house: House, monitor: Monitor) -> Monitor:
    key = secrets.token_hex(KEY_BYTES)
    return replace(monitor, key_hash=digest(key), key_encrypted=house.sealer.seal(key))


def _round_after_change(before: Monitor, after: Monitor, now: datetime) -> datetime | None:
    """Let what begins, or looks elsewhere, be measured at once."""
    if not is_measured_here(after):
        return None
    if before.next_round is None or _looks_elsewhere(before, after):
        return now
    if before.interval != after.interval:
        return next_round(after.id, after.interval, now)
    return before.next_round


def _why_anew(before: Monitor, after: Monitor) -> Because | None:
    """Say why violations must be judged again, if they must."""
    if after.paused:
        return None if before.paused else "monitor paused"
    if _looks_elsewhere(before, after) or before.agent_ids != after.agent_ids:
        return "monitor changed"
    return None


def _looks_elsewhere(before: Monitor, after: Monitor) -> bool:
    return before.target_encrypted != after.target_encrypted
