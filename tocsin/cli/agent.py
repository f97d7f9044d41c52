"""`tocsin agent`: measure from elsewhere, for a server that has given out a key."""

import asyncio
import os
import signal
from typing import Annotated, Final

import typer
import uvloop

from tocsin import __version__
from tocsin.cli.outpost import Outpost, StrangerError
from tocsin.config import read_settings
from tocsin.engine.lookout import looking_with
from tocsin.kit.http import Outbound
from tocsin.kit.logs import set_up_logs
from tocsin.kit.readers import web_address
from tocsin.probes.look import open_tools

REFUSED: Final = 1

Server = Annotated[
    str, typer.Option(help="Where the server is.", envvar="TOCSIN_SERVER", parser=web_address)
]
Key = Annotated[
    str,
    typer.Option(
        help="The agent's key; better in the environment, where nobody else sees it.",
        envvar="TOCSIN_AGENT_KEY",
        metavar="KEY",
    ),
]


def agent(*, server: Server, key: Key) -> None:
    """Measure what the server wants to know, from this machine, until stopped."""
    settings = read_settings(os.environ)
    set_up_logs(level=settings.log_level, form=settings.log_format)
    outbound = Outbound(settings.outbound_deny, settings.outbound_allow)
    try:
        uvloop.run(_work(server, key, outbound))
    except StrangerError:
        typer.echo(f"{server} knows no agent with this key: make it a new one there.", err=True)
        raise typer.Exit(REFUSED) from None


async def _work(server: str, key: str, outbound: Outbound) -> None:
    async with open_tools(outbound, user_agent=f"Tocsin/{__version__}") as tools:
        outpost = Outpost(server, key, looking_with(tools))
        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, outpost.close)
        await outpost.run()
