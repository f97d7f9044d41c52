"""The key that signs who somebody is: made once, sealed, the same on all nodes."""

import asyncio
from typing import Any, Final

from joserfc.jwk import RSAKey
from sqlalchemy.ext.asyncio import AsyncConnection

from tocsin.kit.sealing import Sealer
from tocsin.store import settings

ALGORITHM: Final = "RS256"
BITS: Final = 2048
NAME: Final = "oauth.signing_key"


async def signing_key(tx: AsyncConnection, sealer: Sealer) -> RSAKey:
    """Return the key, made on first use."""
    sealed = await settings.recall(tx, NAME)
    if sealed is None:
        pem = await asyncio.to_thread(_make)
        sealed = await settings.remembered(tx, NAME, sealer.seal(pem).decode())
    pem = sealer.open(sealed.encode())
    key = RSAKey.import_key(pem, {"use": "sig", "alg": ALGORITHM})
    key.ensure_kid()
    return key


def published(key: RSAKey) -> dict[str, Any]:
    """Return what others need to verify what the key has signed."""
    return {"keys": [key.as_dict(private=False)]}


def _make() -> str:
    return RSAKey.generate_key(BITS).as_pem(private=True).decode()
