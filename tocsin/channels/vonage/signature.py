"""Signatures of Vonage's SMS API: who signs what, and how."""

import hashlib
import hmac
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Final

from tocsin.kit.text import is_digits

SIGNATURE: Final = "sig"
METHODS: Final = ("sha256", "sha512", "sha1", "md5", "md5hash")
HASH_ONLY: Final = "md5hash"  # the oldest one: no HMAC, the secret follows what is signed
FRESH: Final = timedelta(minutes=15)
_BREAKING: Final = str.maketrans("&=", "__")


def sign(fields: Mapping[str, str], secret: str, method: str) -> str:
    """Return the signature of some fields."""
    told = "".join(
        f"&{name}={value.translate(_BREAKING)}"
        for name, value in sorted(fields.items())
        if name != SIGNATURE
    )
    if method == HASH_ONLY:
        return hashlib.md5(f"{told}{secret}".encode(), usedforsecurity=False).hexdigest()
    return hmac.new(secret.encode(), told.encode(), method).hexdigest()


def is_genuine(fields: Mapping[str, str], secret: str, method: str) -> bool:
    """Say whether fields were signed with the secret."""
    given = fields.get(SIGNATURE, "").lower()
    return hmac.compare_digest(given.encode(), sign(fields, secret, method).encode())


def is_fresh(fields: Mapping[str, str], now: datetime) -> bool:
    """Say whether fields were signed lately: what was recorded must not be played again."""
    at = fields.get("timestamp", "")
    return is_digits(at, 10) and abs(now.timestamp() - int(at)) <= FRESH.total_seconds()
