"""What an app asks of people is asked only if its answer can reach nobody else."""

import httpx
import pytest
from msgspec.structs import replace

from tests.api.conftest import PUBLIC_URL
from tests.api.oauth.apps import BACK, Program, read, register
from tocsin.domain.people.user import User
from tocsin.usecases.errors import Invalid
from tocsin.usecases.house import House
from tocsin.usecases.machines import grants


@pytest.mark.parametrize(
    "address",
    [
        "https://app.example.org/back/",
        "https://app.example.org/back2",
        "https://app.example.org/back/../steal",
        "https://app.example.org/back?next=https://evil.example.net",
        "https://app.example.org/back#fragment",
        "https://app.example.org:8443/back",
        "https://app.example.org:443/back",
        "https://app.example.org./back",
        "https://app.example.org@evil.example.net/back",
        "https://user@app.example.org/back",
        "https://APP.example.org/back",
        "http://app.example.org/back",
        "https://app.example.org\\@evil.example.net/back",
        "https://evil.example.net/\"'<ü>",
        "//app.example.org/back",
        "javascript:alert(1)",
    ],
)
async def test_a_browser_is_sent_to_no_address_that_is_not_registered(
    app: Program, house: House, bob: User, address: str
) -> None:
    sent = app.question(redirect_uri=address)

    with pytest.raises(Invalid, match="is not one of those that are registered"):
        await grants.ask(house, sent, bob, house.clock())
    with pytest.raises(Invalid):
        await grants.answer(house, sent, bob, house.clock(), allow=True)
    with pytest.raises(Invalid):
        await grants.ask(
            house, app.question(redirect_uri=address, response_type="token"), bob, house.clock()
        )


async def test_an_app_with_several_addresses_says_which(
    house: House, http: httpx.AsyncClient
) -> None:
    app = await register(house, http, redirect_uris=(BACK, "http://127.0.0.1:8000/back"))

    with pytest.raises(Invalid, match="Missing 'redirect_uri'"):
        await grants.ask(house, app.question(redirect_uri=""), None, house.clock())


async def test_an_app_with_one_address_need_not_say_it(
    app: Program, house: House, bob: User
) -> None:
    code = await app.code_from(bob, redirect_uri="")

    assert (await app.swap(code)).status_code == 200


async def test_an_unknown_app_gets_nobody_sent_anywhere(app: Program, house: House) -> None:
    with pytest.raises(Invalid, match="No app is known here"):
        await grants.ask(house, app.question(client_id="PNOBODY"), None, house.clock())


async def test_a_question_asked_twice_is_answered_on_our_page(app: Program, house: House) -> None:
    sent = app.question()
    doubled = replace(sent, fields=[*sent.fields, ("redirect_uri", "https://evil.example.net")])

    with pytest.raises(Invalid):
        await grants.ask(house, doubled, None, house.clock())


@pytest.mark.parametrize(
    ("asked", "error", "sentence"),
    [
        ({"response_type": "token"}, "unsupported_response_type", ""),
        ({"response_type": 'c"o\\de'}, "unsupported_response_type", ""),
        ({"scope": "incidents.read users.write"}, "invalid_scope", ""),
        ({"code_challenge_method": "plain"}, "invalid_request", "code_challenge_method"),
        ({"code_challenge_method": ""}, "invalid_request", "must be S256"),
        ({"code_challenge": "short"}, "invalid_request", "Invalid 'code_challenge'"),
        ({"prompt": "none", "scope": "openid"}, "login_required", ""),
    ],
)
async def test_a_question_that_cannot_be_asked_goes_back_to_the_app(
    app: Program, house: House, asked: dict[str, str], error: str, sentence: str
) -> None:
    where = await grants.ask(house, app.question(state="s", **asked), None, house.clock())

    assert isinstance(where, str)
    assert where.startswith(f"{BACK}?")
    told = read(where)
    assert (told["error"], told["state"], told["iss"]) == (error, "s", PUBLIC_URL)
    assert sentence in told.get("error_description", "")


async def test_nobody_is_let_in_without_being_asked(app: Program, house: House, bob: User) -> None:
    where = await grants.ask(house, app.question(prompt="none", scope="openid"), bob, house.clock())

    assert isinstance(where, str)
    assert read(where)["error"] == "consent_required"


async def test_a_public_app_must_send_a_challenge(phone: Program, house: House, bob: User) -> None:
    sent = phone.question(code_challenge="", code_challenge_method="")

    where = await grants.answer(house, sent, bob, house.clock(), allow=True)

    assert read(where)["error"] == "invalid_request"
    assert read(where)["error_description"].endswith("must send a code_challenge.")
