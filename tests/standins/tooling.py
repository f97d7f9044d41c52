"""Tools for channels under test: their own way out, and the clock."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from tocsin.channels.tools import Tools
from tocsin.kit.clock import system_clock
from tocsin.kit.http import Outbound, make_client


@asynccontextmanager
async def open_tools() -> AsyncIterator[Tools]:
    """Open what a channel is made with."""
    async with make_client(Outbound(), user_agent="Tocsin/1") as http:
        yield Tools(http=http, clock=system_clock, signing_key="a key of this installation")
