"""A refresh token is good once, and never for more than was granted."""

import asyncio

import httpx

from tests.api.conftest import Hands
from tests.api.oauth.apps import Program, call, refused
from tocsin.domain.people.user import User


async def test_a_refresh_token_is_good_once(
    app: Program, bob: User, http: httpx.AsyncClient
) -> None:
    first = await app.tokens_from(bob)
    second = (await app.refresh(first["refresh_token"])).json()

    assert refused(await app.refresh(first["refresh_token"])) == (
        400,
        "invalid_grant",
        "This refresh token was used before. All that came of it opens nothing now.",
    )
    assert (await call(http, second["access_token"])).status_code == 401
    assert (await app.refresh(second["refresh_token"])).status_code == 400


async def test_a_refresh_token_lasts_thirty_days(app: Program, bob: User, clock: Hands) -> None:
    tokens = await app.tokens_from(bob)
    clock.move(days=29)
    tokens = (await app.refresh(tokens["refresh_token"])).json()
    clock.move(days=30)

    assert refused(await app.refresh(tokens["refresh_token"]))[1] == "invalid_grant"


async def test_another_apps_refresh_token_is_none(app: Program, phone: Program, bob: User) -> None:
    tokens = await app.tokens_from(bob)

    assert refused(await phone.refresh(tokens["refresh_token"])) == (
        400,
        "invalid_grant",
        "This token is not known, or was given to another app.",
    )
    assert (await app.refresh(tokens["refresh_token"])).status_code == 200


async def test_a_refresh_may_ask_for_less_and_later_for_all_again_but_never_for_more(
    app: Program, bob: User
) -> None:
    tokens = await app.tokens_from(bob, scope="incidents.read services.read")
    less = (await app.refresh(tokens["refresh_token"], scope="services.read")).json()
    again = (await app.refresh(less["refresh_token"])).json()

    assert less["scope"] == "services.read"
    assert again["scope"] == "incidents.read services.read"
    answer = await app.refresh(again["refresh_token"], scope="incidents.read incidents.write")
    assert (answer.status_code, answer.json()["error"]) == (400, "invalid_scope")


async def test_an_access_token_is_no_refresh_token(app: Program, bob: User) -> None:
    tokens = await app.tokens_from(bob)

    assert refused(await app.refresh(tokens["access_token"]))[1] == "invalid_grant"


async def test_of_many_refreshes_at_once_one_gets_tokens_which_the_others_take_back(
    app: Program, bob: User
) -> None:
    tokens = await app.tokens_from(bob)

    answers = await asyncio.gather(*(app.refresh(tokens["refresh_token"]) for _ in range(5)))

    [won] = [answer.json() for answer in answers if answer.status_code == 200]
    assert (await app.refresh(won["refresh_token"])).status_code == 400
