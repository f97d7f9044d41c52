"""The houses of a story: where is watched, where is paged, and who follows the guide in between."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final

import msgspec
import pytest
import sqlalchemy as sa
from _pytest.mark import ParameterSet

from tests.browser.site import PASSWORD, Site, open_site
from tests.browser.start import Start, begin
from tests.inbox import Inbox
from tests.journeys.hands import Hands
from tests.journeys.website import Website
from tests.running import free_port
from tocsin.kit.clock import system_clock
from tocsin.store.database import Database
from tocsin.store.pieces import WAKE_ENGINES
from tocsin.store.tables import incidents, log_entries

HERE: Final = "127.0.0.1"
THERE: Final = "localhost"  # another host for browsers, so that cookies of the two do not mix
TURNS: Final = ("trigger", "acknowledge", "resolve")


class Play(msgspec.Struct, frozen=True):
    """How a story is played."""

    browser: str
    houses: int = 1


def plays(*, two_by_chromium: bool = False) -> list[ParameterSet]:
    """List how a story is played: by both browsers, in one house and from one to another."""
    by_hand = [Play("http"), Play("http", houses=2)]
    by_chromium = [Play("chromium"), *([Play("chromium", houses=2)] if two_by_chromium else [])]
    return [
        pytest.param(
            play,
            id=f"{play.browser}, {'one house' if play.houses == 1 else 'two houses'}",
            marks=[pytest.mark.browser] if play.browser == "chromium" else [],
        )
        for play in (*by_hand, *by_chromium)
    ]


class Clock:
    """The real time, but that some of it can be skipped."""

    def __init__(self) -> None:
        self._ahead = timedelta()

    def __call__(self) -> datetime:
        """Tell the time."""
        return system_clock() + self._ahead

    def skip(self, **time: float) -> None:
        """Let time have passed."""
        self._ahead += timedelta(**time)


class House:
    """A server on a port of its own, which it keeps while it is away."""

    def __init__(
        self, database: Database, folder: Path, inbox: Inbox, clock: Clock, host: str
    ) -> None:
        self.url = f"http://{host}:{free_port()}"
        self.inbox = inbox
        self.clock = clock
        self._database = database
        self._folder = folder
        self._site: Site
        self._open = AsyncExitStack()

    async def opens(self) -> None:
        """Serve."""
        opening = open_site(self._database, self._folder, self.inbox, self.clock, url=self.url)
        self._site = await self._open.enter_async_context(opening)

    async def closes(self) -> None:
        """Be away."""
        await self._open.aclose()

    async def looks_again(self) -> None:
        """Let the engine see that it is later than it thought."""
        async with self._database.begin() as tx:
            await tx.execute(sa.select(sa.func.pg_notify(WAKE_ENGINES, "")))

    async def turns(self, number: int) -> list[str]:
        """List how an incident was begun, answered and ended, each by one word."""
        of_number = log_entries.c.incident_id == (
            sa.select(incidents.c.id).where(incidents.c.number == number).scalar_subquery()
        )
        entries = sa.select(log_entries.c.type).where(of_number).order_by(log_entries.c.id)
        async with self._database.read() as tx:
            types = await tx.scalars(entries)
        found = [one.removesuffix("_log_entry") for one in types]
        return [one for one in found if one in TURNS]

    async def begins(self) -> Start:
        """Let there be Ann, whom everything pages, and Ben after her."""
        return await begin(self._site)


class Scene(msgspec.Struct, frozen=True, kw_only=True):
    """What a story is told with: ``here`` watches, ``there`` pages; they may be one house."""

    here: House
    there: House
    hands: Hands
    website: Website
    clock: Clock
    start: Start

    @property
    def is_one_house(self) -> bool:
        """Whether both sides are one server."""
        return self.here is self.there

    async def go_here(self) -> None:
        """Let Ann turn to the side that watches."""
        if not self.is_one_house:
            await self.sign_in(self.here)

    async def sign_in(self, house: House) -> None:
        """Let Ann come in by the door."""
        await self.hands.open(f"{house.url}/login")
        await self.hands.fill("E-mail", self.start.ann.email)
        await self.hands.fill("Password", PASSWORD)
        await self.hands.press("Sign in")
        await self.hands.sees("Incidents")


@asynccontextmanager
async def opened(*houses: House) -> AsyncIterator[None]:
    """Serve until the block ends."""
    async with AsyncExitStack() as stack:
        for house in houses:
            await house.opens()
            stack.push_async_callback(house.closes)
        yield
