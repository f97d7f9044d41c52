"""How every command begins: the settings, the log, and the address of the database."""

import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import structlog

from tocsin.config import PREFIX, Settings, read_settings, strangers
from tocsin.kit.logs import set_up_logs
from tocsin.store.postgres import at_hand


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


@asynccontextmanager
async def database_url(settings: Settings) -> AsyncIterator[str]:
    """Yield the database to use: the operator's, the running server's, or our own meanwhile."""
    if settings.database_url:
        yield settings.database_url
        return
    async with at_hand(settings.data, binaries=settings.postgres_bin) as url:
        yield url
