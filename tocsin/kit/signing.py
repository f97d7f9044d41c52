"""Signatures of what we post: who wrote it, and when."""

import hashlib
import hmac
from datetime import datetime
from typing import Final

SIGNATURE: Final = "X-Tocsin-Signature"


def sign(key: bytes, body: bytes, at: datetime) -> str:
    """Return the header that proves who wrote ``body``, and when."""
    seconds = str(int(at.timestamp()))
    digest = hmac.new(key, f"{seconds}.".encode() + body, hashlib.sha256).hexdigest()
    return f"t={seconds},v1={digest}"
