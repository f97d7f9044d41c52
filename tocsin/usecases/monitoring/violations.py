"""Violations: listed, taken and closed by people, here or on the other side of a channel."""

from datetime import datetime
from typing import Final

from sqlalchemy.ext.asyncio import AsyncConnection

from tocsin.domain.monitoring import judging
from tocsin.domain.monitoring.alert_rule import Because, Violation, ViolationState
from tocsin.domain.monitoring.judging import Change
from tocsin.kit.text import one_line
from tocsin.store.monitoring import violations as store
from tocsin.store.monitoring.violations import VIOLATIONS
from tocsin.usecases.errors import NotFound
from tocsin.usecases.house import House
from tocsin.usecases.monitoring import signals
from tocsin.usecases.parts import Part, read_part

LONGEST_NAME: Final = 200


async def find(
    house: House,
    part: Part,
    *,
    environment_id: str | None = None,
    monitor_id: str | None = None,
    rule_id: str | None = None,
    state: ViolationState | None = None,
) -> tuple[list[Violation], int | None]:
    """List violations, the newest first: all, or those that fit."""
    asked = {
        "environment_id": environment_id,
        "monitor_id": monitor_id,
        "rule_id": rule_id,
        "state": state,
    }
    where = [VIOLATIONS.c[name] == value for name, value in asked.items() if value is not None]
    async with house.database.read() as tx:
        return await read_part(tx, VIOLATIONS, part, *where, order_by=store.NEWEST_FIRST)


async def get(house: House, violation_id: str) -> Violation:
    """Read one violation. Raises NotFound."""
    async with house.database.read() as tx:
        violation = await VIOLATIONS.get(tx, violation_id)
    if violation is None:
        raise NotFound("Violation", violation_id)
    return violation


async def acknowledge(
    house: House, violation_id: str, *, by: str, now: datetime, but: str | None = None
) -> Violation:
    """Let somebody take an active violation; ``but`` is the channel that said so.

    Another one after the first changes nothing, and neither does one that comes too late.
    """
    async with house.database.begin() as tx:
        violation = await hold(tx, violation_id)
        change = judging.acknowledge(violation, one_line(by, LONGEST_NAME), now)
        await carry_out(tx, house, change, now, but)
    return change.violation if change else violation


async def close(
    house: House,
    violation_id: str,
    *,
    by: str,
    because: Because,
    now: datetime,
    but: str | None = None,
) -> Violation:
    """End an active violation; it does not come back before a round was good."""
    async with house.database.begin() as tx:
        violation = await hold(tx, violation_id)
        change = judging.close(violation, one_line(by, LONGEST_NAME), because, now)
        await carry_out(tx, house, change, now, but)
    return change.violation if change else violation


def link(house: House, violation: Violation) -> str:
    """Return the address of a violation's page."""
    return f"{house.settings.public_url}/violations/{violation.id}"


async def hold(tx: AsyncConnection, violation_id: str) -> Violation:
    """Lock a violation that must exist. Raises NotFound."""
    violation = await VIOLATIONS.get(tx, violation_id, hold=True)
    if violation is None:
        raise NotFound("Violation", violation_id)
    return violation


async def carry_out(
    tx: AsyncConnection, house: House, change: Change | None, now: datetime, but: str | None
) -> None:
    """Write a change of a violation, if it is one, and let all hear of it whom it concerns."""
    if change is None:
        return
    await VIOLATIONS.update(tx, change.violation)
    if change.signal:
        await signals.plan(tx, house, change.violation, change.signal, now, but=but)
