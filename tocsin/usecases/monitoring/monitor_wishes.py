"""What people want a monitor to be, and what is wrong with that."""

from collections.abc import Collection, Iterator
from typing import Final

import msgspec
from msgspec import UNSET, UnsetType
from msgspec.structs import replace
from sqlalchemy.ext.asyncio import AsyncConnection

from tocsin.domain.faults import faults_of_line
from tocsin.domain.monitoring.environment import BUILT_IN_AGENT
from tocsin.domain.monitoring.monitor import Monitor, MonitorKind, Target
from tocsin.domain.monitoring.monitor_faults import faults_of_target
from tocsin.domain.monitoring.target_secrets import faults_of_move, merge_secrets
from tocsin.domain.monitoring.target_shown import shown
from tocsin.kit.text import one_line
from tocsin.usecases.house import House
from tocsin.usecases.monitoring import agents
from tocsin.usecases.wishes import grant, refuse

LONGEST_NAME: Final = 100
LONGEST_ID: Final = 20
INTERVALS: Final = range(10, 86_401)  # seconds, as all of these
TIMEOUTS: Final = range(1, 61)
RETRIES: Final = range(6)
HERE: Final = ((), (BUILT_IN_AGENT,))

AT_HOME: Final = "A heartbeat is waited for here: it cannot be given to other agents."


class Wish(msgspec.Struct, frozen=True, kw_only=True):
    """What a monitor shall be; UNSET leaves it as it is, or to the house.

    The type of the target is the monitor's kind, for life. Secrets that a target leaves blank stay
    as they are (see ``merge_secrets``).
    """

    name: str | UnsetType = UNSET
    target: Target | UnsetType = UNSET
    interval: int | UnsetType = UNSET
    timeout: int | UnsetType = UNSET
    retries: int | UnsetType = UNSET
    agent_ids: tuple[str, ...] | UnsetType = UNSET
    paused: bool | UnsetType = UNSET


async def realise(tx: AsyncConnection, house: House, wish: Wish, before: Monitor) -> Monitor:
    """Return the monitor as it is wished for. Raises Invalid."""
    plain = grant(replace(wish, target=UNSET), before)
    monitor = replace(
        plain,
        name=" ".join(plain.name.split()),
        agent_ids=tuple(dict.fromkeys(plain.agent_ids)),
    )
    known = await agents.check(tx, monitor.agent_ids)
    faults = [*_faults(monitor, known)]
    if wish.target is UNSET:
        refuse(faults)
        return monitor
    target = _merged(house, before, wish.target)
    refuse((*faults, *_faults_of_aim(house, before, wish.target, target)))
    return _aim(house, monitor, target)


def target_of(house: House, monitor: Monitor) -> Target:
    """Open what a monitor looks at, secrets and all."""
    return _TARGETS.decode(house.sealer.open(monitor.target_encrypted))


def kind_of(target: Target) -> MonitorKind:
    """Return of which kind a monitor with this target is."""
    kind: MonitorKind = msgspec.convert(target.__struct_config__.tag, MonitorKind)
    return kind


def is_measured_here(monitor: Monitor) -> bool:
    """Say whether the built-in agent measures it."""
    is_named = not monitor.agent_ids or BUILT_IN_AGENT in monitor.agent_ids
    return is_named and not monitor.paused


_TARGETS: Final[msgspec.json.Decoder[Target]] = msgspec.json.Decoder(Target)


def _merged(house: House, before: Monitor, wished: Target) -> Target:
    return merge_secrets(target_of(house, before), wished) if before.target_encrypted else wished


def _aim(house: House, monitor: Monitor, target: Target) -> Monitor:
    """Return the monitor with its target, sealed anew only if it is another one."""
    if monitor.target_encrypted and target == target_of(house, monitor):
        return monitor
    text = msgspec.json.encode(target).decode()
    return replace(monitor, shown=shown(target), target_encrypted=house.sealer.seal(text))


def _faults(monitor: Monitor, known: Collection[str]) -> Iterator[str]:
    yield from faults_of_line("Name", monitor.name, LONGEST_NAME)
    for what, number, allowed in (
        ("Interval", monitor.interval, INTERVALS),
        ("Timeout", monitor.timeout, TIMEOUTS),
    ):
        if number not in allowed:
            yield f"{what} must be {allowed[0]} to {allowed[-1]:,} seconds."
    if monitor.timeout >= monitor.interval:
        yield "Timeout must be shorter than the interval."
    if monitor.retries not in RETRIES:
        yield f"Retries must be {RETRIES[0]} to {RETRIES[-1]}."
    for id_ in monitor.agent_ids:
        if id_ not in known and id_ != BUILT_IN_AGENT:
            yield f"Agent {one_line(id_, LONGEST_ID)} was not found."
    if monitor.kind == "heartbeat" and monitor.agent_ids not in HERE:
        yield AT_HOME


def _faults_of_aim(house: House, before: Monitor, wished: Target, target: Target) -> Iterator[str]:
    if kind_of(wished) != before.kind:
        yield f"Kind cannot be changed from {before.kind}."
        return
    yield from faults_of_target(target)
    if before.target_encrypted:
        yield from faults_of_move(target_of(house, before), wished)
