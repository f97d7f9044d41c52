"""Glances: the list of incidents as people look at it, what matters most first."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Final, Literal

import msgspec
from msgspec.structs import replace
from sqlalchemy.ext.asyncio import AsyncConnection

from tocsin.domain.people.user import Urgency
from tocsin.domain.response.incident import OPEN_STATUSES, Incident, Status
from tocsin.store.names import names
from tocsin.store.people import teams
from tocsin.store.response import incident_lists
from tocsin.store.response.incident_lists import Asked
from tocsin.usecases.house import House
from tocsin.usecases.response.incident_queries import ids_in_incident
from tocsin.usecases.response.outlooks import Outlook, ids_in, look_ahead

Shown = Literal["open", "triggered", "acknowledged", "resolved", "all"]
Whose = Literal["all", "mine", "teams"]
Sorting = Literal["urgency", "newest", "oldest"]

LOOKED_THROUGH: Final = 20_000  # how many of the newest titles a search reads at most

STATUSES: Final[Mapping[Shown, tuple[Status, ...]]] = {
    "open": OPEN_STATUSES,
    "triggered": ("triggered",),
    "acknowledged": ("acknowledged",),
    "resolved": ("resolved",),
    "all": (),
}


class Wanted(msgspec.Struct, frozen=True, kw_only=True):
    """What somebody wants to see. What is empty asks for nothing in particular.

    Whose: ``mine`` is assigned to ``me``, ``teams`` is what my teams answer for. What is resolved
    is assigned to nobody.
    """

    me: str
    shown: Shown = "open"
    whose: Whose = "all"
    urgency: Urgency | None = None
    service_id: str | None = None
    user_id: str | None = None
    since: datetime | None = None
    until: datetime | None = None
    words: tuple[str, ...] = ()
    sorting: Sorting = "urgency"


class Glance(msgspec.Struct, frozen=True, kw_only=True):
    """A part of the list.

    ``counts``: how many there are of each open status. ``ahead``: what is to come, by the id of the
    incident. ``searched_since``: how far back titles were read, if not all were.
    """

    incidents: Sequence[Incident]
    has_more: bool
    counts: Mapping[Status, int]
    ahead: Mapping[str, Outlook]
    names: Mapping[str, str]
    searched_since: datetime | None = None


async def glance(house: House, wanted: Wanted, now: datetime, *, limit: int, offset: int) -> Glance:
    """List what is wanted."""
    async with house.database.read() as tx:
        team_ids = await _teams_of(tx, wanted)
        if not team_ids and wanted.whose == "teams":
            return Glance(incidents=(), has_more=False, counts={}, ahead={}, names={})
        asked = _asked(wanted, team_ids)
        since = await _search_since(tx, asked)
        asked = replace(asked, since=since or asked.since)
        lists = _in_turn(asked) if wanted.sorting == "urgency" else [_by_time(asked, wanted)]
        found = await incident_lists.find(tx, *lists, limit=limit + 1, offset=offset)
        part = found[:limit]
        ahead = await look_ahead(tx, house, part, now)
        mentioned = {id_ for i in part for id_ in (*ids_in_incident(i), *ids_in(ahead.get(i.id)))}
        return Glance(
            incidents=part,
            has_more=len(found) > limit,
            counts=await incident_lists.count_open(tx, replace(asked, statuses=())),
            ahead=ahead,
            names=await names(tx, mentioned),
            searched_since=since,
        )


async def _teams_of(tx: AsyncConnection, wanted: Wanted) -> tuple[str, ...]:
    if wanted.whose != "teams":
        return ()
    mine = await teams.of_users(tx, [wanted.me])
    return tuple(team.id for team in mine.get(wanted.me, ()))


def _asked(wanted: Wanted, team_ids: tuple[str, ...]) -> Asked:
    user_id = wanted.user_id or (wanted.me if wanted.whose == "mine" else None)
    return Asked(
        statuses=STATUSES[wanted.shown],
        urgencies=(wanted.urgency,) if wanted.urgency else (),
        user_ids=(user_id,) if user_id else (),
        service_ids=(wanted.service_id,) if wanted.service_id else (),
        team_ids=team_ids,
        words=wanted.words,
        since=wanted.since,
        until=wanted.until,
    )


async def _search_since(tx: AsyncConnection, asked: Asked) -> datetime | None:
    """Return from when on titles are read, so that a rare word costs no more than a common one."""
    if not asked.words:
        return None
    return await incident_lists.horizon(tx, replace(asked, words=()), most=LOOKED_THROUGH)


def _in_turn(asked: Asked) -> list[Asked]:
    """Ask for what is triggered, then for what somebody has, each by urgency, then for the rest."""
    newest = replace(asked, sorting=_NEWEST)
    statuses = asked.statuses or STATUSES["open"]
    lists = [
        replace(newest, statuses=(status,), urgencies=(urgency,))
        for status in statuses
        for urgency in asked.urgencies or _URGENCIES
    ]
    return lists if asked.statuses else [*lists, replace(newest, statuses=STATUSES["resolved"])]


def _by_time(asked: Asked, wanted: Wanted) -> Asked:
    return replace(asked, sorting=(("created_at", wanted.sorting == "newest"),))


_NEWEST: Final = (("created_at", True),)
_URGENCIES: Final[tuple[Urgency, ...]] = ("high", "low")
