"""`tocsin user`: let somebody in whom no letter reaches."""

import sys
from typing import Annotated

import typer

from tocsin.cli.beginning import Data, in_database
from tocsin.usecases.people import passwords

user = typer.Typer(name="user", no_args_is_help=True, help="Let people in.")


@user.callback()
def _user() -> None:
    """Keep ``password`` a command of its own, though it is the only one."""


@user.command()
def password(
    email: Annotated[str, typer.Argument(help="The e-mail address of the user.")],
    data: Data = None,
) -> None:
    """Set a user's password: from the terminal, or the first line of the input."""
    chosen = _read()
    in_database(data, lambda tx: passwords.put(tx, email, chosen))
    typer.echo(f"{email} has a new password; who was signed in with the old one is not any more.")


def _read() -> str:
    if sys.stdin.isatty():
        return str(typer.prompt("New password", hide_input=True, confirmation_prompt=True))
    return sys.stdin.readline().rstrip("\r\n")
