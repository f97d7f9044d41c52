"""Mail servers on the pages of providers: what the form asks for, and who is asked when."""

import httpx
import pytest
from msgspec.structs import replace
from starlette.types import ASGIApp

from tests.night import Night
from tests.web.conftest import Browser, Resident, Visitor, text_of
from tocsin.usecases.reaching import providers
from tocsin.web.app import web_app
from tocsin.web.hub import Live

NEW = "/providers/new/smtp"
FORM = {
    "name": "Spare",
    "host": "smtp.example.com",
    "port": "587",
    "encryption": "starttls",
    "user": "oncall",
    "password": "tweet-tweet",
    "sender": "On call <oncall@example.org>",
    "bounces": "none",
    "topic": "",
    "bounces_key": "",
}


@pytest.fixture
def app(night: Night) -> ASGIApp:
    night.house = replace(night.house, channels=frozenset({"email"}))
    return web_app(night.house, Live(night.house), night.take)


@pytest.fixture
async def browser(visitor: Visitor, resident: Resident) -> Browser:
    """Give the browser of an administrator."""
    return await visitor(await resident("Olga", role="owner"))


async def set_up(browser: Browser, **fields: str) -> httpx.Response:
    return await browser.send(await browser.open(NEW), NEW, **(FORM | fields))


async def test_the_form_asks_for_what_a_mail_server_needs(browser: Browser) -> None:
    page = await browser.open(NEW)

    for name in FORM:
        assert page.text.count(f'name="{name}"') == 1
    for label in ("Server", "STARTTLS (mostly port 587)", "Nobody calls: they come back as mails"):
        assert label in text_of(page)


async def test_a_server_is_set_up_and_its_password_never_shown(
    browser: Browser, night: Night
) -> None:
    answer = await set_up(browser)

    assert answer.is_redirect, text_of(answer)
    [known] = await providers.find(night.house)
    assert {"name": known.provider.name, **known.provider.settings} == FORM
    page = await browser.open(f"/providers/{known.provider.id}")
    assert "tweet-tweet" not in page.text
    assert f"https://oncall.example.com/callbacks/{known.provider.id}" in page.text
    assert "None is waited for" in text_of(page)


@pytest.mark.parametrize(
    ("fields", "complaint"),
    [
        ({"host": ""}, "Server cannot be blank."),
        (
            {"host": "smtp://example.com"},
            "Server must be the name or the address of the mail server",
        ),
        ({"port": "0"}, "Port must be a number, mostly 587 or 465, such as 587."),
        ({"port": "65536"}, "Port must be a number, mostly 587 or 465, such as 587."),
        ({"encryption": "rot13"}, "Encryption must be one of starttls, tls, offered, none."),
        ({"sender": "oncall"}, "Sender must be an address, or a name and an address"),
        ({"sender": "a@example.com\r\nBcc: b@example.com"}, "Sender must be an address"),
        ({"bounces": "ses"}, "Topic of Amazon SNS cannot be blank."),
        ({"bounces": "ses", "topic": "arn:aws:s3:::bucket"}, "Topic of Amazon SNS must be"),
        ({"bounces": "mailgun"}, "Key of Mailgun or Postmark cannot be blank."),
        ({"bounces": "postmark", "bounces_key": "short"}, "Key of Mailgun or Postmark must be"),
    ],
)
async def test_what_cannot_work_is_refused(
    browser: Browser, fields: dict[str, str], complaint: str
) -> None:
    answer = await set_up(browser, **fields)

    assert answer.status_code == 400
    assert complaint in text_of(answer)


async def test_the_server_of_the_settings_is_shown_as_the_last(browser: Browser) -> None:
    assert "asked when those above fail" not in text_of(await browser.open("/providers"))

    await set_up(browser)
    await set_up(browser, name="Reserve")

    page = text_of(await browser.open("/providers"))
    assert "E-mail (Mail server of the settings: asked when those above fail)" in page
    assert page.count("asked when those above fail") == 1
    assert page.rindex("Spare") < page.rindex("Reserve")


async def test_a_password_follows_no_move_to_another_host(browser: Browser, night: Night) -> None:
    await set_up(browser)
    [known] = await providers.find(night.house)
    path = f"/providers/{known.provider.id}"

    form = FORM | {"host": "smtp.example.org", "password": ""}
    answer = await browser.send(await browser.open(f"{path}/edit"), path, **form)

    assert answer.status_code == 400
    assert "Server leads to another host: Password must be typed again" in text_of(answer)
