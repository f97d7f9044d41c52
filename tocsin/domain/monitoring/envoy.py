"""The envoy: whoever speaks with another server's REST API in the name of a channel's manager."""

from collections.abc import Sequence
from datetime import datetime
from typing import Literal, Protocol

import msgspec
from msgspec.structs import replace

from tocsin.domain.monitoring.channel_config import FarSide
from tocsin.domain.monitoring.notification_channel import RemoteStatus


class FarFault(Exception):  # noqa: N818 - it need not be a fault of ours
    """What another server did not do, in a sentence that people may read.

    passing: it may do so later. over: what we identify ourselves with opens nothing any more.
    """

    def __init__(self, sentence: str, kind: Literal["passing", "over", "refused"]) -> None:
        super().__init__(sentence)
        self.sentence = sentence
        self.kind = kind


class Tokens(msgspec.Struct, frozen=True, kw_only=True):
    """What an app acts with, and until when."""

    token: str
    refresh_token: str = ""
    expires_at: datetime | None = None


def with_tokens(far: FarSide, tokens: Tokens) -> FarSide:
    """Return the other side as it is asked from now on."""
    return replace(
        far,
        token=tokens.token,
        refresh_token=tokens.refresh_token,
        expires_at=tokens.expires_at,
        refreshing_until=None,
        fault="",
    )


class FarKey(msgspec.Struct, frozen=True, kw_only=True):
    """Where an integration key leads."""

    service_id: str
    service_name: str
    integration_id: str


class FarIncident(msgspec.Struct, frozen=True, kw_only=True):
    """An incident over there: since ``at`` it stands so, because of ``by``."""

    id: str
    key: str
    status: RemoteStatus
    at: datetime
    by: str = ""


class Subscription(msgspec.Struct, frozen=True, kw_only=True):
    """A webhook subscription over there, and what its webhooks are signed with."""

    id: str
    secret: str


class Envoy(Protocol):
    """Asks, and raises FarFault where no good answer comes. No transaction may be open."""

    async def swap(self, far: FarSide, code: str, verifier: str, back: str) -> Tokens:
        """Swap the code that a browser brought for tokens."""

    async def refresh(self, far: FarSide) -> Tokens:
        """Swap the refresh token for new tokens."""

    async def revoke(self, far: FarSide) -> None:
        """Let the tokens open nothing any more."""

    async def who(self, far: FarSide) -> str:
        """Return the address of whoever the token acts for; of a whole account, nothing."""

    async def find_key(self, far: FarSide, key: str) -> FarKey | None:
        """Find where an integration key leads, at the service that is known or at any."""

    async def incidents(self, far: FarSide, keys: Sequence[str]) -> dict[str, FarIncident]:
        """Return the newest incident of each key that has one; of a merged one, its target."""

    async def subscribe(self, far: FarSide, url: str, description: str) -> Subscription:
        """Let the server tell of what happens to the service's incidents."""

    async def greet(self, far: FarSide) -> None:
        """Let the server send a webhook that says nothing else, if it wants to."""

    async def unsubscribe(self, far: FarSide) -> None:
        """Let the server tell nothing any more."""

    async def delete_integration(self, far: FarSide) -> None:
        """Take the integration away."""
