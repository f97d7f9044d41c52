"""Codes are swapped once, soon, and only by the app that they were given to."""

import asyncio

import httpx
import pytest

from tests.api.conftest import Hands
from tests.api.oauth.apps import Program, call, refused
from tocsin.api.oauth import PER_MINUTE
from tocsin.domain.people.user import User
from tocsin.usecases.house import House
from tocsin.usecases.machines import apps


async def test_a_code_used_twice_takes_back_what_it_was_swapped_for(
    app: Program, bob: User, http: httpx.AsyncClient
) -> None:
    code = await app.code_from(bob)
    tokens = (await app.swap(code)).json()

    assert refused(await app.swap(code)) == (
        400,
        "invalid_grant",
        "This code was used before. What it was swapped for opens nothing any more.",
    )
    assert (await call(http, tokens["access_token"])).status_code == 401
    assert refused(await app.refresh(tokens["refresh_token"]))[2] == (
        "This refresh token has expired, or was revoked."
    )


async def test_of_many_swaps_at_once_one_gets_tokens_which_the_others_take_back(
    app: Program, bob: User, http: httpx.AsyncClient
) -> None:
    code = await app.code_from(bob)

    answers = await asyncio.gather(*(app.swap(code) for _ in range(5)))

    [won] = [answer.json() for answer in answers if answer.status_code == 200]
    assert (await call(http, won["access_token"])).status_code == 401


async def test_a_code_lasts_a_minute(app: Program, bob: User, clock: Hands) -> None:
    code = await app.code_from(bob)
    clock.move(minutes=1)

    assert refused(await app.swap(code)) == (400, "invalid_grant", "This code has expired.")


async def test_another_apps_code_is_no_code(
    app: Program, phone: Program, bob: User, http: httpx.AsyncClient
) -> None:
    code = await app.code_from(bob)

    assert refused(await phone.swap(code)) == (
        400,
        "invalid_grant",
        "This code is not known, or was given to another app.",
    )
    tokens = (await app.swap(code)).json()
    assert refused(await phone.swap(code))[1] == "invalid_grant"
    assert (await call(http, tokens["access_token"])).status_code == 200


async def test_a_code_is_swapped_only_with_the_address_that_it_went_to(
    app: Program, bob: User
) -> None:
    code = await app.code_from(bob)

    answer = await app.swap(code, redirect_uri="https://app.example.org/elsewhere")

    assert refused(answer) == (400, "invalid_grant", "Invalid 'redirect_uri' in request.")


@pytest.mark.parametrize(
    ("verifier", "error", "sentence"),
    [
        (
            "another-verifier-that-is-just-as-long-as-it-must-be",
            "invalid_grant",
            "Code challenge failed.",
        ),
        ("", "invalid_request", "Missing 'code_verifier'"),
        ("short", "invalid_request", "Invalid 'code_verifier'"),
    ],
)
async def test_a_code_is_swapped_only_by_whoever_knows_its_verifier(
    app: Program, bob: User, verifier: str, error: str, sentence: str
) -> None:
    code = await app.code_from(bob)

    assert refused(await app.swap(code, code_verifier=verifier)) == (400, error, sentence)


async def test_a_verifier_without_a_challenge_is_a_downgrade(app: Program, bob: User) -> None:
    code = await app.code_from(bob, code_challenge="", code_challenge_method="")

    status, error, sentence = refused(await app.swap(code))

    assert (status, error) == (400, "invalid_request")
    assert "had no 'code_challenge'" in sentence


@pytest.mark.parametrize(
    "given", [{"client_secret": "wrong"}, {"client_secret": ""}, {"client_id": "PNOBODY"}]
)
async def test_who_does_not_prove_to_be_the_app_gets_nothing(
    app: Program, bob: User, given: dict[str, str]
) -> None:
    answer = await app.swap(await app.code_from(bob), **given)

    assert refused(answer) == (
        401,
        "invalid_client",
        "The app is not known, or did not prove that it is the one it says.",
    )
    assert answer.headers["www-authenticate"].startswith("Basic ")


async def test_a_public_app_never_acts_as_itself(phone: Program) -> None:
    assert (await phone.as_itself()).status_code == 401


async def test_a_renewed_secret_ends_the_one_before(app: Program, house: House) -> None:
    _, secret = await apps.renew_secret(house, app.app.id)

    assert (await app.as_itself()).status_code == 401
    app.secret = secret
    assert (await app.as_itself()).status_code == 200


async def test_tokens_are_asked_for_so_often_and_not_more(app: Program, clock: Hands) -> None:
    for _ in range(PER_MINUTE):
        await app.post("/oauth/token", grant_type="none")

    answer = await app.as_itself()

    assert refused(answer)[:2] == (429, "slow_down")
    clock.move(seconds=int(answer.headers["retry-after"]))
    assert (await app.as_itself()).status_code == 200
