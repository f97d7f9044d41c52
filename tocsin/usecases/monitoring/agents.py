"""Agents: programs that measure from elsewhere; each has a key, of which we keep a hash."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Final

from msgspec.structs import replace
from sqlalchemy.ext.asyncio import AsyncConnection

from tocsin.domain.faults import faults_of_line
from tocsin.domain.monitoring.environment import Agent
from tocsin.domain.monitoring.monitor import Monitor
from tocsin.kit.ids import new_id, new_secret
from tocsin.kit.sealing import digest
from tocsin.kit.text import one_line
from tocsin.store.monitoring import agents as store
from tocsin.store.monitoring.agents import AGENTS
from tocsin.store.monitoring.monitors import BY_NAME as MONITORS_BY_NAME
from tocsin.store.monitoring.monitors import MONITORS, measured_by
from tocsin.store.rows import Taken
from tocsin.usecases.errors import Invalid, NotFound
from tocsin.usecases.house import House
from tocsin.usecases.wishes import refuse

LONGEST_NAME: Final = 100
LONGEST_NOTE: Final = 100
KEY_LENGTH: Final = 32
NAMED: Final = 5  # how many monitors a refusal names
SILENT_AFTER: Final = timedelta(minutes=2)
TOUCHED_EVERY: Final = timedelta(seconds=10)

NAME_TAKEN: Final = "Name has already been taken."


async def find(house: House) -> list[Agent]:
    """List all agents by name; the built-in one is none of them."""
    async with house.database.read() as tx:
        return await AGENTS.select(tx, order_by=store.BY_NAME)


async def get(house: House, agent_id: str) -> Agent:
    """Read one agent. Raises NotFound."""
    async with house.database.read() as tx:
        agent = await AGENTS.get(tx, agent_id)
    if agent is None:
        raise NotFound("Agent", agent_id)
    return agent


async def monitors_of(house: House, agent_id: str) -> list[Monitor]:
    """List what an agent measures, by name."""
    async with house.database.read() as tx:
        return await MONITORS.select(tx, measured_by(agent_id), order_by=MONITORS_BY_NAME)


async def create(house: House, name: str, now: datetime) -> tuple[Agent, str]:
    """Make an agent; return it with its key, which cannot be read again."""
    key = new_secret(KEY_LENGTH)
    agent = Agent(id=new_id(), name=_tidy(name), key_hash=digest(key), created_at=now)
    refuse(_faults(agent))
    async with house.database.begin() as tx:
        try:
            return await AGENTS.insert(tx, agent), key
        except Taken:
            raise Invalid(NAME_TAKEN) from None


async def rename(house: House, agent_id: str, name: str) -> Agent:
    """Call an agent something else."""
    async with house.database.begin() as tx:
        agent = replace(await _hold(tx, agent_id), name=_tidy(name))
        refuse(_faults(agent))
        try:
            return await AGENTS.update(tx, agent)
        except Taken:
            raise Invalid(NAME_TAKEN) from None


async def renew(house: House, agent_id: str, _now: datetime) -> str:
    """Give an agent another key; with the old one it is a stranger."""
    key = new_secret(KEY_LENGTH)
    async with house.database.begin() as tx:
        agent = await _hold(tx, agent_id)
        await AGENTS.update(tx, replace(agent, key_hash=digest(key)))
    return key


async def remove(house: House, agent_id: str) -> None:
    """Take away an agent that measures nothing."""
    async with house.database.begin() as tx:
        await _hold(tx, agent_id)
        needed = await MONITORS.select(tx, measured_by(agent_id), order_by=MONITORS_BY_NAME)
        if needed:
            names = ", ".join(monitor.name for monitor in needed[:NAMED])
            raise Invalid(f"Agent cannot be deleted while monitors are measured by it: {names}.")
        await AGENTS.delete(tx, agent_id)


async def identify(
    house: House, key: str, *, version: str, address: str, now: datetime
) -> Agent | None:
    """Return whose key this is, and note that it was heard."""
    async with house.database.begin() as tx:
        agent = await store.find(tx, digest(key))
        if agent is None:
            return None
        seen = replace(agent, version=one_line(version, LONGEST_NOTE), address=address, seen_at=now)
        if _is_news(agent, seen):
            await store.touch(tx, agent.id, version=seen.version, address=address, now=now)
    return seen


def is_silent(agent: Agent, now: datetime) -> bool:
    """Say whether an agent should have been heard of by now, and was not."""
    return now - (agent.seen_at or agent.created_at) > SILENT_AFTER


async def check(tx: AsyncConnection, agent_ids: tuple[str, ...]) -> set[str]:
    """Return those of these agents that exist, and will until the transaction ends."""
    return set(await AGENTS.get_many(tx, agent_ids, keep=True))


def _is_news(before: Agent, seen: Agent) -> bool:
    is_same = (before.version, before.address) == (seen.version, seen.address)
    since = before.seen_at
    return (
        not is_same
        or since is None
        or seen.seen_at is None
        or seen.seen_at - since >= TOUCHED_EVERY
    )


async def _hold(tx: AsyncConnection, agent_id: str) -> Agent:
    agent = await AGENTS.get(tx, agent_id, hold=True)
    if agent is None:
        raise NotFound("Agent", agent_id)
    return agent


def _tidy(name: str) -> str:
    return " ".join(name.split())


def _faults(agent: Agent) -> Iterator[str]:
    yield from faults_of_line("Name", agent.name, LONGEST_NAME)
