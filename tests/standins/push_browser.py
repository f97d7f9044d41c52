"""A browser that pushes reach: it opens what was sealed for it, and sees who has sent it."""

import base64
import json
from typing import Any, NamedTuple

import http_ece
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from py_vapid import Vapid02

from tests.hook import Heard

SECRET = b"sixteen bytes !!"


class Pushed(NamedTuple):
    """What came to the push service for one browser."""

    heard: Heard
    told: dict[str, Any]
    claims: dict[str, Any]


class PushBrowser:
    """Keeps the private key that opens what comes."""

    def __init__(self) -> None:
        self.key = ec.generate_private_key(ec.SECP256R1())

    def subscription(self, endpoint: str) -> str:
        """What the browser hands to the page that asks for a subscription."""
        point = self.key.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
        keys = {"p256dh": _b64(point), "auth": _b64(SECRET)}
        return json.dumps({"endpoint": endpoint, "expirationTime": None, "keys": keys})

    def read(self, heard: Heard) -> Pushed:
        """Open a message as a browser does, after the push service has seen who sent it."""
        authorization = heard.headers["authorization"]
        assert Vapid02.verify(authorization.replace(", ", ","))
        claims = authorization.split("t=")[1].split(".")[1]
        text = http_ece.decrypt(
            heard.body, private_key=self.key, auth_secret=SECRET, version="aes128gcm"
        )
        return Pushed(heard, json.loads(text), json.loads(base64.urlsafe_b64decode(claims + "==")))


def _b64(value: bytes) -> str:
    return base64.urlsafe_b64encode(value).rstrip(b"=").decode()
