"""Apps that act for people, and what they act with: codes, access tokens, refresh tokens."""

from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from typing import Final
from urllib.parse import SplitResult, urlsplit

import msgspec

CODE_FOR: Final = timedelta(seconds=60)
ACCESS_FOR: Final = timedelta(hours=1)
REFRESH_FOR: Final = timedelta(days=30)

LONGEST_ADDRESS: Final = 2000
THIS_MACHINE: Final = frozenset({"localhost", "127.0.0.1", "::1"})

NO_ADDRESS: Final = (
    "Redirect addresses must begin with https://, or with http:// and this machine: {}."
)


class App(msgspec.Struct, frozen=True, kw_only=True):
    """A program that asks people to let it act for them.

    A public one can keep no secret, and proves by PKCE that a code is its own.
    """

    id: str
    name: str
    description: str = ""
    public: bool = False
    secret_hash: bytes | None = None
    redirect_uris: tuple[str, ...] = ()
    scopes: tuple[str, ...] = ()
    vendor_id: str | None = None
    created_by: str | None = None
    created_at: datetime


class Code(msgspec.Struct, frozen=True, kw_only=True):
    """What an app gets through somebody's browser, to swap it for tokens once and soon."""

    id: str
    client_id: str
    user_id: str
    code_hash: bytes
    redirect_uri: str
    scopes: tuple[str, ...]
    challenge: str | None = None
    nonce: str | None = None
    created_at: datetime
    expires_at: datetime
    used_at: datetime | None = None
    family_id: str | None = None


class Token(msgspec.Struct, frozen=True, kw_only=True):
    """An access token with its refresh token; those refreshed one from another are a family.

    It may do what ``scopes`` say; a refresh may ask for all that was ``granted``.
    """

    id: str
    client_id: str
    user_id: str | None = None
    family_id: str
    access_hash: bytes
    refresh_hash: bytes | None = None
    scopes: tuple[str, ...]
    granted: tuple[str, ...]
    created_at: datetime
    expires_at: datetime
    refresh_expires_at: datetime | None = None
    refreshed_at: datetime | None = None
    revoked_at: datetime | None = None
    last_used_at: datetime | None = None


def faults_of_redirect(address: str) -> Iterator[str]:
    """Say what is wrong with an address to which browsers shall be sent back."""
    parts = _split(address)
    if parts is None or not _is_whole(address, parts):
        yield NO_ADDRESS.format(address)
        return
    if "#" in address:
        yield f"Redirect addresses cannot have a fragment: {address}."
    if "@" in parts.netloc:
        yield f"Redirect addresses cannot hold a name or a password: {address}."


def leads_back(address: str, registered: Iterable[str]) -> bool:
    """Say whether an address is a registered one, perhaps with parameters added to it."""
    return not list(faults_of_redirect(address)) and any(
        address == one or address.startswith(one + ("&" if "?" in one else "?"))
        for one in registered
    )


def origin_of(address: str) -> str:
    """Return scheme, host and port of an address."""
    return "{0.scheme}://{0.netloc}".format(urlsplit(address))


def _is_whole(address: str, parts: SplitResult) -> bool:
    if not (address.isascii() and address.isprintable()) or set(address) & set(" \"'<>\\;,"):
        return False
    is_safe = parts.scheme == "https" or (parts.scheme == "http" and parts.hostname in THIS_MACHINE)
    return is_safe and bool(parts.hostname) and len(address) <= LONGEST_ADDRESS


def _split(address: str) -> SplitResult | None:
    try:
        parts = urlsplit(address)
        parts.port  # noqa: B018 - looked at only here
    except ValueError:
        return None
    return parts
