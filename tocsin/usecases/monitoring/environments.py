"""Environments: found, made, changed and taken away with all that they hold."""

from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Final

import msgspec
from msgspec import UNSET, UnsetType
from msgspec.structs import replace
from sqlalchemy.ext.asyncio import AsyncConnection

from tocsin.domain.faults import faults_of_length, faults_of_line
from tocsin.domain.monitoring.environment import Environment
from tocsin.kit.ids import new_id
from tocsin.kit.text import printable
from tocsin.store.monitoring import environments as store
from tocsin.store.monitoring.environments import ENVIRONMENTS, Census
from tocsin.store.monitoring.monitors import hold_all
from tocsin.store.rows import Taken
from tocsin.usecases.errors import Invalid, NotFound
from tocsin.usecases.house import House
from tocsin.usecases.monitoring.rounds import judge_anew
from tocsin.usecases.wishes import grant, refuse

__all__ = [
    "Census",
    "Wish",
    "change",
    "count",
    "create",
    "find",
    "get",
    "hold",
    "hold_or_make",
    "remove",
]

FIRST: Final = "Production"
LONGEST_NAME: Final = 100
LONGEST_DESCRIPTION: Final = 1024
NAMED: Final = 5  # how many monitors a refusal names

NAME_TAKEN: Final = "Name has already been taken."
STILL_TELLING: Final = (
    "Environment cannot be deleted while its notification channels are being told something:"
    " try again in a minute, or delete the channels that cannot be reached."
)
STILL_CONNECTED: Final = (
    "Environment cannot be deleted while a notification channel is signed in to another server:"
    " delete that channel first, so that it cleans up over there."
)


class Wish(msgspec.Struct, frozen=True, kw_only=True):
    """What an environment shall be; UNSET leaves it as it is."""

    name: str | UnsetType = UNSET
    description: str | UnsetType | None = UNSET
    channel_ids: tuple[str, ...] | UnsetType = UNSET


async def find(house: House) -> list[Environment]:
    """List all environments by name."""
    async with house.database.read() as tx:
        return await ENVIRONMENTS.select(tx, order_by=store.BY_NAME)


async def count(house: House, environment_ids: Sequence[str]) -> Mapping[str, Census]:
    """Count what is in each of these environments."""
    async with house.database.read() as tx:
        return await store.count(tx, environment_ids)


async def get(house: House, environment_id: str) -> Environment:
    """Read one environment. Raises NotFound."""
    async with house.database.read() as tx:
        environment = await ENVIRONMENTS.get(tx, environment_id)
    if environment is None:
        raise NotFound("Environment", environment_id)
    return environment


async def create(house: House, wish: Wish, now: datetime) -> Environment:
    """Make an environment with nothing in it yet."""
    environment = _apply(wish, Environment(id=new_id(), name="", created_at=now))
    refuse(_faults(environment, known=set()))
    async with house.database.begin() as tx:
        try:
            return await ENVIRONMENTS.insert(tx, environment)
        except Taken:
            raise Invalid(NAME_TAKEN) from None


async def change(house: House, environment_id: str, wish: Wish) -> Environment:
    """Change an environment."""
    async with house.database.begin() as tx:
        environment = _apply(wish, await hold(tx, environment_id))
        refuse(_faults(environment, await store.channel_ids(tx, environment_id)))
        try:
            return await ENVIRONMENTS.update(tx, environment)
        except Taken:
            raise Invalid(NAME_TAKEN) from None


async def remove(house: House, environment_id: str, now: datetime) -> None:
    """Take away an environment with all that it holds, if no channel waits for the end of anything.

    A channel that is gone can close nothing on the other side: what it began must end first.
    """
    async with house.database.begin() as tx:
        await hold(tx, environment_id)
        ids = await hold_all(tx, environment_id)  # before violations, as whoever judges does
        refuse([sentence async for sentence in _ties(tx, environment_id)])
        await judge_anew(tx, house, monitor_ids=ids, now=now, because="monitor deleted")
        await ENVIRONMENTS.delete(tx, environment_id)


async def hold(tx: AsyncConnection, environment_id: str) -> Environment:
    """Lock an environment that must exist. Raises NotFound."""
    environment = await ENVIRONMENTS.get(tx, environment_id, hold=True)
    if environment is None:
        raise NotFound("Environment", environment_id)
    return environment


async def hold_or_make(
    tx: AsyncConnection, environment_id: str | None, now: datetime
) -> Environment:
    """Lock an environment. None means the first by name, which is made if there is none."""
    if environment_id:
        return await hold(tx, environment_id)
    if known := await ENVIRONMENTS.select(tx, order_by=store.BY_NAME, limit=1):
        return await hold(tx, known[0].id)
    return await ENVIRONMENTS.insert(tx, Environment(id=new_id(), name=FIRST, created_at=now))


async def _ties(tx: AsyncConnection, environment_id: str) -> AsyncIterator[str]:
    """Say what channels would be left in the dark about."""
    if names := await store.violated(tx, environment_id):
        yield (
            f"Environment cannot be deleted while alert rules are violated at"
            f" {', '.join(names[:NAMED])}: pause or delete these monitors first, so that whoever"
            " was told hears that it is over."
        )
    elif await store.is_telling(tx, environment_id):
        yield STILL_TELLING
    elif await store.is_connected(tx, environment_id):
        yield STILL_CONNECTED


def _apply(wish: Wish, before: Environment) -> Environment:
    environment = grant(wish, before)
    return replace(
        environment,
        name=" ".join(environment.name.split()),
        description=printable(environment.description).strip() if environment.description else None,
        channel_ids=tuple(dict.fromkeys(environment.channel_ids)),
    )


def _faults(environment: Environment, known: set[str]) -> Iterator[str]:
    yield from faults_of_line("Name", environment.name, LONGEST_NAME)
    yield from faults_of_length("Description", environment.description, LONGEST_DESCRIPTION)
    for id_ in environment.channel_ids:
        if id_ not in known:
            yield f"Notification channel {printable(id_)} was not found in this environment."
