"""Checks of providers: the other side is asked after saving, and what it says is told."""

import re
from typing import Final

import pytest
import sqlalchemy as sa
from msgspec.structs import replace
from starlette.types import ASGIApp

from tests.night import Night
from tests.web.conftest import Browser, Resident, Visitor, text_of
from tocsin.domain.reaching.channel import Checked
from tocsin.domain.reaching.provider import Provider
from tocsin.kit.ids import new_id
from tocsin.store.reaching.reach_tables import messages
from tocsin.web.app import web_app
from tocsin.web.hub import Live

NEW: Final = "/providers/new/telegram"
FORM: Final = {
    "name": "Bot",
    "token": "123456:ABC",
    "updates": "poll",
    "base_url": "https://api.telegram.org",
}
KNOWN: Final = Checked(ok=True, sentence="Telegram knows the bot as @tocsin_bot.")
REFUSED: Final = Checked(
    ok=False, sentence="Telegram refuses the token: HTTP 401 Unauthorized.", is_refused=True
)
SILENT: Final = Checked(ok=False, sentence="Telegram cannot be asked: no answer.")


class FarSide:
    """Answers as it is told, and keeps the tokens that it was asked with."""

    def __init__(self) -> None:
        self.answer: Checked | None = KNOWN
        self.asked: list[str] = []

    async def check(self, provider: Provider) -> Checked | None:
        """Answer."""
        self.asked.append(provider.settings["token"])
        return self.answer


@pytest.fixture
def far() -> FarSide:
    return FarSide()


@pytest.fixture
def app(night: Night, far: FarSide) -> ASGIApp:
    night.house = replace(night.house, check=far.check)
    return web_app(night.house, Live(night.house), night.take)


@pytest.fixture
async def browser(visitor: Visitor, resident: Resident) -> Browser:
    """Give the browser of an administrator."""
    return await visitor(await resident("Olga", role="owner"))


async def saved(browser: Browser, form: str = NEW, to: str = NEW) -> tuple[str, str]:
    """Send the form; return where it led, and what is read there."""
    answer = await browser.send(await browser.open(form), to, **FORM)
    assert answer.is_redirect, text_of(answer)
    path = re.sub(r"\?.*", "", answer.headers["location"])
    return path, text_of(await browser.open(answer.headers["location"]))


async def checked_now(browser: Browser, path: str) -> str:
    answer = await browser.send(await browser.open(path), f"{path}/check")
    return text_of(await browser.open(answer.headers["location"]))


async def test_who_is_known_is_told_after_saving(browser: Browser, far: FarSide) -> None:
    path, said = await saved(browser)

    assert "Bot was set up. Telegram knows the bot as @tocsin_bot." in said
    assert "State Not tried" in said
    _, said = await saved(browser, f"{path}/edit", path)
    assert "The provider was changed. Telegram knows the bot as @tocsin_bot." in said
    assert far.asked == ["123456:ABC", "123456:ABC"]


async def test_a_refusal_is_told_and_stands_until_a_check_succeeds(
    browser: Browser, far: FarSide, night: Night
) -> None:
    far.answer = REFUSED

    path, said = await saved(browser)

    assert (
        "Telegram refuses the token: HTTP 401 Unauthorized."
        " It was saved; correct it before the night." in said
    )
    for page in (path, "/providers"):
        assert "Refused" in text_of(await browser.open(page))
    assert REFUSED.sentence in text_of(await browser.open(path))

    far.answer = SILENT
    said = await checked_now(browser, path)
    assert "Telegram cannot be asked: no answer." in said
    assert "It was saved" not in said
    assert "State Refused" in said

    far.answer = KNOWN
    said = await checked_now(browser, path)
    assert KNOWN.sentence in said
    assert "Refused" not in said


async def test_a_message_that_was_taken_shows_that_a_refusal_is_over(
    browser: Browser, far: FarSide, night: Night
) -> None:
    far.answer = REFUSED
    path, _ = await saved(browser)

    await night.sql(
        sa.insert(messages).values(
            id=new_id("Q"), at=night.passes(minutes=1), kind="page", channel="telegram",
            user_id="P1", address="1", body={}, receipt="accepted",
            provider_id=path.removeprefix("/providers/"),
        )
    )  # fmt: skip

    assert "State Working" in text_of(await browser.open(path))


async def test_who_cannot_be_asked_for_now_is_saved(browser: Browser, far: FarSide) -> None:
    far.answer = SILENT

    path, said = await saved(browser)

    assert "Telegram cannot be asked: no answer. It was saved; check it again later." in said
    assert "State Not tried" in text_of(await browser.open(path))


async def test_where_nothing_can_be_asked_a_test_message_is_advised(
    browser: Browser, far: FarSide
) -> None:
    far.answer = None

    path, said = await saved(browser)

    sentence = "Not tried: send a test message to one of your contact methods."
    assert f"Bot was set up. {sentence}" in said
    assert sentence in await checked_now(browser, path)


async def test_the_button_is_there_where_it_can_help(browser: Browser) -> None:
    _, said = await saved(browser)
    assert "Check now" in said

    form = {"name": "Pushes", "base_url": "https://api.pushover.net", "token": "a" * 30}
    answer = await browser.send(
        await browser.open("/providers/new/pushover"), "/providers/new/pushover", **form
    )

    assert "Check now" not in text_of(await browser.open(answer.headers["location"]))


async def test_only_administrators_check(
    browser: Browser, visitor: Visitor, resident: Resident, far: FarSide
) -> None:
    path, _ = await saved(browser)
    other = await visitor(await resident("Una", role="user"))

    answer = await other.send(await other.open("/incidents"), f"{path}/check")

    assert answer.status_code == 403
    assert len(far.asked) == 1
