"""Tokens in addresses: a provider brings back that of the message which it calls us about."""

from typing import Final
from urllib.parse import urlencode

from tocsin.domain.reaching.hearing import Callback

_NAME: Final = "t"


def with_token(address: str, token: str) -> str:
    """Return the address that a provider is told to call."""
    return f"{address}?{urlencode({_NAME: token})}"


def token_in(callback: Callback) -> str | None:
    """Return the token that a call has brought."""
    return dict(callback.query).get(_NAME)
