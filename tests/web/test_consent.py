"""Consent: people read who asks for what, and only their own yes gives it."""

from urllib.parse import urlencode

import httpx
import pytest
from authlib.oauth2.rfc7636 import create_s256_code_challenge

from tests.api.oauth.apps import ADMIN, BACK, VERIFIER
from tests.night import Night
from tests.web.conftest import Browser, Resident, Visitor, text_of
from tocsin.domain.machines.oauth import App
from tocsin.domain.people.user import User
from tocsin.store.machines.oauth import CODES
from tocsin.usecases.machines import apps
from tocsin.usecases.machines.apps import Wish


@pytest.fixture
async def tool(night: Night) -> App:
    wish = Wish(
        name="Dash <b>board</b>",
        description="Shows who is on call.",
        redirect_uris=(BACK, "http://127.0.0.1:9000/back"),
        scopes=("openid", "read", "write"),
    )
    tool, _ = await apps.create(night.house, wish, ADMIN, night.now)
    return tool


def question(tool: App, **asked: str) -> str:
    usual = {
        "response_type": "code",
        "client_id": tool.id,
        "redirect_uri": BACK,
        "scope": "openid read",
        "state": "s t&ate",
        "code_challenge": create_s256_code_challenge(VERIFIER),
        "code_challenge_method": "S256",
    }
    return urlencode(usual | asked)


async def given(browser: Browser, tool: App, answer: str, **asked: str) -> httpx.Response:
    page = await browser.open(f"/oauth/authorize?{question(tool, **asked)}")
    return await browser.send(
        page, f"/oauth/authorize/answer?{question(tool, **asked)}", answer=answer
    )


async def codes(night: Night) -> int:
    async with night.database.read() as tx:
        return await CODES.count(tx)


async def test_people_read_who_asks_for_what(browser: Browser, tool: App) -> None:
    page = await browser.open(f"/oauth/authorize?{question(tool)}")

    told = text_of(page)
    assert "Dash <b>board</b> asks to do this in your name" in told
    assert "Dash <b>" not in page.text
    assert "Know who you are: your name and e-mail address See everything that you may see" in told
    assert "signed in as Carol, carol@example.com" in told
    assert "goes on to app.example.org." in told


async def test_a_yes_hands_over_a_code(browser: Browser, tool: App, night: Night) -> None:
    answer = await given(browser, tool, "allow")

    where = httpx.URL(answer.headers["location"])
    assert answer.status_code == 303
    assert str(where).startswith(f"{BACK}?")
    assert where.params["code"].startswith("tocsin_ac_")
    assert where.params["state"] == "s t&ate"
    assert where.params["iss"] == "https://oncall.example.com"
    assert answer.headers["referrer-policy"] == "no-referrer"
    assert answer.headers["cache-control"] == "no-store"
    assert await codes(night) == 1


@pytest.mark.parametrize("word", ["deny", "", "anything"])
async def test_everything_but_a_yes_is_a_no(
    browser: Browser, tool: App, night: Night, word: str
) -> None:
    answer = await given(browser, tool, word)

    where = httpx.URL(answer.headers["location"])
    assert (where.params["error"], where.params["state"]) == ("access_denied", "s t&ate")
    assert await codes(night) == 0


async def test_a_yes_from_another_site_counts_for_nothing(
    browser: Browser, tool: App, night: Night
) -> None:
    address = f"/oauth/authorize/answer?{question(tool)}"

    for proof in ("", "salt.signature"):
        answer = await browser.http.post(address, data={"answer": "allow", "proof": proof})
        assert answer.status_code == 403
    assert (await browser.open(address)).status_code == 405
    assert await codes(night) == 0


async def test_who_is_not_signed_in_signs_in_first(
    visitor: Visitor, tool: App, resident: Resident
) -> None:
    stranger = await visitor()
    address = f"/oauth/authorize?{question(tool)}"

    door = await stranger.open(address)

    assert door.headers["location"].startswith("/login?next=/oauth/authorize%3Fresponse_type")
    dave = await resident("Dave")
    onward = httpx.URL(door.headers["location"]).params["next"]
    let_in = await stranger.sign_in(dave, next=onward)
    assert let_in.headers["location"] == address
    assert "signed in as Dave" in text_of(await stranger.open(let_in.headers["location"]))


async def test_the_page_lets_its_form_end_at_the_app_and_in_no_frame(
    browser: Browser, tool: App
) -> None:
    page = await browser.open(
        f"/oauth/authorize?{question(tool, redirect_uri='http://127.0.0.1:9000/back')}"
    )

    policy = page.headers["content-security-policy"]
    assert "form-action 'self' https: http://127.0.0.1:9000;" in policy
    assert "frame-ancestors 'none'" in policy
    assert "script-src 'self'" in policy


@pytest.mark.parametrize(
    "address", ["https://evil.example.net/", f"{BACK}/", "https://app.example.org.evil.example.net"]
)
async def test_a_foreign_address_is_told_about_here(
    browser: Browser, visitor: Visitor, tool: App, address: str
) -> None:
    for one in (browser, await visitor()):
        page = await one.open(f"/oauth/authorize?{question(tool, redirect_uri=address)}")

        assert page.status_code == 400
        assert "is not one of those that are registered" in text_of(page)


async def test_an_unknown_app_is_told_about_here(browser: Browser, tool: App) -> None:
    page = await browser.open(f"/oauth/authorize?{question(tool, client_id='PNOBODY')}")

    assert page.status_code == 400
    assert "No app is known here under this client_id" in text_of(page)


async def test_what_cannot_be_asked_goes_back_before_anybody_signs_in(
    visitor: Visitor, tool: App
) -> None:
    answer = await (await visitor()).open(f"/oauth/authorize?{question(tool, scope='root')}")

    where = httpx.URL(answer.headers["location"])
    assert str(where).startswith(f"{BACK}?")
    assert (where.params["error"], where.params["state"]) == ("invalid_scope", "s t&ate")


async def test_an_observer_lets_an_app_do_what_observers_may(
    visitor: Visitor, resident: Resident, tool: App, night: Night
) -> None:
    eve: User = await resident("Eve", role="observer")

    answer = await given(await visitor(eve), tool, "allow", scope="write")

    assert "code" in httpx.URL(answer.headers["location"]).params
