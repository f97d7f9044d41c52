"""`tocsin webhook-key`: what receivers of webhooks must know."""

from typing import Annotated

import typer

from tocsin.channels.webhook import signing_key
from tocsin.cli.beginning import settings_of
from tocsin.kit.sealing import Sealer, kept_secret


def webhook_key(
    data: Annotated[
        str | None, typer.Option(help="The folder that holds the secret.", metavar="DIR")
    ] = None,
) -> None:
    """Print the key with which this installation signs webhooks that page people."""
    settings = settings_of(data=data)
    typer.echo(signing_key(Sealer(settings.secret_key or kept_secret(settings.data))))
