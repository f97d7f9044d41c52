"""Plivo's signature, version 3: whether a call to us comes from it."""

import base64
import hashlib
import hmac
from collections.abc import Iterable
from typing import Final

from tocsin.domain.reaching.hearing import Callback

SIGNATURES: Final = ("x-plivo-signature-v3", "x-plivo-signature-ma-v3")  # the account's, its main's
NONCE: Final = "x-plivo-signature-v3-nonce"


def is_genuine(callback: Callback, secrets: Iterable[str]) -> bool:
    """Say whether somebody signed it who knows one of the secrets."""
    nonce = callback.headers.get(NONCE, "")
    given = [
        one.strip().encode()
        for name in SIGNATURES
        for one in callback.headers.get(name, "").split(",")
    ]
    signed = f"{_signed(callback)}.{nonce}"
    expected = [_signature(secret, signed) for secret in filter(None, secrets)]
    return bool(nonce) and any(
        hmac.compare_digest(one, other) for one in expected for other in given
    )


def posted(callback: Callback) -> list[tuple[str, str]]:
    """Return the fields that its body holds."""
    return callback.form if callback.method == "POST" else []


def _signed(callback: Callback) -> str:
    """Write down what is signed: the address with its query in order, then the fields in order."""
    address = callback.url.partition("?")[0]
    asked = "&".join(f"{name}={value}" for name, value in sorted(callback.query))
    told = "".join(f"{name}{value}" for name, value in sorted(posted(callback)))
    if asked or told:
        address = f"{address}?{asked}"
    return f"{address}.{told}" if asked and told else f"{address}{told}"


def _signature(secret: str, text: str) -> bytes:
    return base64.b64encode(hmac.new(secret.encode(), text.encode(), hashlib.sha256).digest())
