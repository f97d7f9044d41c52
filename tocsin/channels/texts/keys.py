"""Keys in addresses: how a provider that does not sign its calls proves that we told it where."""

import hmac
from typing import Final
from urllib.parse import urlencode

from tocsin.domain.reaching.contact_kind import Field
from tocsin.domain.reaching.hearing import Callback

KEY_NAME: Final = "key"
KEY: Final = Field(
    name="callback_key",
    label="Key of callbacks",
    kind="secret",
    example="correct-horse-battery-staple",
    help="12 to 100 letters and digits by chance, which stand behind ?key= in the addresses that"
    " the provider calls,",
    required=False,
    pattern=r"[A-Za-z0-9._~-]{12,100}",
)


def with_key(address: str, key: str) -> str:
    """Return the address that a provider is told to call."""
    return f"{address}?{urlencode({KEY_NAME: key})}" if key else address


def has_key(callback: Callback, key: str) -> bool:
    """Say whether a call came to such an address."""
    given = dict(callback.query).get(KEY_NAME, "")
    return bool(key) and hmac.compare_digest(given.encode(), key.encode())
