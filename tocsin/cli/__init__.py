"""The command line, one file per command."""

from typing import Annotated, Final

import typer

from tocsin import __version__
from tocsin.cli.agent import agent
from tocsin.cli.migrate import migrate
from tocsin.cli.send import send
from tocsin.cli.serve import serve
from tocsin.cli.token import token
from tocsin.cli.user import user
from tocsin.cli.webhook_key import webhook_key
from tocsin.config import SettingsError
from tocsin.kit.listening import AddressError
from tocsin.kit.sealing import SealingError
from tocsin.store.database import DatabaseAway
from tocsin.store.postgres import PostgresError
from tocsin.usecases.errors import Complaint

COMMANDS: Final = (serve, send, agent, migrate, webhook_key)
GROUPS: Final = (token, user)
_FAILED: Final = 1
_MISUSED: Final = 2


def main() -> None:
    """Run the command that the arguments name; say in one sentence what is in its way."""
    try:
        _app()
    except SettingsError as error:
        _leave(error, _MISUSED)
    except (AddressError, PostgresError, SealingError, DatabaseAway, Complaint) as error:
        _leave(error, _FAILED)


_app: Final = typer.Typer(
    no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False
)
for _command in COMMANDS:
    _app.command()(_command)
for _group in GROUPS:
    _app.add_typer(_group, name=_group.info.name)


def _show_version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"tocsin {__version__}")
        raise typer.Exit


@_app.callback()
def tocsin(
    version: Annotated[
        bool, typer.Option("--version", help="Say which version this is.", callback=_show_version)
    ] = False,
) -> None:
    """Wake whoever is on call: a server that speaks PagerDuty's APIs."""


def _leave(error: Exception, code: int) -> None:
    typer.echo(str(error), err=True)
    raise SystemExit(code)
