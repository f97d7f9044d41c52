"""Limits: whom of those with a limit something may be given to now, over all nodes together."""

from bisect import bisect_left
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime

from msgspec import Struct
from sqlalchemy.ext.asyncio import AsyncConnection

from tocsin.domain.reaching.limit import LATELY
from tocsin.domain.reaching.provider import Provider
from tocsin.domain.work import Work
from tocsin.store.reaching import limits
from tocsin.store.reaching.limits import Traffic, Waiting
from tocsin.usecases.house import House

Place = tuple[bool, datetime]  # in a line: whether others go first, and since when it waits


class Line:
    """Those who wait, in their order: first who was not ``told`` lately, then since when.

    Of those whom it is asked about, ``here``, none is ahead.
    """

    def __init__(
        self,
        here: Collection[str] = (),
        told: Collection[str] = (),
        waiting: Sequence[Waiting] = (),
    ) -> None:
        self._told = told
        self._places = [(one.was_told, one.since) for one in waiting if one.address not in here]
        self._turns = {one.address: one.turn for one in waiting}

    def place_of(self, work: Work) -> Place:
        """Return the place of what is due; pages go before notices."""
        is_behind = work.kind != "notify" or work.user_id in self._told
        return is_behind, work.planned_for or work.due

    def ahead_of(self, work: Work) -> int:
        """Count those who go before."""
        return bisect_left(self._places, self.place_of(work))

    def turn_of(self, work: Work) -> datetime | None:
        """Return the turn of what waits for the same address already."""
        return self._turns.get(work.address)


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


class Burden(Struct, frozen=True):
    """What a provider was given lately, and how many messages of its kind wait for a turn."""

    given: Traffic
    waiting: int


async def burdens(house: House, known: Iterable[Provider], now: datetime) -> dict[str, Burden]:
    """Say how busy providers are, by their ids."""
    async with house.database.read() as tx:
        waiting = await limits.waiting(tx)
        return {
            one.id: Burden(await limits.traffic(tx, one.id, now), waiting.get(one.kind, 0))
            for one in known
        }


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
    """Read who waits beside what is due in a lane, and who was told lately of whom it is for."""
    told = await limits.told(tx, (one.user_id or "" for one in works), now - LATELY)
    waiting = await limits.line(tx, works[0].lane, now - LATELY)
    return Line({one.address for one in works}, told, waiting)
