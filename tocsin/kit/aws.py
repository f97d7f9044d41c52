"""Signatures of AWS, version 4, as far as a form that is posted needs them."""

import hashlib
import hmac
from datetime import datetime
from typing import Final
from urllib.parse import quote, urlsplit

import msgspec

ALGORITHM: Final = "AWS4-HMAC-SHA256"
FORM: Final = "application/x-www-form-urlencoded; charset=utf-8"
_ENDING: Final = "aws4_request"


class Credentials(msgspec.Struct, frozen=True, kw_only=True):
    """Who asks, with an access key, and which service of which region is asked."""

    key_id: str
    secret: str
    region: str
    service: str


def signed_headers(credentials: Credentials, url: str, body: bytes, at: datetime) -> dict[str, str]:
    """Return the headers with which a form is posted to an address without a query."""
    parts = urlsplit(url)
    headers = {
        "content-type": FORM,
        "host": parts.netloc,
        "x-amz-date": at.strftime("%Y%m%dT%H%M%SZ"),
    }
    names = ";".join(headers)
    lines = (
        "POST",
        quote(parts.path or "/", safe="/~"),
        "",
        *(f"{name}:{value}" for name, value in headers.items()),
        "",
        names,
        hashlib.sha256(body).hexdigest(),
    )
    scope = (f"{at:%Y%m%d}", credentials.region, credentials.service, _ENDING)
    digest = hashlib.sha256("\n".join(lines).encode()).hexdigest()
    told = "\n".join((ALGORITHM, headers["x-amz-date"], "/".join(scope), digest))
    key = f"AWS4{credentials.secret}".encode()
    for part in scope:
        key = hmac.digest(key, part.encode(), "sha256")
    signature = hmac.new(key, told.encode(), "sha256").hexdigest()
    proof = (
        f"Credential={credentials.key_id}/{'/'.join(scope)}",
        f"SignedHeaders={names}",
        f"Signature={signature}",
    )
    return headers | {"authorization": f"{ALGORITHM} {', '.join(proof)}"}
