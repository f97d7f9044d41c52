"""The web site that is watched: it breaks, hangs and is mended while a story goes on."""

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from tests.probes.site import Site, page, running

FINE = page("Welcome to the shop")


class Website:
    """``url`` is its first page; ``status_url`` tells in JSON how much memory it takes."""

    def __init__(self, site: Site) -> None:
        self._site = site
        self.url = f"{site.url}/"
        self.status_url = f"{site.url}/status"
        self.mend()
        self.takes(memory=40)

    def break_down(self) -> None:
        """Answer as a shop that is out of order."""
        self._site.pages["/"] = page("Out of order", status="502 Bad Gateway")

    def hang(self) -> None:
        """Answer nobody."""
        self._site.open.clear()

    def mend(self) -> None:
        """Answer well again."""
        self._site.pages["/"] = FINE
        self._site.open.set()

    def takes(self, *, memory: int) -> None:
        """Take so many per cent of the memory."""
        status = json.dumps({"memory": memory})
        self._site.pages["/status"] = page(status, "Content-Type: application/json")


@asynccontextmanager
async def open_website() -> AsyncIterator[Website]:
    """Serve until the block ends."""
    async with running() as site:
        yield Website(site)
