"""The secrets of webhook subscriptions: what signs their webhooks, and their headers' values."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final

import msgspec

from tocsin.domain.machines.delivery import WebhookSubscription
from tocsin.domain.masking import LONG_ENOUGH
from tocsin.kit.ids import new_secret
from tocsin.kit.sealing import Sealer

SECRET_LENGTH: Final = 64
BOTH_SIGN_FOR: Final = timedelta(hours=24)  # after a rotation

Headers = tuple[tuple[str, str], ...]


class Secret(msgspec.Struct, frozen=True, kw_only=True):
    """What signs; ``until`` None is the newest, which has no end."""

    value: str
    until: datetime | None = None


def first() -> tuple[Secret, ...]:
    """Make the secret of a new subscription."""
    return (Secret(value=new_secret(SECRET_LENGTH)),)


def rotated(secrets: Sequence[Secret], now: datetime) -> tuple[Secret, ...]:
    """Put a new secret first; the one before it signs on for a while."""
    before = Secret(value=secrets[0].value, until=now + BOTH_SIGN_FOR)
    return (*first(), before)


def signing(sealer: Sealer, subscription: WebhookSubscription, now: datetime) -> tuple[str, ...]:
    """Return what signs now, the newest first."""
    return tuple(s.value for s in opened(sealer, subscription) if not s.until or now < s.until)


def opened(sealer: Sealer, subscription: WebhookSubscription) -> tuple[Secret, ...]:
    """Return the secrets of a subscription, the newest first."""
    text = sealer.open(subscription.secrets_encrypted)
    return msgspec.json.decode(text, type=tuple[Secret, ...])


def headers_of(sealer: Sealer, subscription: WebhookSubscription) -> Headers:
    """Return the headers that a subscription's receiver wants."""
    return msgspec.json.decode(sealer.open(subscription.headers_encrypted), type=Headers)


def hidden(headers: Headers) -> tuple[str, ...]:
    """Return what nobody may see of headers: their values, and what stands in those by itself."""
    words = (word for _, value in headers for word in value.split() if len(word) >= LONG_ENOUGH)
    return (*(value for _, value in headers), *words)


def sealed(sealer: Sealer, what: Sequence[Secret] | Headers) -> bytes:
    """Return secrets or headers as they are stored."""
    return sealer.seal(msgspec.json.encode(what).decode())
