"""Limits: whom of those with a limit something may be given to now, over all nodes together."""

from bisect import bisect_left
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncConnection

from tocsin.domain.reaching.limit import LATELY
from tocsin.domain.reaching.provider import Provider
from tocsin.domain.work import Work
from tocsin.store.reaching import limits
from tocsin.store.reaching.limits import Waiting

Place = tuple[bool, datetime]  # in a line: whether others go first, and since when it waits


class Line:
    """Those who wait, in their order: first who was not ``told`` lately, then since when."""

    def __init__(self, told: Collection[str] = (), waiting: Sequence[Waiting] = ()) -> None:
        self._told = told
        self._places = [(one.was_told, one.since) for one in waiting]
        self.turns = {one.address: one.turn for one in waiting}

    def place_of(self, work: Work) -> Place:
        """Return the place of what is due; pages go before notices."""
        is_behind = work.kind != "notify" or work.user_id in self._told
        return is_behind, work.planned_for or work.due

    def ahead_of(self, work: Work) -> int:
        """Count those who go before."""
        return bisect_left(self._places, self.place_of(work))


class Room:
    """What providers may still carry; those without a limit are not named in ``left``."""

    def __init__(self, left: Mapping[str, int], line: Line) -> None:
        self.line = line
        self._left = {**left}

    def full(self, work: Work) -> set[str]:
        """Return those who have no room for it now, as others go before it."""
        ahead = self.line.ahead_of(work)
        return {id_ for id_, left in self._left.items() if left <= ahead}

    def take(self, provider: Provider | None) -> None:
        """Count what is given to one."""
        if provider and provider.id in self._left:
            self._left[provider.id] -= 1


def limits_of(providers: Iterable[Provider]) -> dict[str, int]:
    """Return the limits of those who have one."""
    return {one.id: one.most_per_minute for one in providers if one.most_per_minute}


async def room_of(
    tx: AsyncConnection, providers: Iterable[Provider], works: Sequence[Work], now: datetime
) -> Room:
    """Say what providers may still carry; until the transaction ends, nobody else takes of it."""
    most = limits_of(providers)
    if not most:
        return Room({}, Line())
    await limits.take_turns(tx, most)
    carried = await limits.carried(tx, most, now)
    left = {id_: limit - carried[id_] for id_, limit in most.items()}
    return Room(left, await line_of(tx, works, now))


async def line_of(tx: AsyncConnection, works: Sequence[Work], now: datetime) -> Line:
    """Read who waits in the lane of what is due, and who was told lately of whom it is for."""
    told = await limits.told(tx, (one.user_id or "" for one in works), now - LATELY)
    return Line(told, await limits.line(tx, works[0].lane, now - LATELY))
