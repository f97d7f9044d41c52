"""Who somebody is, told to apps in the words of OpenID Connect, and signed."""

from typing import Any

from authlib.oidc.core import OpenIDCode
from joserfc.jwk import RSAKey

from tocsin.auth import signing
from tocsin.auth.oauth_nouns import Client, Request
from tocsin.domain.machines.oauth import ACCESS_FOR
from tocsin.domain.people.user import User


class Identity(OpenIDCode):
    """Adds an id_token where it is asked for."""

    def __init__(self, issuer: str, key: RSAKey | None, now: int) -> None:
        super().__init__()
        self._issuer = issuer
        self._key = key
        self._now = now

    def exists_nonce(self, _nonce: str, _request: Request) -> bool:
        """Leave replays to the codes, which are good once."""
        return False

    def resolve_client_private_key(self, _client: Client) -> RSAKey | None:
        """Return what signs."""
        return self._key

    def get_encode_header(self, _client: Client) -> dict[str, str | None]:
        """Tell what signed."""
        return {"alg": signing.ALGORITHM, "kid": self._key.kid if self._key else None}

    def get_client_claims(self, client: Client) -> dict[str, Any]:
        """Tell who says so, to whom, and until when."""
        expires = self._now + int(ACCESS_FOR.total_seconds())
        return {"iss": self._issuer, "aud": client.app.id, "iat": self._now, "exp": expires}

    def generate_user_info(self, user: User, _scope: str) -> dict[str, Any]:
        """Tell who it is."""
        return user_info(user)


def user_info(user: User) -> dict[str, Any]:
    """Tell who somebody is, in the words of OpenID."""
    return {"sub": user.id, "name": user.name, "email": user.email}
