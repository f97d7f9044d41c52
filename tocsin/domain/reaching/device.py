"""Devices: what a browser tells us so that messages can be pushed to it (RFC 8030, 8291)."""

import base64
import binascii
import hashlib
from typing import Final
from urllib.parse import urlsplit

import msgspec

LONGEST_ENDPOINT: Final = 1000
KEY_BYTES: Final = 65  # of a point of P-256, written without compression
SECRET_BYTES: Final = 16
_MARK: Final = 16  # characters that tell the subscriptions of one push service apart


class Unfit(ValueError):  # noqa: N818 - an answer, not a fault
    """This is no subscription; the sentence says why."""


class Keys(msgspec.Struct, frozen=True):
    """With what messages are sealed for one browser."""

    p256dh: str
    auth: str

    @property
    def point(self) -> bytes:
        """The browser's public key."""
        return unb64url(self.p256dh)

    @property
    def secret(self) -> bytes:
        """What only the browser and we know."""
        return unb64url(self.auth)


class Subscription(msgspec.Struct, frozen=True, kw_only=True):
    """Where a browser's push service takes messages, and how they are sealed for it."""

    endpoint: str
    keys: Keys

    @property
    def shown(self) -> str:
        """What may be seen of it: whoever knows all can send to it."""
        mark = hashlib.sha256(self.endpoint.encode()).hexdigest()[:_MARK]
        return f"{urlsplit(self.endpoint).hostname} {mark}"


def read_subscription(text: str | bytes) -> Subscription:
    """Read what a browser gave. Raises Unfit."""
    try:
        subscription = msgspec.json.decode(text, type=Subscription)
        endpoint = subscription.endpoint
        parts = urlsplit(endpoint)
        sizes = len(subscription.keys.point), len(subscription.keys.secret)
    except (msgspec.DecodeError, UnicodeError, ValueError):
        raise Unfit("This is no push subscription.") from None
    is_address = endpoint.isascii() and endpoint.isprintable() and " " not in endpoint
    if parts.scheme not in {"http", "https"} or not parts.hostname or not is_address:
        raise Unfit("The endpoint of a push subscription must be a web address.")
    if len(endpoint) > LONGEST_ENDPOINT:
        raise Unfit(f"The endpoint must have at most {LONGEST_ENDPOINT} characters.")
    if sizes != (KEY_BYTES, SECRET_BYTES):
        raise Unfit("The keys of a push subscription have another size.")
    return subscription


def unb64url(text: str) -> bytes:
    """Read bytes as addresses and tokens hold them, padded or not. Raises ValueError."""
    bare = text.rstrip("=")
    try:
        return base64.b64decode(bare + "=" * (-len(bare) % 4), altchars=b"-_", validate=True)
    except binascii.Error as error:
        raise ValueError(str(error)) from None
