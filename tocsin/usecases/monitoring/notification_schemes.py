"""Notification schemes: found, made, changed and taken away."""

from collections.abc import Collection, Iterator
from datetime import datetime
from typing import Final

import msgspec
from msgspec import UNSET, UnsetType
from msgspec.structs import replace
from sqlalchemy.ext.asyncio import AsyncConnection

from tocsin.domain.faults import faults_of_length, faults_of_line
from tocsin.domain.monitoring.notification_channel import NotificationScheme, SchemeStep
from tocsin.kit.ids import new_id
from tocsin.kit.text import printable
from tocsin.store.monitoring import environments as environments_store
from tocsin.store.monitoring import notification_schemes as store
from tocsin.store.monitoring.notification_schemes import SCHEMES
from tocsin.store.rows import Taken
from tocsin.usecases.errors import Invalid, NotFound
from tocsin.usecases.house import House
from tocsin.usecases.monitoring import environments
from tocsin.usecases.wishes import grant, refuse

LONGEST_NAME: Final = 100
LONGEST_DESCRIPTION: Final = 1024
MOST_STEPS: Final = 10
LONGEST_WAIT: Final = 86_400

NAME_TAKEN: Final = "Name has already been taken in this environment."


class Wish(msgspec.Struct, frozen=True, kw_only=True):
    """What a scheme shall be; UNSET leaves it as it is."""

    name: str | UnsetType = UNSET
    description: str | UnsetType | None = UNSET
    steps: tuple[SchemeStep, ...] | UnsetType = UNSET


async def find(house: House, environment_id: str) -> list[NotificationScheme]:
    """List the schemes of an environment by name."""
    async with house.database.read() as tx:
        return await SCHEMES.select(
            tx, store.of_environment(environment_id), order_by=store.BY_NAME
        )


async def get(house: House, scheme_id: str) -> NotificationScheme:
    """Read one scheme. Raises NotFound."""
    async with house.database.read() as tx:
        scheme = await SCHEMES.get(tx, scheme_id)
    if scheme is None:
        raise NotFound("Notification scheme", scheme_id)
    return scheme


async def create(
    house: House, environment_id: str, wish: Wish, now: datetime
) -> NotificationScheme:
    """Make a scheme. It counts for the rules that name it."""
    blank = NotificationScheme(
        id=new_id(), environment_id=environment_id, name="", steps=(), created_at=now
    )
    async with house.database.begin() as tx:
        await environments.hold(tx, environment_id)
        scheme = await _realise(tx, wish, blank)
        try:
            return await SCHEMES.insert(tx, scheme)
        except Taken:
            raise Invalid(NAME_TAKEN) from None


async def change(house: House, scheme_id: str, wish: Wish) -> NotificationScheme:
    """Change a scheme; what is planned already is asked again when it is due."""
    async with house.database.begin() as tx:
        scheme = await _realise(tx, wish, await _hold(tx, scheme_id))
        try:
            return await SCHEMES.update(tx, scheme)
        except Taken:
            raise Invalid(NAME_TAKEN) from None


async def remove(house: House, scheme_id: str) -> None:
    """Take a scheme away; rules forget it."""
    async with house.database.begin() as tx:
        await _hold(tx, scheme_id)
        await store.detach(tx, scheme_id)
        await SCHEMES.delete(tx, scheme_id)


async def _hold(tx: AsyncConnection, scheme_id: str) -> NotificationScheme:
    scheme = await SCHEMES.get(tx, scheme_id, hold=True)
    if scheme is None:
        raise NotFound("Notification scheme", scheme_id)
    return scheme


async def _realise(
    tx: AsyncConnection, wish: Wish, before: NotificationScheme
) -> NotificationScheme:
    """Return the scheme as it is wished for, its steps in the order of their time."""
    scheme = grant(wish, before)
    scheme = replace(
        scheme,
        name=" ".join(scheme.name.split()),
        description=printable(scheme.description).strip() if scheme.description else None,
        steps=tuple(sorted(scheme.steps, key=lambda step: step.after)),
    )
    known = await environments_store.channel_ids(tx, scheme.environment_id)
    refuse(_faults(scheme, known))
    return scheme


def _faults(scheme: NotificationScheme, known: Collection[str]) -> Iterator[str]:
    yield from faults_of_line("Name", scheme.name, LONGEST_NAME)
    yield from faults_of_length("Description", scheme.description, LONGEST_DESCRIPTION)
    if not 1 <= len(scheme.steps) <= MOST_STEPS:
        yield f"Steps must be 1 to {MOST_STEPS}."
    for number, step in enumerate(scheme.steps, start=1):
        if not 0 <= step.after <= LONGEST_WAIT:
            yield f"Step {number} must be due after 0 to {LONGEST_WAIT // 60:,} minutes."
        if not step.channel_ids:
            yield f"Step {number} must have at least one notification channel."
        for id_ in step.channel_ids:
            if id_ not in known:
                where = "was not found in this environment"
                yield f"Step {number}: notification channel {printable(id_)} {where}."
