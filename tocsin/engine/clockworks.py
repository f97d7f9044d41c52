"""What the engine does again and again, whether anything is due or not."""

from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import Final, NamedTuple

from tocsin.engine import follower
from tocsin.engine.meters import Meters
from tocsin.usecases import upkeep, work
from tocsin.usecases.house import House
from tocsin.usecases.machines import deliveries
from tocsin.usecases.monitoring import rounds
from tocsin.usecases.reaching import handoffs, user_groups, waking


class Clockwork(NamedTuple):
    """A turn that is taken every so many seconds."""

    name: str
    every: float
    turn: Callable[[House, Meters, datetime], Awaitable[None]]


async def measure(house: House, meters: Meters, now: datetime) -> None:
    """Show how much is due."""
    waiting = [*await work.backlog(house, now), *await deliveries.backlog(house, now)]
    meters.waiting(waiting, now)


async def clean_up(house: House, _meters: Meters, now: datetime) -> None:
    """Forget what nobody will ask for."""
    await upkeep.clean_up(house, now)


async def catch_up(house: House, _meters: Meters, now: datetime) -> None:
    """Let no round hang whose agents fell silent."""
    await rounds.catch_up(house, now)


async def follow(house: House, _meters: Meters, now: datetime) -> None:
    """Hear what happened at other servers that did not say so themselves."""
    await follower.look_around(house, now)


async def leave(house: House, _meters: Meters, now: datetime) -> None:
    """Leave nothing behind at servers that channels told once."""
    await follower.say_farewell(house, now)


async def keep_groups(house: House, _meters: Meters, now: datetime) -> None:
    """Let user groups of chats hold whoever is on call."""
    await user_groups.keep_in_step(house, now)


async def tell_of_shifts(house: House, _meters: Meters, now: datetime) -> None:
    """Tell people of shifts that are about to begin or end."""
    await handoffs.tell(house, now)


async def look_ahead(house: House, _meters: Meters, now: datetime) -> None:
    """Warn of shifts in which nothing would wake whoever is on call."""
    await waking.look_ahead(house, now)


CLOCKWORKS: Final = (
    Clockwork("follow", 5, follow),
    Clockwork("leave", 5, leave),
    Clockwork("measure", 10, measure),
    Clockwork("catch up", 15, catch_up),
    Clockwork("keep groups", 20, keep_groups),
    Clockwork("tell of shifts", 30, tell_of_shifts),
    Clockwork("look ahead", 300, look_ahead),
    Clockwork("clean up", 600, clean_up),
)
