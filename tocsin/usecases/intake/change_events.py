"""Change events: found beside services and incidents, and corrected."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, Final

import msgspec
from msgspec import UNSET, UnsetType
from msgspec.structs import replace
from sqlalchemy.ext.asyncio import AsyncConnection

from tocsin.store.intake import change_events as store
from tocsin.store.intake.services import SERVICES
from tocsin.store.names import names
from tocsin.store.response import incidents
from tocsin.store.writes import Arrived
from tocsin.usecases.errors import Invalid, NotFound
from tocsin.usecases.house import House
from tocsin.usecases.parts import Part
from tocsin.usecases.people.teams import services_of
from tocsin.usecases.wishes import grant

RELATED_FOR: Final = timedelta(hours=24)  # how long before an incident a change may matter to it
LONGEST_SUMMARY: Final = 1024
_MOMENT: Final = timedelta(microseconds=1)


class Filter(msgspec.Struct, frozen=True, kw_only=True):
    """Which changes are wanted."""

    service_id: str | None = None
    integration_ids: tuple[str, ...] = ()
    team_ids: tuple[str, ...] = ()
    since: datetime | None = None
    until: datetime | None = None


class Wish(msgspec.Struct, frozen=True, kw_only=True):
    """What shall be said about a change; UNSET leaves it as it is."""

    summary: str | UnsetType = UNSET
    custom_details: Any = UNSET


class Known(msgspec.Struct, frozen=True, kw_only=True):
    """A change, and what its service and its integration are called."""

    change: Arrived
    names: Mapping[str, str]


async def find(house: House, asked: Filter, part: Part) -> tuple[list[Known], int | None]:
    """List changes, the newest first. Raises NotFound if they are of a service there is not."""
    async with house.database.read() as tx:
        if asked.service_id and await SERVICES.get(tx, asked.service_id) is None:
            raise NotFound("Service", asked.service_id)
        fitting = store.fitting(
            service_id=asked.service_id,
            service_ids=await services_of(tx, asked.team_ids),
            integration_ids=asked.integration_ids,
            since=asked.since,
            until=asked.until,
        )
        where = tuple(fitting)
        found = await store.select(tx, where, limit=part.limit, offset=part.offset)
        total = await store.count(tx, where) if part.counted else None
        return await _know(tx, found), total


async def related(house: House, incident_id: str, limit: int) -> list[Known]:
    """List the changes of an incident's service in the hours before it began, newest first."""
    async with house.database.read() as tx:
        incident = await incidents.get(tx, incident_id)
        if incident is None:
            raise NotFound("Incident", incident_id)
        where = store.fitting(
            service_id=incident.service_id,
            since=incident.created_at - RELATED_FOR,
            until=incident.created_at + _MOMENT,
        )
        return await _know(tx, await store.select(tx, tuple(where), limit=limit))


async def get(house: House, id_: str) -> Known:
    """Read one change."""
    async with house.database.read() as tx:
        change = await store.get(tx, id_)
        if change is None:
            raise NotFound("Change event", id_)
        (known,) = await _know(tx, [change])
    return known


async def change(house: House, id_: str, wish: Wish) -> Known:
    """Say something else about a change."""
    _check(wish)
    async with house.database.begin() as tx:
        before = await store.get(tx, id_, hold=True)
        if before is None:
            raise NotFound("Change event", id_)
        after = replace(before, event=grant(wish, before.event))
        await store.update(tx, after)
        (known,) = await _know(tx, [after])
    return known


def _check(wish: Wish) -> None:
    if isinstance(wish.summary, str) and not wish.summary.strip():
        raise Invalid("Summary cannot be empty.")
    if isinstance(wish.summary, str) and len(wish.summary) > LONGEST_SUMMARY:
        raise Invalid(f"Summary is too long (maximum is {LONGEST_SUMMARY} characters).")


async def _know(tx: AsyncConnection, found: Sequence[Arrived]) -> list[Known]:
    ids = {id_ for change in found for id_ in (change.service_id, change.integration_id)}
    called = await names(tx, ids)
    return [Known(change=change, names=called) for change in found]
