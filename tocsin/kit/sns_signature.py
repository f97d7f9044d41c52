"""Signatures of Amazon SNS: what of a note is signed, and whether a certificate's owner did it."""

import base64
import binascii
from collections.abc import Mapping
from typing import Any, Final

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from cryptography.hazmat.primitives.hashes import SHA1, SHA256, HashAlgorithm
from cryptography.x509 import load_pem_x509_certificate

NOTIFICATION: Final = "Notification"
_SIGNED: Final = ("Message", "MessageId", "Subject", "Timestamp", "TopicArn", "Type")
_SIGNED_OF_CONFIRMATION: Final = (
    "Message",
    "MessageId",
    "SubscribeURL",
    "Timestamp",
    "Token",
    "TopicArn",
    "Type",
)
_HASHES: Final[Mapping[str, HashAlgorithm]] = {"1": SHA1(), "2": SHA256()}  # noqa: S303 - theirs


def signed_text(note: Mapping[str, Any]) -> bytes:
    """Return what of a note is signed: names and values in turn, without those that it lacks."""
    names = _SIGNED if note.get("Type") == NOTIFICATION else _SIGNED_OF_CONFIRMATION
    return "".join(f"{name}\n{note[name]}\n" for name in names if name in note).encode()


def read_key(certificate: bytes) -> RSAPublicKey | None:
    """Return the key of a certificate in PEM, None if it is none that SNS signs with."""
    try:
        key = load_pem_x509_certificate(certificate).public_key()
    except ValueError:
        return None
    return key if isinstance(key, RSAPublicKey) else None


def is_signed_by(key: RSAPublicKey, note: Mapping[str, Any]) -> bool:
    """Say whether whoever has the private half of a key has signed this note."""
    method = _HASHES.get(str(note.get("SignatureVersion")))
    if method is None:
        return False
    try:
        signature = base64.b64decode(str(note.get("Signature", "")), validate=True)
        key.verify(signature, signed_text(note), PKCS1v15(), method)
    except (binascii.Error, InvalidSignature):
        return False
    return True
