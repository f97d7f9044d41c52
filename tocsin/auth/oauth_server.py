"""The protocol of OAuth 2, judged by Authlib over what was loaded before, written by others."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

import msgspec
from authlib.oauth2 import AuthorizationServer
from authlib.oauth2.rfc6749 import InvalidClientError
from authlib.oauth2.rfc6750 import BearerTokenGenerator
from joserfc.jwk import RSAKey

from tocsin.auth.oauth_grants import AsItself, CodeGrant, Pkce, Refresh, Revocation
from tocsin.auth.oauth_identity import Identity
from tocsin.auth.oauth_nouns import Client, HeldToken, Request
from tocsin.auth.tokens import make
from tocsin.domain.machines.oauth import ACCESS_FOR, REFRESH_FOR, App, Code, Token
from tocsin.domain.people.user import User
from tocsin.kit.ids import new_id
from tocsin.kit.sealing import digest

NOT_PROVEN: Final = "The app is not known, or did not prove that it is the one it says."


class Named(msgspec.Struct, frozen=True, kw_only=True):
    """What a request names, as it is stored. ``user`` is whoever gave a code or a token."""

    app: App | None = None
    code: Code | None = None
    token: Token | None = None
    user: User | None = None


class Ledger(msgspec.Struct, frozen=True, kw_only=True):
    """What is to be written: new rows, rows as they are now, and families that are over."""

    codes: list[Code] = []
    tokens: list[Token] = []
    used: list[Code] = []
    refreshed: list[Token] = []
    revoked: list[str] = []


class Reply(msgspec.Struct, frozen=True, kw_only=True):
    """What to answer."""

    status: int
    body: Mapping[str, Any]
    headers: Mapping[str, str]


class Server(AuthorizationServer):
    """Answers one request; ``key`` signs who somebody is, where that is asked for."""

    def __init__(
        self, named: Named, *, issuer: str, now: datetime, key: RSAKey | None = None
    ) -> None:
        super().__init__()
        self.named = named
        self.now = now
        self.ledger = Ledger()
        generator = BearerTokenGenerator(
            lambda **_: make("access"),
            lambda **_: make("refresh"),
            int(ACCESS_FOR.total_seconds()),
        )
        self.register_token_generator("default", generator)
        self.register_grant(CodeGrant, [Pkce(), Identity(issuer, key, int(now.timestamp()))])
        self.register_grant(Refresh)
        self.register_grant(AsItself)
        self.register_endpoint(Revocation)

    def query_client(self, client_id: str) -> Client | None:
        """Return the app that the request names."""
        app = self.named.app
        return Client(app) if app and app.id == client_id else None

    def authenticate_client(
        self, request: Request, methods: list[str], endpoint: str = "token"
    ) -> Client:
        """Return the app that proves who it is. Raises InvalidClientError."""
        try:
            client: Client = super().authenticate_client(request, methods, endpoint)
        except InvalidClientError:
            raise InvalidClientError(NOT_PROVEN, status_code=401) from None
        return client

    def save_token(self, token: Mapping[str, Any], request: Request) -> None:
        """Note a new token, of the family of what it was got for."""
        before: HeldToken | None = request.refresh_token
        refresh = token.get("refresh_token")
        scopes = tuple(token.get("scope", "").split())
        self.ledger.tokens.append(
            Token(
                id=new_id(),
                client_id=request.client.app.id,
                user_id=request.user.id if request.user else None,
                family_id=before.token.family_id if before else new_id(),
                access_hash=digest(token["access_token"]),
                refresh_hash=digest(refresh) if refresh else None,
                scopes=scopes,
                granted=before.token.granted if before else scopes,
                created_at=self.now,
                expires_at=self.now + ACCESS_FOR,
                refresh_expires_at=self.now + REFRESH_FOR if refresh else None,
            )
        )

    def create_oauth2_request(self, request: Request) -> Request:
        """Take a request as it is."""
        return request

    def send_signal(self, name: str, *_given: Any, **_named: Any) -> None:
        """Tell nobody."""

    def handle_response(
        self, status: int, body: Mapping[str, Any], headers: list[tuple[str, str]]
    ) -> Reply:
        """Return what to answer."""
        return Reply(status=status, body=body or {}, headers=dict(headers))
