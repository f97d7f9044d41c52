"""The hub: open pages follow what happens, and one query a beat serves them all."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from datetime import datetime
from typing import Final

from tocsin.usecases import news
from tocsin.usecases.errors import DatabaseAway
from tocsin.usecases.house import House
from tocsin.usecases.news import News

BEAT: Final = 0.5  # seconds
MOST: Final = 1000  # pages that follow one node
MOST_OF_ONE: Final = 50  # of them in one browser


class Crowded(Exception):  # noqa: N818 - an answer, not a fault
    """Too many pages follow this node, or too many in the same browser."""


class Live:
    """Looks for news while anybody follows it, and rings for those whose part has changed."""

    def __init__(self, house: House) -> None:
        self._house = house
        self._followers: set[Follower] = set()
        self._looking: asyncio.Task[None] | None = None

    @asynccontextmanager
    async def follow(
        self, topic: str, since: datetime | None = None, *, whose: str = ""
    ) -> AsyncIterator["Follower"]:
        """Follow one thing, or all of a kind; ring at once if something happened ``since``.

        ``whose`` session it is counts: nobody takes the places of all. Raises Crowded.
        """
        theirs = sum(follower.whose == whose for follower in self._followers)
        if len(self._followers) >= MOST or theirs >= MOST_OF_ONE:
            raise Crowded
        follower = Follower(topic, whose)
        self._followers.add(follower)
        try:
            await self._catch_up(follower, since)
            if self._looking is None or self._looking.done():
                self._looking = asyncio.create_task(self._look())
            yield follower
        finally:
            self._followers.discard(follower)

    def close(self) -> None:
        """Let all go: the server is about to stop."""
        for follower in self._followers:
            follower.end()

    async def _catch_up(self, follower: "Follower", since: datetime | None) -> None:
        topic = follower.topic
        with suppress(DatabaseAway):
            follower.hear(await news.look(self._house, {topic}))
            if since and await news.is_stale(self._house, topic, since):
                follower.ring()

    async def _look(self) -> None:
        while self._followers:
            topics = {one.topic for one in self._followers}
            with suppress(DatabaseAway):  # news wait until it is back
                found = await news.look(self._house, topics)
                for follower in self._followers:
                    follower.hear(found)
            await asyncio.sleep(BEAT)


class Follower:
    """One open page."""

    def __init__(self, topic: str, whose: str) -> None:
        self.topic = topic
        self.whose = whose
        self.is_over = False
        self._known: object = None
        self._bell = asyncio.Event()

    def hear(self, found: News) -> None:
        """Ring if what this page follows is not as it was."""
        part = (found.get(self.topic),)
        if self._known not in (None, part):
            self.ring()
        self._known = part

    def ring(self) -> None:
        """Let the page know that it is not what it was."""
        self._bell.set()

    def end(self) -> None:
        """Follow no longer."""
        self.is_over = True
        self.ring()

    async def rings(self, within: float) -> bool:
        """Wait for news, for so many seconds at most; say whether there were any."""
        try:
            await asyncio.wait_for(self._bell.wait(), within)
        except TimeoutError:
            return False
        self._bell.clear()
        return True
