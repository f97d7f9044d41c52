"""A token opens what was granted, to whoever granted it, for an hour."""

import httpx
import pytest
import sqlalchemy as sa

from tests.api.conftest import Hands, Welcome
from tests.api.oauth.apps import Program, call, register
from tocsin.domain.people.user import User
from tocsin.store.machines import delivery_tables
from tocsin.store.people.users import USERS
from tocsin.usecases.house import House
from tocsin.usecases.machines import apps
from tocsin.usecases.machines.apps import Wish


async def test_a_token_opens_nothing_outside_its_scopes(
    app: Program, bob: User, http: httpx.AsyncClient
) -> None:
    tokens = await app.tokens_from(bob, scope="incidents.read openid")

    answer = await call(http, tokens["access_token"], "POST")

    assert answer.status_code == 403
    assert answer.json() == {
        "error": {
            "message": "Access Denied",
            "code": 2010,
            "errors": ["This token was not granted incidents.write."],
            "required_scopes": "incidents.write",
            "token_scopes": "incidents.read openid",
        }
    }


async def test_a_token_lets_nobody_do_more_than_they_may(
    app: Program, house: House, http: httpx.AsyncClient, welcome: Welcome
) -> None:
    eve = await welcome("Eve", role="observer")
    tokens = await app.tokens_from(eve, scope="incidents.write")

    answer = await call(http, tokens["access_token"], "POST")

    assert answer.status_code == 403
    assert "required_scopes" not in answer.json()["error"]


@pytest.mark.parametrize(("scope", "writes"), [("read", 403), ("write", 400)])
async def test_the_old_scopes_open_everything_to_read_or_to_write(
    house: House, http: httpx.AsyncClient, bob: User, scope: str, writes: int
) -> None:
    app = await register(house, http, scopes=("read", "write"))
    token = (await app.tokens_from(bob, scope=scope))["access_token"]

    assert (await call(http, token, path="/users/me")).status_code == 200
    assert (await call(http, token, "POST", "/services")).status_code == writes


async def test_an_access_token_lasts_an_hour(
    app: Program, bob: User, http: httpx.AsyncClient, clock: Hands
) -> None:
    tokens = await app.tokens_from(bob)
    clock.move(minutes=59)
    assert (await call(http, tokens["access_token"])).status_code == 200
    clock.move(minutes=1)

    assert (await call(http, tokens["access_token"])).status_code == 401


async def test_a_refresh_token_or_a_code_opens_nothing(
    app: Program, bob: User, http: httpx.AsyncClient
) -> None:
    tokens = await app.tokens_from(bob)

    assert (await call(http, tokens["refresh_token"])).status_code == 401
    assert (await call(http, await app.code_from(bob))).status_code == 401


@pytest.mark.parametrize("kind", ["access_token", "refresh_token"])
async def test_a_token_given_back_ends_with_all_that_came_with_it(
    app: Program, bob: User, http: httpx.AsyncClient, kind: str
) -> None:
    tokens = await app.tokens_from(bob)

    answer = await app.post("/oauth/revoke", token=tokens[kind])

    assert answer.status_code == 200
    assert (await call(http, tokens["access_token"])).status_code == 401
    assert (await app.refresh(tokens["refresh_token"])).status_code == 400


async def test_a_token_is_given_back_by_its_app_alone(
    app: Program, phone: Program, bob: User, http: httpx.AsyncClient
) -> None:
    tokens = await app.tokens_from(bob)

    answer = await phone.post("/oauth/revoke", token=tokens["access_token"])

    assert (answer.status_code, answer.json()["error"]) == (400, "invalid_grant")
    assert (await app.post("/oauth/revoke", token="unknown")).status_code == 200
    assert (await call(http, tokens["access_token"])).status_code == 200


async def test_what_an_app_loses_its_tokens_lose_at_once(
    app: Program, bob: User, house: House, http: httpx.AsyncClient
) -> None:
    tokens = await app.tokens_from(bob)
    await apps.change(house, app.app.id, Wish(scopes=("services.read",)))

    assert (await call(http, tokens["access_token"])).status_code == 403
    again = (await app.refresh(tokens["refresh_token"])).json()
    assert again["scope"] == "services.read"


async def test_a_deleted_person_or_app_takes_the_tokens_along(
    app: Program, phone: Program, bob: User, house: House, http: httpx.AsyncClient
) -> None:
    mine, other = await app.tokens_from(bob), await phone.tokens_from(bob)
    await apps.remove(house, phone.app.id)
    assert (await call(http, other["access_token"])).status_code == 401

    async with house.database.begin() as tx:
        await USERS.delete(tx, bob.id)

    assert (await call(http, mine["access_token"])).status_code == 401


async def test_the_use_of_a_token_is_noted_once_a_minute(
    app: Program, bob: User, house: House, http: httpx.AsyncClient, clock: Hands
) -> None:
    tokens = await app.tokens_from(bob)
    await call(http, tokens["access_token"])
    first = clock.now
    clock.move(seconds=59 / 60)
    await call(http, tokens["access_token"])

    [acting] = await apps.find_acting(house, bob.id, clock.now)
    assert acting.last_used_at == first


async def test_the_database_holds_nothing_that_opens(app: Program, bob: User, house: House) -> None:
    tokens = await app.tokens_from(bob)

    async with house.database.read() as tx:
        rows = [
            str(list(await tx.execute(sa.select(table))))
            for table in (delivery_tables.oauth_tokens, delivery_tables.oauth_clients)
        ]

    for secret in (tokens["access_token"], tokens["refresh_token"], app.secret or ""):
        assert secret not in "".join(rows)
