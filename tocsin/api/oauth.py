"""OAuth 2 for machines: tokens, their return, who somebody is, and how all of that is found."""

from collections.abc import Awaitable, Callable, Mapping
from typing import Any, Final
from urllib.parse import parse_qsl

import msgspec
import structlog
from authlib.oauth2.rfc6749.util import extract_basic_authorization
from starlette.types import Receive, Scope, Send

from tocsin.api.body import Gone, Unread, read_body
from tocsin.api.rate import RateLimit
from tocsin.auth.oauth_identity import user_info
from tocsin.auth.oauth_nouns import Sent
from tocsin.auth.oauth_server import Reply
from tocsin.auth.signing import ALGORITHM
from tocsin.domain.machines.scope import LEGACY, OPENID
from tocsin.usecases.errors import DatabaseAway
from tocsin.usecases.house import House
from tocsin.usecases.machines import grants

BODY_LIMIT: Final = 64 * 1024
MOST_FIELDS: Final = 100
PER_MINUTE: Final = 120  # requests for tokens by one app from one address

SWAP: Final = "/oauth/token"
REVOKE: Final = "/oauth/revoke"
USERINFO: Final = "/oauth/userinfo"
KEYS: Final = "/oauth/jwks"
CONFIGURATION: Final = "/.well-known/openid-configuration"
METADATA: Final = "/.well-known/oauth-authorization-server"
ANONYMOUS: Final = "/global/oauth/anonymous"  # under it, PagerDuty's clients look for the same

_HEADERS: Final = {"cache-control": "no-store", "x-content-type-options": "nosniff"}

log = structlog.get_logger("tocsin.oauth")


class OauthApp:
    """Answers at these addresses, without a key."""

    def __init__(self, house: House) -> None:
        self._house = house
        self._rate = RateLimit()
        self._answers: Mapping[tuple[str, str], Answer] = {
            ("POST", SWAP): self._swap,
            ("POST", REVOKE): self._give_back,
            ("GET", USERINFO): self._tell_who,
            ("POST", USERINFO): self._tell_who,
            ("GET", KEYS): self._publish,
            ("GET", ANONYMOUS + "/jwks"): self._publish,
            **{("GET", path): self._describe for path in (CONFIGURATION, METADATA)},
            ("GET", ANONYMOUS + CONFIGURATION): self._describe,
        }

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        try:
            reply = await self._answer(scope, receive)
        except Gone:
            return
        except Unread as no:
            reply = _refusal(no.status, "invalid_request", f"{no.sentence}.")
        except DatabaseAway:
            reply = _refusal(503, "temporarily_unavailable", "The database cannot be reached now.")
        await _send(send, reply)

    async def _answer(self, scope: Scope, receive: Receive) -> Reply:
        answer = self._answers.get((scope["method"], scope["path"]))
        if answer is None:
            return _refusal(405, "invalid_request", "This address is not asked in this way.")
        headers = dict(scope["headers"])
        fields: list[tuple[str, str]] = []
        if scope["method"] == "POST":
            fields = _fields(await read_body(headers, receive, limit=BODY_LIMIT))
        authorization = headers.get(b"authorization", b"").decode("latin-1")
        sent = Sent(
            method=scope["method"],
            fields=fields,
            authorization=authorization if _is_readable(authorization) else "",
        )
        address = scope["client"][0] if scope["client"] else ""
        return await answer(sent, address)

    async def _swap(self, sent: Sent, address: str) -> Reply:
        now = self._house.clock()
        key = f"{grants.app_named_in(sent)[:64]} {address}"
        allowance = self._rate.spend(key, now, per_minute=PER_MINUTE)
        if allowance.is_exceeded:
            again = {"retry-after": str(allowance.reset)}
            return _refusal(429, "slow_down", "Too many requests for tokens.", again)
        reply = await grants.swap(self._house, sent, now)
        if reply.status != 200:
            log.info("oauth.refused", app=grants.app_named_in(sent), error=reply.body.get("error"))
        return reply

    async def _give_back(self, sent: Sent, _address: str) -> Reply:
        return await grants.give_back(self._house, sent, self._house.clock())

    async def _tell_who(self, sent: Sent, _address: str) -> Reply:
        principal = await grants.whose(self._house, sent.authorization, self._house.clock())
        if principal is None or principal.scopes is None:
            return _bearer(401, "invalid_token", "The access token is not known, or is over.")
        if principal.user is None or OPENID not in principal.scopes:
            return _bearer(403, "insufficient_scope", "The access token lacks the scope openid.")
        return Reply(status=200, body=user_info(principal.user), headers={})

    async def _publish(self, _sent: Sent, _address: str) -> Reply:
        return Reply(status=200, body=await grants.public_keys(self._house), headers={})

    async def _describe(self, _sent: Sent, _address: str) -> Reply:
        return Reply(status=200, body=describe(self._house), headers={})


