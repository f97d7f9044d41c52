"""`tocsin serve`: take events, wake people, answer the API."""

import asyncio
from typing import Annotated

import typer
import uvloop

from tocsin.app import serving
from tocsin.app.joining import Parts
from tocsin.cli.beginning import database_url, settings_of
from tocsin.cli.demo import Demo
from tocsin.config import Settings


def serve(
    host: Annotated[str | None, typer.Option(help="The address to listen on.")] = None,
    port: Annotated[
        str | None, typer.Option(help="The port to listen on.", metavar="NUMBER")
    ] = None,
    data: Annotated[
        str | None, typer.Option(help="The folder of the embedded database.", metavar="DIR")
    ] = None,
    role: Annotated[
        str | None, typer.Option(help="What this node does.", metavar="api|engine|all")
    ] = None,
    demo: Annotated[
        bool, typer.Option("--demo", help="Begin with a sample team, an inbox and an alert.")
    ] = False,
) -> None:
    """Take events, wake people, answer the API, until stopped."""
    settings = settings_of(host=host, port=port, data=data, role=role)
    uvloop.run(_demo(settings) if demo else _serve(settings))


async def _serve(settings: Settings) -> None:
    async with database_url(settings) as url:
        await serving.serve(settings, url, when_ready=_rest)


async def _demo(settings: Settings) -> None:
    demo = Demo(settings)
    async with demo.inbox() as settings_with_mail, database_url(settings) as url:
        await serving.serve(settings_with_mail, url, when_ready=demo.show)


async def _rest(_: Parts) -> None:
    await asyncio.sleep(0)
