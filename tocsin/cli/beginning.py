"""How every command begins: the settings, the log, and the address of the database."""

import asyncio
import os
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Annotated, TypeVar

import structlog
import typer
from sqlalchemy.ext.asyncio import AsyncConnection

from tocsin.config import PREFIX, Settings, read_settings, strangers
from tocsin.kit.logs import set_up_logs
from tocsin.store.database import Database
from tocsin.store.migrate import upgrade
from tocsin.store.postgres import at_hand

Result = TypeVar("Result")
Data = Annotated[
    str | None, typer.Option(help="The folder of the embedded database.", metavar="DIR")
]


def settings_of(**flags: object) -> Settings:
    """Read the environment; a flag that was given stands before the variable of its name."""
    told = {
        f"{PREFIX}{name.upper()}": str(value) for name, value in flags.items() if value is not None
    }
    environ = os.environ | told
    settings = read_settings(environ)
    set_up_logs(level=settings.log_level, form=settings.log_format)
    for sentence in strangers(environ):
        structlog.get_logger("tocsin").warning(sentence)
    return settings


def in_database(data: str | None, ask: Callable[[AsyncConnection], Awaitable[Result]]) -> Result:
    """Ask the migrated database for something, in one transaction."""
    return asyncio.run(_ask(settings_of(data=data), ask))


@asynccontextmanager
async def database_url(settings: Settings) -> AsyncIterator[str]:
    """Yield the database to use: the operator's, the running server's, or our own meanwhile."""
    if settings.database_url:
        yield settings.database_url
        return
    async with at_hand(settings.data, binaries=settings.postgres_bin) as url:
        yield url


async def _ask(settings: Settings, ask: Callable[[AsyncConnection], Awaitable[Result]]) -> Result:
    async with database_url(settings) as url:
        await upgrade(url)
        database = await Database.open(url, connections=4)
        try:
            async with database.begin() as tx:
                return await ask(tx)
        finally:
            await database.close()
