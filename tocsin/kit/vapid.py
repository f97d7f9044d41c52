"""VAPID: how an application tells push services who it is (RFC 8292)."""

import base64
import hashlib
from datetime import datetime, timedelta
from typing import Final
from urllib.parse import urlsplit

import msgspec
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from tocsin.kit.sealing import Sealer

GOOD_FOR: Final = timedelta(hours=12)  # push services take no more than a day
# One less than how many points the curve has: a private key is from 1 to this.
_KEYS: Final = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632550
_NUMBER_BYTES: Final = 32


class Vapid:
    """One key, the same for the same ``seed``, which is a secret."""

    def __init__(self, seed: str) -> None:
        number = int.from_bytes(hashlib.sha512(seed.encode()).digest()) % _KEYS + 1
        self._key = ec.derive_private_key(number, ec.SECP256R1())
        point = self._key.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
        self.public = b64url(point)

    def __repr__(self) -> str:
        return f"Vapid({self.public})"

    def header(self, endpoint: str, contact: str, now: datetime) -> str:
        """Return the ``Authorization`` for an endpoint; each service gets claims of its own."""
        parts = urlsplit(endpoint)
        claims = {
            "aud": f"{parts.scheme}://{parts.netloc}",
            "exp": int((now + GOOD_FOR).timestamp()),
            "sub": contact,
        }
        return f"vapid t={self._token(claims)}, k={self.public}"

    def _token(self, claims: dict[str, object]) -> str:
        parts = ({"typ": "JWT", "alg": "ES256"}, claims)
        signed = ".".join(b64url(msgspec.json.encode(part)) for part in parts)
        signature = self._key.sign(signed.encode(), ec.ECDSA(SHA256()))
        numbers = (n.to_bytes(_NUMBER_BYTES) for n in decode_dss_signature(signature))
        return f"{signed}.{b64url(b''.join(numbers))}"


def b64url(value: bytes) -> str:
    """Write bytes as addresses and tokens take them, without padding."""
    return base64.urlsafe_b64encode(value).rstrip(b"=").decode()


def vapid_of(sealer: Sealer) -> Vapid:
    """Return the key of this installation, made anew from its one secret and kept nowhere."""
    return Vapid(sealer.sign("push to browsers"))
