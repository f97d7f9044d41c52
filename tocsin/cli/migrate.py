"""`tocsin migrate`: bring the database up to this version."""

import asyncio
from typing import Annotated

import typer

from tocsin.cli.beginning import database_url, settings_of
from tocsin.config import Settings
from tocsin.store.migrate import upgrade


def migrate(
    data: Annotated[
        str | None, typer.Option(help="The folder of the embedded database.", metavar="DIR")
    ] = None,
) -> None:
    """Bring the database up to this version, and stop. `tocsin serve` does it by itself."""
    asyncio.run(_migrate(settings_of(data=data)))
    typer.echo("The database is up to date.")


async def _migrate(settings: Settings) -> None:
    async with database_url(settings) as url:
        await upgrade(url)
