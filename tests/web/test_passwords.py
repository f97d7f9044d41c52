"""Forgotten and changed passwords, as people meet them: letters, links, and what they say."""

import pytest

from tests.night import Night
from tests.post import Post, link_in
from tests.web.conftest import PASSWORD, Browser, Resident, Visitor, text_of
from tocsin.domain.people.user import User

NEW = "four words nobody joins"
SENT = "If somebody here has this address, a link for a new password is on its way to it."


@pytest.fixture
async def letters(post: Post) -> Post:
    """Give the house a mail server before its pages are made."""
    return post


async def ask(visitor: Visitor, email: str) -> str:
    browser = await visitor()
    page = await browser.open("/password/forgotten")
    answer = await browser.send(page, "/password/forgotten", email=email)
    return text_of(await browser.open(answer.headers["location"]))


async def test_a_forgotten_password_is_replaced_by_a_link_in_a_letter(
    letters: Post, visitor: Visitor, carol: User
) -> None:
    old = await visitor(carol)
    assert SENT in await ask(visitor, carol.email)
    [mail] = await letters.come()
    browser = await visitor()
    page = await browser.open(link_in(mail))
    assert carol.email in page.text

    answer = await browser.send(page, link_in(mail), password=NEW)

    after = await browser.open(answer.headers["location"])
    assert "Your password was changed, and you are signed in only here." in text_of(after)
    assert (await old.open("/incidents")).status_code == 303
    assert (await (await visitor()).sign_in(carol)).status_code == 401
    assert (await (await visitor()).sign_in(carol, NEW)).status_code == 303
    [told] = await letters.come()
    assert told["Subject"] == "[Tocsin] Your password was changed"


async def test_a_stranger_learns_nothing_by_asking(
    letters: Post, visitor: Visitor, carol: User
) -> None:
    assert await ask(visitor, "nobody@example.com") == await ask(visitor, carol.email)


async def test_whoever_asks_again_and_again_is_told_to_wait(
    letters: Post, visitor: Visitor, carol: User
) -> None:
    for _ in range(5):
        await ask(visitor, carol.email)
    browser = await visitor()
    page = await browser.open("/password/forgotten")
    answer = await browser.send(page, "/password/forgotten", email=carol.email)

    assert answer.status_code == 429
    assert "Try again in" in text_of(answer)
    assert carol.email in answer.text


async def test_a_used_link_and_an_old_one_say_what_to_do(
    letters: Post, visitor: Visitor, carol: User, night: Night
) -> None:
    for _ in range(2):
        await ask(visitor, carol.email)
    used, replaced = [link_in(mail) for mail in await letters.come()]
    browser = await visitor()
    await browser.send(await browser.open(used), used, password=NEW)
    await ask(visitor, carol.email)
    [_, mail] = await letters.come()
    night.passes(minutes=60)

    for link in (used, replaced, link_in(mail), "/password/reset/1", "/invitation/" + "0" * 64):
        stranger = await visitor()
        page = await stranger.open(link)
        assert page.status_code == 410
        assert "This link leads nowhere now" in text_of(page)
    door = await (await visitor()).open("/login")
    late = await visitor()
    late.http.cookies.update(door.cookies)
    assert (await late.send(door, used, password=NEW)).status_code == 410


async def test_a_password_that_is_too_short_is_told_beside_its_field(
    letters: Post, visitor: Visitor, carol: User
) -> None:
    await ask(visitor, carol.email)
    [mail] = await letters.come()
    browser = await visitor()
    answer = await browser.send(
        await browser.open(link_in(mail)), link_in(mail), password="eleven char"
    )

    assert answer.status_code == 400
    assert 'id="password-fault">Password must have 12 to 1024 characters.' in answer.text
    assert (await browser.open(link_in(mail))).status_code == 200


async def test_the_address_of_a_link_is_told_to_nobody(
    letters: Post,
    visitor: Visitor,
    carol: User,
    capsys: pytest.CaptureFixture[str],
    caplog: pytest.LogCaptureFixture,
) -> None:
    await ask(visitor, carol.email)
    [mail] = await letters.come()
    link = link_in(mail)
    browser = await visitor()
    page = await browser.open(link)
    await browser.send(page, link, password=NEW)

    assert page.headers["referrer-policy"] == "no-referrer"
    assert page.headers["cache-control"] == "no-store"
    out = "".join(capsys.readouterr()) + caplog.text  # wherever the log of this session goes
    assert "password.chosen" in out
    assert link.rpartition("/")[2] not in out
    assert NEW not in out


async def test_without_a_mail_server_the_page_says_whom_to_ask(visitor: Visitor) -> None:
    page = await (await visitor()).open("/password/forgotten")

    assert "This installation sends no e-mail." in text_of(page)
    assert "<form" not in page.text


async def test_ones_own_password_is_changed_by_whoever_knows_it(
    browser: Browser, visitor: Visitor, carol: User
) -> None:
    other, thief = await visitor(carol), await visitor()
    thief.http.cookies.update(browser.http.cookies)
    page = await browser.open("/account/password")

    wrong = await browser.send(page, "/account/password", present="guess", password=NEW)
    assert wrong.status_code == 400
    assert 'id="present-fault">Present password is not this one.' in wrong.text
    short = await browser.send(page, "/account/password", present=PASSWORD, password="short")
    assert 'id="password-fault">New password must have 12 to 1024 characters.' in short.text

    answer = await browser.send(page, "/account/password", present=PASSWORD, password=NEW)

    assert answer.headers["location"] == "/account/sessions"
    said = text_of(await browser.open("/account/sessions"))
    assert "Your password was changed, and you are signed in only here." in said
    assert (await other.open("/incidents")).status_code == 303
    assert (await thief.open("/incidents")).status_code == 303


async def test_an_administrator_hands_a_link_over_where_no_letter_can_go(
    visitor: Visitor, resident: Resident, carol: User
) -> None:
    admin = await visitor(await resident("Olga", role="admin"))
    page = await admin.open("/account/password")

    shown = await admin.send(page, f"/users/{carol.id}/reset_password")

    assert "This installation sends no e-mail, so nobody has told Carol yet." in text_of(shown)
    assert shown.headers["referrer-policy"] == "no-referrer"
    link = shown.text.partition('id="key">')[2].partition("<")[0]
    path = link.removeprefix("https://oncall.example.com")
    browser = await visitor()
    answer = await browser.send(await browser.open(path), path, password=NEW)
    assert answer.status_code == 303


async def test_an_administrator_sends_a_link_where_letters_go(
    letters: Post, visitor: Visitor, resident: Resident, carol: User
) -> None:
    admin = await visitor(await resident("Olga", role="admin"))
    page = await admin.open("/account/password")

    answer = await admin.send(page, f"/users/{carol.id}/reset_password")

    assert answer.headers["location"] == f"/users/{carol.id}"
    [mail] = await letters.come()
    assert mail.envelope_to == carol.email
