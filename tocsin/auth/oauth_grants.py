"""Ways to a token, as Authlib walks them: a code, a refresh, the app itself; and the way back."""

from typing import Any, Final

from authlib.oauth2.rfc6749 import InvalidGrantError, InvalidRequestError
from authlib.oauth2.rfc6749.grants import (
    AuthorizationCodeGrant,
    ClientCredentialsGrant,
    RefreshTokenGrant,
)
from authlib.oauth2.rfc7009 import RevocationEndpoint
from authlib.oauth2.rfc7636 import CodeChallenge
from msgspec.structs import replace

from tocsin.auth.oauth_nouns import Client, HeldCode, HeldToken, Request
from tocsin.auth.tokens import make
from tocsin.domain.machines.oauth import CODE_FOR, Code, Token
from tocsin.domain.people.user import User
from tocsin.kit.ids import new_id
from tocsin.kit.sealing import digest

ANY_PROOF: Final = ["client_secret_basic", "client_secret_post", "none"]
SECRETS: Final = ["client_secret_basic", "client_secret_post"]

CODE_UNKNOWN: Final = "This code is not known, or was given to another app."
CODE_USED: Final = "This code was used before. What it was swapped for opens nothing any more."
CODE_OVER: Final = "This code has expired."
REFRESH_UNKNOWN: Final = "This token is not known, or was given to another app."
REFRESH_USED: Final = "This refresh token was used before. All that came of it opens nothing now."
REFRESH_OVER: Final = "This refresh token has expired, or was revoked."
NO_CHALLENGE: Final = "An app that can keep no secret must send a code_challenge."
NOT_S256: Final = "The code_challenge_method must be S256."


class CodeGrant(AuthorizationCodeGrant):
    """Codes: given through a browser, swapped for tokens."""

    TOKEN_ENDPOINT_AUTH_METHODS = ANY_PROOF

    def generate_authorization_code(self) -> str:
        """Make a code."""
        return make("code")

    def save_authorization_code(self, code: str, request: Request) -> None:
        """Note a new code."""
        data = request.payload.data
        now = self.server.now
        self.server.ledger.codes.append(
            Code(
                id=new_id(),
                client_id=request.client.app.id,
                user_id=request.user.id,
                code_hash=digest(code),
                redirect_uri=data.get("redirect_uri") or request.client.get_default_redirect_uri(),
                scopes=tuple(request.scope.split()),
                challenge=data.get("code_challenge"),
                nonce=data.get("nonce"),
                created_at=now,
                expires_at=now + CODE_FOR,
            )
        )

    def query_authorization_code(self, _code: str, client: Client) -> HeldCode:
        """Return the code, if it is this app's and good. Raises InvalidGrantError."""
        code: Code | None = self.server.named.code
        if code is None or code.client_id != client.app.id:
            raise InvalidGrantError(CODE_UNKNOWN)
        if code.used_at:
            self.server.ledger.revoked.append(code.family_id)
            raise InvalidGrantError(CODE_USED)
        if self.server.now >= code.expires_at:
            raise InvalidGrantError(CODE_OVER)
        return HeldCode(code)

    def authenticate_user(self, _code: HeldCode) -> User | None:
        """Return who gave it."""
        user: User | None = self.server.named.user
        return user

    def delete_authorization_code(self, held: HeldCode) -> None:
        """Note that it is used, and for what."""
        family_id = self.server.ledger.tokens[-1].family_id
        used = replace(held.code, used_at=self.server.now, family_id=family_id)
        self.server.ledger.used.append(used)


class Refresh(RefreshTokenGrant):
    """Refresh tokens: each good for one new pair."""

    TOKEN_ENDPOINT_AUTH_METHODS = ANY_PROOF
    INCLUDE_NEW_REFRESH_TOKEN = True

    def authenticate_refresh_token(self, _refresh_token: str) -> HeldToken:
        """Return the token, if it is this app's and good. Raises InvalidGrantError."""
        token: Token | None = self.server.named.token
        if token is None or token.client_id != self.request.client.app.id:
            raise InvalidGrantError(REFRESH_UNKNOWN)
        if token.refreshed_at:
            self.server.ledger.revoked.append(token.family_id)
            raise InvalidGrantError(REFRESH_USED)
        if token.revoked_at or self.server.now >= (token.refresh_expires_at or token.expires_at):
            raise InvalidGrantError(REFRESH_OVER)
        return HeldToken(token)

    def authenticate_user(self, _token: HeldToken) -> User | None:
        """Return who gave it."""
        user: User | None = self.server.named.user
        return user

    def issue_token(self, user: User, held: HeldToken) -> Any:
        """Make a new pair, within what the app may still ask for."""
        wished = (self.request.payload.scope or held.get_scope()).split()
        left = [one for one in wished if self.client.get_allowed_scope(one) is not None]
        return self.generate_token(user=user, scope=" ".join(left), include_refresh_token=True)

    def revoke_old_credential(self, held: HeldToken) -> None:
        """Note that it is used."""
        self.server.ledger.refreshed.append(replace(held.token, refreshed_at=self.server.now))


class AsItself(ClientCredentialsGrant):
    """Apps that act in nobody's name."""

    TOKEN_ENDPOINT_AUTH_METHODS = SECRETS


class Pkce(CodeChallenge):
    """Proof that whoever swaps a code is whoever asked for it."""

    SUPPORTED_CODE_CHALLENGE_METHOD: Final = ["S256"]

    def validate_code_challenge(self, grant: CodeGrant, redirect_uri: str) -> None:
        """Demand it of public apps, and the strong kind of all. Raises InvalidRequestError."""
        super().validate_code_challenge(grant, redirect_uri)
        data = grant.request.payload.data
        if grant.client.app.public and not data.get("code_challenge"):
            raise InvalidRequestError(NO_CHALLENGE)
        if data.get("code_challenge") and data.get("code_challenge_method") != "S256":
            raise InvalidRequestError(NOT_S256)


class Revocation(RevocationEndpoint):
    """Tokens that apps give back."""

    CLIENT_AUTH_METHODS = ANY_PROOF

    def query_token(self, _token: str, _hint: str | None) -> HeldToken | None:
        """Return the token, of whatever kind."""
        token: Token | None = self.server.named.token
        return HeldToken(token) if token else None

    def revoke_token(self, held: HeldToken, _request: Request) -> None:
        """Note that its family is over."""
        self.server.ledger.revoked.append(held.token.family_id)
