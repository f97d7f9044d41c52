"""Maintenance windows: found, made, changed, and ended before their time."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Final

import msgspec
from msgspec import UNSET, UnsetType
from msgspec.structs import replace
from sqlalchemy.ext.asyncio import AsyncConnection

from tocsin.domain.faults import faults_of_length
from tocsin.domain.intake.service import MaintenanceWindow, Service, WindowTime
from tocsin.domain.people.team import Team
from tocsin.domain.people.user import User
from tocsin.kit.ids import new_id
from tocsin.kit.text import printable
from tocsin.store.intake import maintenance_windows as store
from tocsin.store.intake.maintenance_windows import MAINTENANCE_WINDOWS
from tocsin.store.intake.services import SERVICES
from tocsin.store.people import teams
from tocsin.store.people.users import USERS
from tocsin.usecases.errors import Arguments, Invalid, NotFound
from tocsin.usecases.house import House
from tocsin.usecases.parts import Part, read_part
from tocsin.usecases.wishes import grant, refuse

LONGEST_DESCRIPTION: Final = 2000
MOST_SERVICES: Final = 1000

OVER: Final = "A maintenance window that is over cannot be changed."


class Wish(msgspec.Struct, frozen=True, kw_only=True):
    """What a maintenance window shall be; UNSET leaves it as it is."""

    start: datetime | UnsetType = UNSET
    end: datetime | UnsetType = UNSET
    service_ids: tuple[str, ...] | UnsetType = UNSET
    description: str | UnsetType | None = UNSET


class Filter(msgspec.Struct, frozen=True, kw_only=True):
    """Which windows are wanted, and whether those that begin last come first."""

    when: WindowTime = "all"
    search: str | None = None
    service_ids: Sequence[str] = ()
    team_ids: Sequence[str] = ()
    latest_first: bool = False


class Known(msgspec.Struct, frozen=True, kw_only=True):
    """A window, those of its services that exist, who made it, and who answers for the services."""

    window: MaintenanceWindow
    services: Sequence[Service]
    creator: User | None
    teams: Sequence[Team] = ()


async def find(
    house: House, asked: Filter, part: Part, now: datetime
) -> tuple[list[Known], int | None]:
    """List windows by their start."""
    where = [
        store.lying(asked.when, now),
        *([store.described_like(asked.search)] if asked.search else []),
        *([store.about(asked.service_ids)] if asked.service_ids else []),
    ]
    order = store.LATEST_FIRST if asked.latest_first else store.BY_START
    async with house.database.read() as tx:
        if asked.team_ids:
            where.append(store.about(await teams.service_ids(tx, asked.team_ids)))
        found, total = await read_part(tx, MAINTENANCE_WINDOWS, part, *where, order_by=order)
        return await know(tx, found), total


async def get(house: House, window_id: str) -> Known:
    """Read one window."""
    async with house.database.read() as tx:
        window = await MAINTENANCE_WINDOWS.get(tx, window_id)
        if window is None:
            raise NotFound("Maintenance window", window_id)
        (known,) = await know(tx, [window])
    return known


async def create(house: House, wish: Wish, by: User | None, now: datetime) -> Known:
    """Keep services quiet for a time that ends in the future."""
    now = now.replace(microsecond=0)
    blank = MaintenanceWindow(
        id=new_id(),
        sequence_number=0,
        start=now,
        end=now,
        service_ids=(),
        created_by=by.id if by else None,
    )
    async with house.database.begin() as tx:
        window = await _check(tx, _apply(wish, blank, now), now)
        (known,) = await know(tx, [await MAINTENANCE_WINDOWS.insert(tx, window)])
    return known


async def change(house: House, window_id: str, wish: Wish, now: datetime) -> Known:
    """Change a window that is not over."""
    now = now.replace(microsecond=0)
    async with house.database.begin() as tx:
        before = await _hold(tx, window_id)
        if before.end <= now:
            raise Invalid(OVER)
        window = await _check(tx, _apply(wish, before, now), now)
        (known,) = await know(tx, [await MAINTENANCE_WINDOWS.update(tx, window)])
    return known


async def remove(house: House, window_id: str, now: datetime) -> bool:
    """Take away a future window, end a running one; answer False if it is over already."""
    async with house.database.begin() as tx:
        window = await _hold(tx, window_id)
        if window.end <= now:
            return False
        if window.start > now:
            await MAINTENANCE_WINDOWS.delete(tx, window_id)
        else:
            await MAINTENANCE_WINDOWS.update(tx, replace(window, end=now))
    return True


async def know(tx: AsyncConnection, found: Sequence[MaintenanceWindow]) -> list[Known]:
    """Read what belongs to windows, for all of them at once."""
    services = await SERVICES.get_many(tx, (id_ for window in found for id_ in window.service_ids))
    answering = await teams.of_services(tx, services)
    users = await USERS.get_many(tx, (window.created_by for window in found if window.created_by))
    return [
        Known(
            window=window,
            services=_present(window.service_ids, services),
            creator=users.get(window.created_by or ""),
            teams=_teams(window.service_ids, answering),
        )
        for window in found
    ]


async def _hold(tx: AsyncConnection, window_id: str) -> MaintenanceWindow:
    window = await MAINTENANCE_WINDOWS.get(tx, window_id, hold=True)
    if window is None:
        raise NotFound("Maintenance window", window_id)
    return window


async def _check(
    tx: AsyncConnection, window: MaintenanceWindow, now: datetime
) -> MaintenanceWindow:
    """Return a window that may be stored. Raises Invalid, Arguments."""
    refuse(_faults(window, now))
    missing = set(window.service_ids) - (await SERVICES.names(tx, window.service_ids)).keys()
    if missing:
        raise Arguments(*(f"Service {service_id} was not found." for service_id in sorted(missing)))
    return window


def _apply(wish: Wish, before: MaintenanceWindow, now: datetime) -> MaintenanceWindow:
    """Return the window as it is wished for. What would begin in the past begins now."""
    window = grant(wish, before)
    moved = window.start != before.start
    return replace(
        window,
        start=max(window.start, now) if moved else window.start,
        service_ids=tuple(dict.fromkeys(window.service_ids)),
        description=window.description and printable(window.description),
    )


def _faults(window: MaintenanceWindow, now: datetime) -> Iterator[str]:
    if not 1 <= len(window.service_ids) <= MOST_SERVICES:
        yield f"Services must be 1 to {MOST_SERVICES}."
    if window.end <= now:
        yield "End time must be in the future."
    elif window.end <= window.start:
        yield "End time must be after the start time."
    yield from faults_of_length("Description", window.description, LONGEST_DESCRIPTION)


def _teams(ids: Sequence[str], answering: Mapping[str, Sequence[Team]]) -> Sequence[Team]:
    teams = {team.id: team for id_ in ids for team in answering.get(id_, ())}
    return list(teams.values())


def _present(ids: Sequence[str], services: Mapping[str, Service]) -> Sequence[Service]:
    return [services[id_] for id_ in ids if id_ in services]
