"""Apps learn who somebody is, signed, if they were allowed."""

from typing import Any

import httpx
import pytest
from joserfc import jwt
from joserfc.jwk import KeySet

from tests.api.conftest import PUBLIC_URL, Hands
from tests.api.oauth.apps import Program, call
from tests.api.oauth.conftest import ALL
from tocsin.domain.people.user import User


async def test_who_somebody_is_comes_signed(
    app: Program, bob: User, http: httpx.AsyncClient, clock: Hands
) -> None:
    tokens = await app.tokens_from(bob, scope="openid", nonce="n-1")
    keys = KeySet.import_key_set((await http.get("/oauth/jwks")).json())

    token = jwt.decode(tokens["id_token"], keys, algorithms=["RS256"])

    now = int(clock.now.timestamp())
    assert token.header["kid"]
    claims = {name: value for name, value in token.claims.items() if name != "at_hash"}
    assert claims == {
        "iss": PUBLIC_URL,
        "aud": app.app.id,
        "sub": bob.id,
        "name": "Bob",
        "email": "bob@example.com",
        "nonce": "n-1",
        "iat": now,
        "exp": now + 3600,
        "auth_time": now,
    }


async def test_nothing_is_signed_that_was_not_asked_for(app: Program, bob: User) -> None:
    assert "id_token" not in await app.tokens_from(bob, scope="incidents.read")


async def test_the_key_is_made_once_and_shows_no_private_part(http: httpx.AsyncClient) -> None:
    first = (await http.get("/oauth/jwks")).json()
    second = (await http.get("/global/oauth/anonymous/jwks")).json()

    assert first == second
    assert set(first["keys"][0]) == {"kty", "n", "e", "use", "alg", "kid"}


@pytest.mark.parametrize(
    ("scope", "status", "error"),
    [
        ("openid", 200, ""),
        ("incidents.read", 403, "insufficient_scope"),
        (None, 401, "invalid_token"),
    ],
)
async def test_apps_learn_who_somebody_is_if_they_were_allowed(
    app: Program,
    bob: User,
    http: httpx.AsyncClient,
    scope: str | None,
    status: int,
    error: str,
) -> None:
    token = (await app.tokens_from(bob, scope=scope))["access_token"] if scope else "nothing"

    answer = await call(http, token, path="/oauth/userinfo")

    assert (answer.status_code, answer.json().get("error", "")) == (status, error)
    assert error in answer.headers.get("www-authenticate", "")


async def test_an_api_key_is_no_token(api: httpx.AsyncClient, http: httpx.AsyncClient) -> None:
    answer = await http.get("/oauth/userinfo", headers=api.headers)

    assert answer.status_code == 401


@pytest.mark.parametrize(
    "path",
    [
        "/.well-known/openid-configuration",
        "/.well-known/oauth-authorization-server",
        "/global/oauth/anonymous/.well-known/openid-configuration",
    ],
)
async def test_everything_can_be_found(http: httpx.AsyncClient, path: str) -> None:
    told: dict[str, Any] = (await http.get(path)).json()

    assert told["issuer"] == PUBLIC_URL
    assert told["token_endpoint"] == f"{PUBLIC_URL}/oauth/token"
    assert told["code_challenge_methods_supported"] == ["S256"]
    assert set(told["scopes_supported"]) == ALL | {"openid", "read", "write"}


async def test_the_description_says_which_scope_each_operation_takes(
    http: httpx.AsyncClient,
) -> None:
    described = (await http.get("/openapi.json")).json()

    listed = described["paths"]["/incidents"]["get"]
    assert listed["security"] == [{"key": []}, {"app": ["incidents.read"]}]
    where = described["components"]["securitySchemes"]["app"]["openIdConnectUrl"]
    assert (await http.get(where)).status_code == 200
