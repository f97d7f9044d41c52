"""Settings of integrations: what the adapter of a tool must know. They are kept sealed."""

import re
from collections.abc import Iterator
from typing import Final, Literal
from urllib.parse import urlsplit

import msgspec

from tocsin.domain.mapping import BodyMapping, faults_of_mapping

AtlasClient = Literal["api_key", "service_account"]

ATLAS_URL: Final = "https://cloud.mongodb.com"
LONGEST_SECRET: Final = 500

_NO_SPACE: Final = re.compile(r"\S+")


class AtlasAccess(msgspec.Struct, frozen=True, kw_only=True):
    """How MongoDB Atlas is told that somebody has an alert.

    ``client`` and ``secret`` are the public and the private key of an API key, or the id and the
    secret of a service account.
    """

    kind: AtlasClient = "api_key"
    client: str
    secret: str
    url: str = ATLAS_URL


class IntegrationSettings(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What people told an integration. ``secret`` is what the tool signs with."""

    secret: str | None = None
    mapping: BodyMapping | None = None
    atlas: AtlasAccess | None = None


def faults_of_settings(settings: IntegrationSettings) -> Iterator[str]:
    """Say what is wrong with settings."""
    if settings.secret is not None:
        yield from _faults_of_secret("Secret", settings.secret)
    if settings.mapping is not None:
        yield from faults_of_mapping(settings.mapping)
    if settings.atlas is not None:
        yield from _faults_of_atlas(settings.atlas)


def _faults_of_atlas(atlas: AtlasAccess) -> Iterator[str]:
    yield from _faults_of_secret("Public key or client ID", atlas.client)
    yield from _faults_of_secret("Private key or client secret", atlas.secret)
    if not _is_base(atlas.url):
        yield "Address of Atlas must be like https://cloud.mongodb.com."


def _is_base(url: str) -> bool:
    try:
        parts = urlsplit(url)
        has_port = parts.port != 0  # an impossible one raises ValueError
    except ValueError:
        return False
    is_bare = not (parts.query or parts.fragment or parts.username or parts.password)
    is_web = parts.scheme in ("https", "http") and bool(parts.hostname)
    return is_web and is_bare and has_port and bool(_NO_SPACE.fullmatch(url))


def _faults_of_secret(label: str, secret: str) -> Iterator[str]:
    if not secret:
        yield f"{label} cannot be blank."
    elif len(secret) > LONGEST_SECRET:
        yield f"{label} must have at most {LONGEST_SECRET} characters."
