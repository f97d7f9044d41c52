"""`tocsin token`: make, list and revoke API keys."""

from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from tocsin.cli.beginning import Data, in_database
from tocsin.domain.people.api_key import ApiKey
from tocsin.kit.clock import system_clock
from tocsin.usecases.people import api_keys

token = typer.Typer(name="token", no_args_is_help=True, help="Make, list and revoke API keys.")


@token.command()
def create(
    description: Annotated[str, typer.Argument(help="What the key is for.")],
    user: Annotated[
        str | None, typer.Option(help="The e-mail address of the user whose key it is.")
    ] = None,
    read_only: Annotated[
        bool, typer.Option("--read-only", help="Let the key change nothing.")
    ] = False,
    data: Data = None,
) -> None:
    """Make a key of the account, or of a user, and print it: it cannot be read again."""
    secret = in_database(
        data,
        lambda tx: api_keys.create(
            tx, description=description, email=user, read_only=read_only, now=system_clock()
        ),
    )
    typer.echo(secret)


@token.command(name="list")
def list_(data: Data = None) -> None:
    """List all keys, without their secrets."""
    table = Table("id", "description", "whose", "may", "made", "last used", "revoked")
    for key, owner in in_database(data, api_keys.find):
        table.add_row(*_cells(key, owner))
    Console().print(table)


@token.command()
def revoke(
    key_id: Annotated[str, typer.Argument(metavar="ID", help="The id that the list shows.")],
    data: Data = None,
) -> None:
    """Let a key open nothing from now on."""
    if not in_database(data, lambda tx: api_keys.revoke(tx, key_id, system_clock())):
        typer.echo(f"There is no key {key_id}, or it was revoked before.", err=True)
        raise typer.Exit(1)
    typer.echo(f"The key {key_id} is revoked.")


def _cells(key: ApiKey, owner: str | None) -> list[str]:
    may = "read" if key.read_only else "read and write"
    times = (key.created_at, key.last_used_at, key.revoked_at)
    shown = [f"{at:%Y-%m-%d %H:%M} UTC" if at else "" for at in times]
    return [key.id, key.description, owner or "the account", may, *shown]
