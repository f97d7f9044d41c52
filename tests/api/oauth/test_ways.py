"""Apps get tokens for codes, refreshes and secrets, as the standards tell."""

import httpx
import httpx2
import pytest
from authlib.integrations.httpx_client import AsyncOAuth2Client
from starlette.types import ASGIApp

from tests.api.conftest import PUBLIC_URL
from tests.api.oauth.apps import BACK, VERIFIER, Program, call, read, refused
from tocsin.domain.people.user import User
from tocsin.usecases.house import House
from tocsin.usecases.machines import grants


async def test_a_code_becomes_tokens_that_act_for_whoever_gave_it(
    app: Program, bob: User, http: httpx.AsyncClient
) -> None:
    tokens = await app.tokens_from(bob, scope="incidents.read")

    assert tokens["token_type"] == "Bearer"
    assert tokens["expires_in"] == 3600
    assert tokens["scope"] == "incidents.read"
    assert tokens["access_token"].startswith("tocsin_at_")
    assert (await call(http, tokens["access_token"])).status_code == 200
    me = await call(http, (await app.tokens_from(bob))["access_token"], path="/users/me")
    assert me.status_code == 403


async def test_without_a_wish_an_app_gets_all_that_it_may_ask_for(app: Program, bob: User) -> None:
    tokens = await app.tokens_from(bob)

    assert tokens["scope"] == "openid incidents.read incidents.write services.read"


async def test_authlibs_own_client_goes_the_whole_way(
    app: Program, bob: User, house: House, faces: ASGIApp
) -> None:
    async with AsyncOAuth2Client(
        app.app.id,
        app.secret,
        redirect_uri=BACK,
        scope="openid incidents.read",
        code_challenge_method="S256",
        transport=httpx2.ASGITransport(faces),
        base_url=PUBLIC_URL,
        token_endpoint=f"{PUBLIC_URL}/oauth/token",
        revocation_endpoint=f"{PUBLIC_URL}/oauth/revoke",
    ) as client:
        url, state = client.create_authorization_url(
            f"{PUBLIC_URL}/oauth/authorize", code_verifier=VERIFIER
        )
        sent = app.question(**read(url))
        where = await grants.answer(house, sent, bob, house.clock(), allow=True)
        first = await client.fetch_token(
            authorization_response=where, state=state, code_verifier=VERIFIER
        )
        assert (await client.get("/incidents")).status_code == 200
        second = await client.refresh_token()
        assert second["access_token"] != first["access_token"]
        assert (await client.get("/oauth/userinfo")).json()["sub"] == bob.id
        await client.revoke_token(f"{PUBLIC_URL}/oauth/revoke", second["refresh_token"])
        assert (await client.get("/incidents")).status_code == 401


async def test_the_answer_names_who_answers_and_hands_the_state_back(
    app: Program, bob: User, house: House
) -> None:
    sent = app.question(state="what the app knows it by & more")

    where = read(await grants.answer(house, sent, bob, house.clock(), allow=True))

    assert where["state"] == "what the app knows it by & more"
    assert where["iss"] == PUBLIC_URL


async def test_who_denies_sends_the_app_away_with_nothing(
    app: Program, bob: User, house: House
) -> None:
    where = await grants.answer(house, app.question(state="s"), bob, house.clock(), allow=False)

    assert where.startswith(f"{BACK}?")
    assert (read(where)["error"], read(where)["state"]) == ("access_denied", "s")
    assert "code" not in read(where)


async def test_an_app_proves_who_it_is_in_the_header_too(
    app: Program, bob: User, http: httpx.AsyncClient
) -> None:
    code = await app.code_from(bob)

    answer = await http.post(
        "/oauth/token",
        data={
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": BACK,
            "code_verifier": VERIFIER,
        },
        auth=(app.app.id, app.secret or ""),
    )

    assert answer.status_code == 200
    assert answer.headers["cache-control"] == "no-store"


async def test_a_public_app_needs_no_secret(phone: Program, bob: User) -> None:
    tokens = await phone.tokens_from(bob)

    assert (await phone.refresh(tokens["refresh_token"])).status_code == 200


async def test_without_a_challenge_a_secret_is_enough(app: Program, bob: User) -> None:
    code = await app.code_from(bob, code_challenge="", code_challenge_method="")

    assert (await app.swap(code, code_verifier="")).status_code == 200


async def test_an_app_acts_as_itself_within_its_scopes(
    app: Program, http: httpx.AsyncClient
) -> None:
    answer = await app.as_itself(scope="as_account-us.acme services.read")
    token = answer.json()["access_token"]

    assert answer.json()["scope"] == "as_account-us.acme services.read"
    assert "refresh_token" not in answer.json()
    assert (await call(http, token, path="/services")).status_code == 200
    assert (await call(http, token)).status_code == 403


async def test_an_app_gets_no_scope_that_it_may_not_ask_for(app: Program) -> None:
    answer = await app.as_itself(scope="users.write")

    assert (answer.status_code, answer.json()["error"]) == (400, "invalid_scope")


async def test_no_other_way_leads_to_a_token(app: Program) -> None:
    answer = await app.post("/oauth/token", grant_type="password", username="a", password="b")

    assert (answer.status_code, answer.json()["error"]) == (400, "unsupported_grant_type")


@pytest.mark.parametrize(
    ("body", "sentence"),
    [
        (b"grant_type=a&grant_type=b", "Each field may stand in the body once."),
        (b"code=%00", "The body holds a sign that is no text."),
        (b"\xff", "The body must be a form (application/x-www-form-urlencoded)."),
        (b"a=1&" * 200, "The body must be a form (application/x-www-form-urlencoded)."),
    ],
)
async def test_what_is_no_form_is_refused(
    http: httpx.AsyncClient, body: bytes, sentence: str
) -> None:
    assert refused(await http.post("/oauth/token", content=body)) == (
        400,
        "invalid_request",
        sentence,
    )


async def test_tokens_are_not_asked_for_by_address(http: httpx.AsyncClient) -> None:
    assert (await http.get("/oauth/token?grant_type=client_credentials")).status_code == 405


async def test_an_empty_request_is_refused(http: httpx.AsyncClient) -> None:
    answer = await http.post("/oauth/token")

    assert (answer.status_code, answer.json()["error"]) == (400, "unsupported_grant_type")


@pytest.mark.parametrize("header", [b"Basic \xff\xfe", b"Basic AAAA", b"Basic =", b"Basic \x80:"])
async def test_a_header_that_cannot_be_read_proves_nothing(
    http: httpx.AsyncClient, header: bytes
) -> None:
    answer = await http.post(
        "/oauth/token",
        data={"grant_type": "client_credentials"},
        headers={b"Authorization": header},
    )

    assert (answer.status_code, answer.json()["error"]) == (401, "invalid_client")
