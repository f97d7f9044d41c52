"""Twilio's signature: whether a call to us comes from it."""

import base64
import hashlib
import hmac
import re
from collections.abc import Iterable, Iterator
from typing import Final

from tocsin.domain.reaching.hearing import Callback

SIGNATURE: Final = "x-twilio-signature"
SETTINGS: Final = "x-twilio-webhooks-signature-settings"
BODY_HASH: Final = "bodySHA256"

_HASHES: Final = {"HMAC_SHA1": hashlib.sha1, "HMAC_SHA256": hashlib.sha256}
_FORM: Final = "application/x-www-form-urlencoded"
_ADDRESS: Final = re.compile(r"(?P<origin>https?://[^/?#]*?)(?::(?P<port>\d+))?(?P<rest>[/?#].*|$)")


def is_genuine(callback: Callback, secrets: Iterable[str]) -> bool:
    """Say whether somebody signed it who knows one of the secrets."""
    algorithm = _algorithm(callback.headers.get(SETTINGS, ""))
    if algorithm not in _HASHES or not _has_its_body(callback):
        return False
    given = callback.headers.get(SIGNATURE, "").encode()
    signed = _told(callback)
    expected = [
        _signature(secret, f"{url}{signed}", algorithm)
        for secret in filter(None, secrets)
        for url in _spellings(callback.url)
    ]
    return any(hmac.compare_digest(one, given) for one in expected)


def _algorithm(settings: str) -> str:
    """Return what a ``key=…,algorithm=…`` asks for; without it, it is as it always was."""
    pairs = (part.partition("=") for part in settings.split(","))
    named = (value.strip() for name, _, value in pairs if name.strip() == "algorithm")
    return (next(named, "") or "HMAC_SHA1").upper()


def _has_its_body(callback: Callback) -> bool:
    """Say whether the body is signed too: as a form, or by its hash in the signed address."""
    if _is_form(callback) or not callback.body:
        return True
    said = dict(callback.query).get(BODY_HASH, "")
    return hmac.compare_digest(hashlib.sha256(callback.body).hexdigest().encode(), said.encode())


def _told(callback: Callback) -> str:
    """Write down what is signed beside the address: each value of a form once, in order."""
    return "".join(f"{name}{value}" for name, value in sorted(set(posted(callback))))


def posted(callback: Callback) -> list[tuple[str, str]]:
    """Return the fields that its body holds."""
    return callback.form if callback.method == "POST" and _is_form(callback) else []


def _is_form(callback: Callback) -> bool:
    return callback.headers.get("content-type", _FORM).partition(";")[0].strip().lower() == _FORM


def _spellings(url: str) -> Iterator[str]:
    """Spell an address without a port and with one: Twilio signs now this, now that."""
    found = _ADDRESS.fullmatch(url)
    if found:
        usual = "443" if url.startswith("https") else "80"
        yield f"{found['origin']}{found['rest']}"
        yield f"{found['origin']}:{found['port'] or usual}{found['rest']}"


def _signature(secret: str, text: str, algorithm: str) -> bytes:
    digest = hmac.new(secret.encode(), text.encode(), _HASHES[algorithm]).digest()
    return base64.b64encode(digest)
