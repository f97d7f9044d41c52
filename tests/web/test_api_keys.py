"""API keys: shown once, listed with their use, revoked, and never made in another's name."""

import re

import httpx
import pytest

from tests.night import Night
from tests.web.conftest import Browser, Resident, Visitor, text_of
from tocsin.auth.keys import identify
from tocsin.auth.principal import Principal
from tocsin.domain.people.user import User


@pytest.fixture
async def admin(visitor: Visitor, resident: Resident) -> Browser:
    return await visitor(await resident("Olga", role="admin"))


async def make(browser: Browser, **fields: str) -> httpx.Response:
    page = await browser.open("/api_keys/new")
    return await browser.send(page, "/api_keys", **({"description": "Terraform"} | fields))


def secret_on(page: httpx.Response) -> str:
    [secret] = re.findall(r'<code id="key">([\w-]{20})</code>', page.text)
    return str(secret)


async def opened(night: Night, secret: str) -> Principal | None:
    async with night.database.begin() as tx:
        return await identify(tx, f"Token token={secret}", night.now)


async def test_a_key_is_shown_once_and_opens_the_door(
    browser: Browser, night: Night, carol: User
) -> None:
    page = await make(browser)
    secret = secret_on(page)

    assert page.status_code == 201
    assert f"Token token={secret}" in text_of(page)
    principal = await opened(night, secret)
    assert principal is not None
    assert (principal.user, principal.read_only) == (carol, False)
    listed = await browser.open("/api_keys")
    assert secret not in listed.text
    assert "Terraform Carol read and write just now just now" in text_of(listed)


async def test_a_key_that_only_reads(browser: Browser, night: Night) -> None:
    principal = await opened(night, secret_on(await make(browser, read_only="yes")))

    assert principal is not None
    assert principal.power == "read"
    assert "Terraform Carol read just now" in text_of(await browser.open("/api_keys"))


async def test_a_revoked_key_opens_nothing(browser: Browser, night: Night) -> None:
    secret = secret_on(await make(browser))
    page = await browser.open("/api_keys")
    [key] = re.findall(r'name="key" value="(\w+)"', page.text)

    answer = await browser.send(page, "/api_keys/revoke", key=key)

    after = text_of(await browser.open(answer.headers["location"]))
    assert "The key “Terraform” was revoked." in after
    assert "Revoked 1" in after
    assert await opened(night, secret) is None


async def test_only_administrators_make_keys_of_the_account(
    browser: Browser, admin: Browser, night: Night
) -> None:
    assert 'name="whose"' not in (await browser.open("/api_keys/new")).text
    assert (await make(browser, whose="account")).status_code == 403

    principal = await opened(night, secret_on(await make(admin, whose="account")))
    assert principal is not None
    assert (principal.user, principal.power) == (None, "administer")


async def test_people_see_their_own_keys_and_administrators_all(
    browser: Browser, admin: Browser
) -> None:
    await make(browser, description="Of Carol")
    await make(admin, description="Of the account", whose="account")

    assert "Of the account" not in text_of(await browser.open("/api_keys"))
    for words in ("Of Carol Carol", "Of the account The account"):
        assert words in text_of(await admin.open("/api_keys"))


async def test_nobody_revokes_the_key_of_somebody_else(browser: Browser, admin: Browser) -> None:
    await make(admin, whose="account")
    page = await admin.open("/api_keys")
    [key] = re.findall(r'name="key" value="(\w+)"', page.text)
    own = await browser.open("/api_keys")

    assert (await browser.send(own, "/api_keys/revoke", key=key)).status_code == 403
    assert (await browser.send(own, "/api_keys/revoke", key="P1")).status_code == 404


async def test_an_observer_may_have_a_key_that_reads(
    visitor: Visitor, resident: Resident, night: Night
) -> None:
    observer = await visitor(await resident("Otto", role="observer"))
    principal = await opened(night, secret_on(await make(observer)))

    assert principal is not None
    assert principal.power == "read"


@pytest.mark.parametrize("description", ["", "   ", "x" * 101])
async def test_a_key_says_what_it_is_for(browser: Browser, description: str) -> None:
    page = await make(browser, description=description, read_only="yes")

    assert page.status_code == 400
    assert 'id="description-fault">Description' in page.text
    assert 'value="yes" checked' in page.text


async def test_a_description_with_a_script_in_it_is_text(browser: Browser) -> None:
    made = await make(browser, description="<script>alert(1)</script>")
    listed = await browser.open("/api_keys")

    assert "<script>alert" not in made.text + listed.text
    assert "<script>alert(1)</script>" in text_of(listed)