Answer = Callable[[Sent, str], Awaitable[Reply]]


def describe(house: House) -> dict[str, Any]:
    """Say where everything is, and what is understood."""
    url = house.settings.public_url
    return {
        "issuer": url,
        "authorization_endpoint": f"{url}/oauth/authorize",
        "token_endpoint": url + SWAP,
        "revocation_endpoint": url + REVOKE,
        "userinfo_endpoint": url + USERINFO,
        "jwks_uri": url + KEYS,
        "scopes_supported": [OPENID, *LEGACY, *sorted(house.scopes)],
        "response_types_supported": ["code"],
        "response_modes_supported": ["query"],
        "grant_types_supported": ["authorization_code", "refresh_token", "client_credentials"],
        "token_endpoint_auth_methods_supported": [
            "client_secret_basic",
            "client_secret_post",
            "none",
        ],
        "code_challenge_methods_supported": ["S256"],
        "subject_types_supported": ["public"],
        "id_token_signing_alg_values_supported": [ALGORITHM],
        "claims_supported": ["sub", "name", "email"],
        "authorization_response_iss_parameter_supported": True,
    }


def is_ours(path: str) -> bool:
    """Say whether a path is one of these."""
    return path in _PATHS


_PATHS: Final = frozenset({
    SWAP, REVOKE, USERINFO, KEYS, CONFIGURATION, METADATA,
    ANONYMOUS + "/jwks", ANONYMOUS + CONFIGURATION,
})  # fmt: skip


def _fields(body: bytes) -> list[tuple[str, str]]:
    """Read a form, in which each field stands once. Raises Unread."""
    try:
        fields = parse_qsl(body.decode(), keep_blank_values=True, max_num_fields=MOST_FIELDS)
    except ValueError:
        raise Unread(400, "The body must be a form (application/x-www-form-urlencoded)") from None
    if any("\0" in text for field in fields for text in field):
        raise Unread(400, "The body holds a sign that is no text")
    if len(dict(fields)) < len(fields):
        raise Unread(400, "Each field may stand in the body once")
    return fields


def _is_readable(authorization: str) -> bool:
    """Say whether a header can be taken apart, and into texts."""
    try:
        known = extract_basic_authorization({"Authorization": authorization})
    except ValueError:
        return False
    return not any("\0" in text for text in known if text)


def _refusal(
    status: int, error: str, sentence: str, headers: Mapping[str, str] | None = None
) -> Reply:
    body = {"error": error, "error_description": sentence}
    return Reply(status=status, body=body, headers=headers or {})


def _bearer(status: int, error: str, sentence: str) -> Reply:
    challenge = f'Bearer error="{error}", error_description="{sentence}"'
    return _refusal(status, error, sentence, {"www-authenticate": challenge})


async def _send(send: Send, reply: Reply) -> None:
    body = msgspec.json.encode(reply.body)
    headers = {name.lower(): value for name, value in reply.headers.items()}
    headers |= _HEADERS | {"content-type": "application/json", "content-length": str(len(body))}
    lines = [(name.encode("latin-1"), value.encode("latin-1")) for name, value in headers.items()]
    await send({"type": "http.response.start", "status": reply.status, "headers": lines})
    await send({"type": "http.response.body", "body": body})
