"""Keeps secrets: sealed for those that are read again, digests for look-ups, signatures."""

import base64
import hashlib
import hmac
import os
import secrets
from pathlib import Path
from typing import Final

from cryptography.fernet import Fernet, InvalidToken
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

SECRET_BYTES: Final = 32


class SealingError(Exception):
    """A secret that cannot be read; the sentence says why and what to do."""


class Sealer:
    """Seals and signs with keys that are derived from the installation's one secret."""

    def __init__(self, secret: str) -> None:
        self._fernet = Fernet(base64.urlsafe_b64encode(_derive(secret, b"tocsin seal")))
        self._signing_key = _derive(secret, b"tocsin sign")

    def seal(self, text: str) -> bytes:
        """Return ``text`` as only this secret can read it."""
        return self._fernet.encrypt(text.encode())

    def open(self, sealed: bytes) -> str:
        """Return what was sealed."""
        try:
            return self._fernet.decrypt(sealed).decode()
        except InvalidToken:
            raise SealingError(
                "A stored secret was sealed with another key: give TOCSIN_SECRET_KEY, or the file"
                " secret.key, the value that it had then."
            ) from None

    def sign(self, message: str) -> str:
        """Return a signature of ``message`` that fits into an address."""
        return _text(hmac.digest(self._signing_key, message.encode(), "sha256"))

    def verify(self, message: str, signature: str) -> bool:
        """Tell whether ``signature`` is ours, in the same time whatever is wrong with it."""
        return hmac.compare_digest(self.sign(message).encode(), signature.encode())


def digest(key: str) -> bytes:
    """Return what a random key is found by. Not for passwords, which can be guessed."""
    return hashlib.sha256(key.encode()).digest()


def kept_secret(directory: Path) -> str:
    """Return the secret of ``directory``, made on first use."""
    file = directory / "secret.key"
    if not file.exists():
        _make(file)
    secret = file.read_text().strip()
    if len(secret) < SECRET_BYTES:
        raise SealingError(f"{file} is damaged: put its copy back, or set TOCSIN_SECRET_KEY.")
    return secret


def _make(file: Path) -> None:
    """Write the file beside its place, so that it is there whole or not at all."""
    file.parent.mkdir(parents=True, exist_ok=True)
    draft = file.with_name(f"secret.{secrets.token_hex(4)}")
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as writer:
        writer.write(secrets.token_hex(SECRET_BYTES) + "\n")
        writer.flush()
        os.fsync(writer.fileno())
    try:
        os.link(draft, file)  # unlike a renaming, never over one that another process made
    except FileExistsError:
        return
    finally:
        draft.unlink()


def _derive(secret: str, purpose: bytes) -> bytes:
    return HKDF(algorithm=SHA256(), length=32, salt=None, info=purpose).derive(secret.encode())


def _text(value: bytes) -> str:
    return base64.urlsafe_b64encode(value).rstrip(b"=").decode()
