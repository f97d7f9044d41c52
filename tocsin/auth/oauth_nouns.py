"""Our nouns as Authlib asks about them."""

import secrets
from collections import defaultdict
from collections.abc import Sequence
from typing import Final

import msgspec
from authlib.oauth2 import OAuth2Request
from authlib.oauth2.base import invalid_error_characters
from authlib.oauth2.rfc6749 import (
    AuthorizationCodeMixin,
    ClientMixin,
    InvalidRequestError,
    OAuth2Payload,
    TokenMixin,
)

from tocsin.domain.machines.oauth import App, Code, Token
from tocsin.domain.machines.scope import allowed
from tocsin.kit.sealing import digest

FOREIGN: Final = "The redirect_uri is not one of those that are registered for this app."

# Whether the way to us is safe is for whoever runs the server to decide; Authlib asks each time.
_SAFE: Final = "https://tocsin/"

Fields = Sequence[tuple[str, str]]


class Sent(msgspec.Struct, frozen=True, kw_only=True):
    """What an app sends, itself or through somebody's browser."""

    method: str
    fields: Fields
    authorization: str = ""

    def field(self, name: str) -> str:
        """Return what a field holds, or an empty text."""
        return dict(self.fields).get(name, "")


class Payload(OAuth2Payload):
    """The fields of a request."""

    def __init__(self, fields: Fields) -> None:
        self._fields = fields

    @property
    def data(self) -> dict[str, str]:
        """What each field holds. What may not stand in an answer's words is no type of anything."""
        strange = ("response_type", "grant_type")
        return {
            name: "" if name in strange and invalid_error_characters(value) else value
            for name, value in self._fields
        }

    @property
    def datalist(self) -> defaultdict[str, list[str]]:
        """All that each field holds."""
        gathered: defaultdict[str, list[str]] = defaultdict(list)
        for name, value in self._fields:
            gathered[name].append(value)
        return gathered


class Request(OAuth2Request):
    """A request."""

    def __init__(self, sent: Sent) -> None:
        headers = {"Authorization": sent.authorization} if sent.authorization else {}
        super().__init__(sent.method, _SAFE, headers=headers)
        self.payload = Payload(sent.fields)

    @property
    def form(self) -> dict[str, str]:
        """The fields of the body."""
        data: dict[str, str] = self.payload.data
        return data


class Client(ClientMixin):
    """An app."""

    def __init__(self, app: App) -> None:
        self.app = app

    def get_client_id(self) -> str:
        """Name it."""
        return self.app.id

    def get_default_redirect_uri(self) -> str | None:
        """Say where browsers go that are sent by an app which has but one address."""
        return self.app.redirect_uris[0] if len(self.app.redirect_uris) == 1 else None

    def get_allowed_scope(self, scope: str | None) -> str | None:
        """Return what it may ask for."""
        scopes = allowed((scope or "").split(), self.app.scopes)
        return None if scopes is None else " ".join(scopes)

    def check_redirect_uri(self, redirect_uri: str) -> bool:
        """Compare an address with the registered ones, sign by sign. Raises InvalidRequestError."""
        if redirect_uri not in self.app.redirect_uris:
            raise InvalidRequestError(FOREIGN)
        return True

    def check_client_secret(self, client_secret: str) -> bool:
        """Compare a secret."""
        kept = self.app.secret_hash
        return kept is not None and secrets.compare_digest(kept, digest(client_secret))

    def check_endpoint_auth_method(self, method: str, _endpoint: str) -> bool:
        """Say how it proves who it is: a public one not at all."""
        return self.app.public == (method == "none")

    def check_response_type(self, response_type: str) -> bool:
        """Take codes only."""
        return response_type == "code"

    def check_grant_type(self, grant_type: str) -> bool:
        """Let only those act as themselves who can prove that they are it."""
        return not (self.app.public and grant_type == "client_credentials")


class HeldCode(AuthorizationCodeMixin):
    """A code."""

    def __init__(self, code: Code) -> None:
        self.code = code
        self.code_challenge = code.challenge
        self.code_challenge_method = "S256"

    def get_redirect_uri(self) -> str:
        """Say where it went."""
        return self.code.redirect_uri

    def get_scope(self) -> str:
        """Say what was granted."""
        return " ".join(self.code.scopes)

    def get_nonce(self) -> str | None:
        """Return what ties the answer to the question."""
        return self.code.nonce

    def get_auth_time(self) -> int:
        """Say when the person was here."""
        return int(self.code.created_at.timestamp())

    def get_acr(self) -> None:
        """Promise nothing about how they signed in."""

    def get_amr(self) -> None:
        """Promise nothing about with what they signed in."""


class HeldToken(TokenMixin):
    """A token."""

    def __init__(self, token: Token) -> None:
        self.token = token

    def check_client(self, client: Client) -> bool:
        """Say whether it is this app's."""
        return self.token.client_id == client.app.id

    def get_scope(self) -> str:
        """Say what a refresh may ask for."""
        return " ".join(self.token.granted)
