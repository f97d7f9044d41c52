"""Settings of integrations: what the adapter of a tool must know. They are kept sealed."""

from collections.abc import Iterator
from typing import Final, Literal

import msgspec

from tocsin.domain.faults import WEB, faults_of_length, split_url
from tocsin.domain.intake.mapping import BodyMapping, faults_of_mapping

AtlasClient = Literal["api_key", "service_account"]

ATLAS_URL: Final = "https://cloud.mongodb.com"
LONGEST_SECRET: Final = 500


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
    parts = split_url(url)
    if parts is None or parts.scheme not in WEB:
        return False
    return not (parts.query or parts.fragment or parts.username or parts.password)


def _faults_of_secret(label: str, secret: str) -> Iterator[str]:
    if not secret:
        yield f"{label} cannot be blank."
    yield from faults_of_length(label, secret, LONGEST_SECRET)
