"""A team, its alerts, and servers that may die at any moment, by a clock that is moved by hand."""

import asyncio
import os
import re
from collections import Counter
from collections.abc import Awaitable, Callable
from contextlib import suppress
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Final

import sqlalchemy as sa

from tests.crash.laws import breaches
from tests.crash.load import Load
from tests.inbox import Inbox
from tests.night import Night
from tests.running import Server
from tests.team import make_team
from tocsin.auth.keys import issue
from tocsin.kit.clock import system_clock
from tocsin.store.database import Database
from tocsin.store.tables import work
from tocsin.usecases.errors import DatabaseAway

NEVER: Final = "never"
A_MINUTE: Final = 61  # seconds, after which a dead node's leases have ended
SECOND_LEVEL: Final = 300
ANNS_RULES: Final = {"ann.again@example.com": 1, "ann.late@example.com": 7}  # minutes
ADDRESSES: Final = ("ann@example.com", "ann.again@example.com", "ben@example.com")
ALERTS: Final = 60
PATIENCE: Final = 30.0  # seconds, for what is due to be done

_HEADLINE: Final = re.compile(r"^#\d+ (alert-\d+)\r?$", re.MULTILINE)


class Scene:
    """Ann is paged at once, and a minute later at another address; Ben after five minutes.

    Ann's rule of the seventh minute comes too late for all of that: its pages are struck.
    """

    def __init__(self, folder: Path, inbox: Inbox) -> None:
        self.inbox = inbox
        self.deaths = 0
        self._folder = folder
        self._hands = folder / "hands"
        self._ahead = 0
        self._point()

    def server(self, moment: str = NEVER, count: int = 0, **settings: object) -> Server:
        """Return a server that will die when it comes to a moment for the ``count``th time."""
        return Server(
            self._folder,
            python=self._launcher(moment, count),
            smtp_url=f"{self.inbox.url}?starttls=never",
            secret_key="a secret of this installation, long enough",
            **settings,
        )

    async def move_in(self, database: Database) -> None:
        """Make the team."""
        self.database = database
        night = Night(database, await make_team(database), real_time=True)
        for address, minutes in ANNS_RULES.items():
            await night.give(night.team.ann, "email", address, minutes=minutes)
        async with database.begin() as tx:
            _, token = await issue(tx, description="A person", now=system_clock())
        self.load = Load(night.team.key, token, night.team.ann.email)

    async def live_through(self, server: Server) -> None:
        """Send alerts, and let time pass until all is done; a server that dies starts again."""
        self.load.add(ALERTS)
        await self._outlive(server, partial(self.load.send, server))
        await self._outlive(server, partial(self.load.answer, server))
        await self.let_time_pass(server)

    async def let_time_pass(self, server: Server) -> None:
        """Let all be done that is due now, after a minute, at the second level, and later."""
        for seconds in (0, A_MINUTE, SECOND_LEVEL, A_MINUTE):
            await self.move(seconds)
            await self._outlive(server, partial(self.is_done, server))

    async def die_under_load(self, server: Server, after: float) -> None:
        """Kill a busy server, and start it again."""
        sending = asyncio.create_task(self.load.send_on(server))
        await asyncio.sleep(after)
        await server.kill()
        await sending
        await self._revive(server)

    async def move(self, seconds: int) -> None:
        """Move the clock of all servers, and tell engines to look at it."""
        self._ahead += seconds
        self._point()
        with suppress(DatabaseAway):
            async with self.database.begin() as tx:
                await tx.execute(sa.text("notify work"))

    async def is_done(self, server: Server) -> bool:
        """Wait until nothing is left to do, and say whether the server has lived through it."""
        for _ in range(int(PATIENCE / 0.05)):
            if not server.is_running:
                return False
            with suppress(DatabaseAway):
                if not await self.left():
                    await asyncio.sleep(0.2)  # it may have died of the very last thing
                    return server.is_running
            await asyncio.sleep(0.05)
        raise AssertionError(f"{await self.left()} things are not done in time:\n{server.said}")

    async def left(self) -> int:
        """Count what was planned for by now and is not done, whether it is leased or not."""
        now = system_clock() + timedelta(seconds=self._ahead)
        query = sa.select(sa.func.count()).where(work.c.planned_for <= now)
        async with self.database.read() as tx:
            return int((await tx.execute(query)).scalar_one())

    async def until_idle(self) -> None:
        """Wait until nothing more is done: what is left belongs to the dead."""
        before = -1
        while (left := await self.left()) != before:
            before = left
            await asyncio.sleep(0.5)

    async def breaches(self) -> list[str]:
        """Say what should not be so in the database."""
        return await breaches(self.database, self.load.stories)

    def untold(self) -> list[str]:
        """Say who was never mailed of an alert that nobody tried to stop."""
        told = {page for mail in self._pages() for page in mail}
        plain = [story.name for story in self.load.stories if story["trigger"] and story.is_plain]
        assert plain
        wanted = [(address, name) for name in plain for address in ADDRESSES]
        return [f"{a} was not mailed of {n}." for a, n in wanted if (a, n) not in told]

    def repeated(self) -> Counter[str]:
        """Count for each address the mails that say again what one before has said."""
        told: set[tuple[str, str]] = set()
        repeated: Counter[str] = Counter()
        for pages in self._pages():
            if pages & told:
                repeated[next(iter(pages))[0]] += 1
            told |= pages
        return repeated

    def _pages(self) -> list[set[tuple[str, str]]]:
        return [
            {(mail.envelope_to, name) for name in _HEADLINE.findall(mail.text)}
            for mail in self.inbox.mails
        ]

    async def _outlive(self, server: Server, step: Callable[[], Awaitable[bool]]) -> None:
        while not await step():
            await server.until_ended()
            await self._revive(server)

    async def _revive(self, server: Server) -> None:
        """Start a dead server anew, a minute later, when what it had leased comes back."""
        self.deaths += 1
        server.python = self._launcher(NEVER, 0)
        await self.move(A_MINUTE)
        await server.start()
        broken = await self.breaches()
        assert not broken, "\n".join(broken)

    def _launcher(self, moment: str, count: int) -> tuple[str, ...]:
        return ("-m", "tests.crash.launcher", str(self._hands), moment, str(count), "serve")

    def _point(self) -> None:
        """Put the hands where they belong, at once: they are read all the time."""
        new = self._hands.with_suffix(".new")
        new.write_text(str(self._ahead))
        os.replace(new, self._hands)
