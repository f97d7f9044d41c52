"""Invitations as people meet them: a letter, a link, a first page that is theirs."""

import msgspec

from tests.night import Night
from tests.post import Post, link_in
from tests.web.conftest import Browser, Resident, Visitor, text_of
from tocsin.auth.principal import Principal
from tocsin.domain.people.user import User
from tocsin.usecases.people import invitations
from tocsin.usecases.people.users import Wish

NEW = "four words nobody joins"


async def invite(night: Night, name: str = "Dora") -> User:
    """Let Ann invite somebody."""
    wish = Wish(name=name, email="dora@example.com")
    by = Principal(key_id="", user=night.team.ann)
    return (await invitations.invite(night.house, wish, by, night.now)).user


async def test_whoever_is_invited_chooses_a_password_and_is_in(
    post: Post, night: Night, visitor: Visitor
) -> None:
    dora = await invite(night)
    [mail] = await post.come()
    browser = await visitor()
    page = await browser.open(link_in(mail))
    assert "Welcome, Dora" in text_of(page)

    answer = await browser.send(page, link_in(mail), password=NEW)

    assert answer.headers["location"] == f"/users/{dora.id}"
    assert (await browser.open("/incidents")).status_code == 200
    assert (await (await visitor()).sign_in(dora, NEW)).status_code == 303


async def test_a_link_that_was_used_says_to_sign_in(
    post: Post, night: Night, visitor: Visitor
) -> None:
    await invite(night)
    [mail] = await post.come()
    browser = await visitor()
    await browser.send(await browser.open(link_in(mail)), link_in(mail), password=NEW)

    page = await (await visitor()).open(link_in(mail))

    assert page.status_code == 410
    assert "If you have used it before, sign in" in text_of(page)


async def test_looking_at_a_link_uses_nothing_up(
    post: Post, night: Night, visitor: Visitor
) -> None:
    await invite(night)
    [mail] = await post.come()

    for _ in range(3):
        assert (await (await visitor()).open(link_in(mail))).status_code == 200


async def test_an_administrator_invites_again(
    post: Post, night: Night, visitor: Visitor, resident: Resident
) -> None:
    dora = await invite(night)
    [first] = await post.come()
    admin = await visitor(await resident("Olga", role="admin"))

    answer = await admin.send(await admin.open("/account/password"), f"/users/{dora.id}/invite")

    assert answer.headers["location"] == f"/users/{dora.id}"
    [second] = await post.come()
    assert (await (await visitor()).open(link_in(first))).status_code == 410
    assert (await (await visitor()).open(link_in(second))).status_code == 200


async def test_a_name_with_a_script_in_it_is_text(
    post: Post, night: Night, visitor: Visitor
) -> None:
    await invite(night, "<script>alert(1)</script>")
    [mail] = await post.come()
    page = await (await visitor()).open(link_in(mail))

    assert "<script>alert" not in page.text + mail.html
    assert "Welcome, <script>alert(1)</script>" in text_of(page)


async def test_somebody_who_is_signed_in_as_another_becomes_who_they_were_invited_as(
    post: Post, night: Night, browser: Browser
) -> None:
    await invite(night)
    [mail] = await post.come()
    await browser.send(await browser.open(link_in(mail)), link_in(mail), password=NEW)

    assert "dora@example.com" in (await browser.open("/account/password")).text


async def test_a_letter_of_a_house_that_lost_its_mail_server_is_handed_over(
    night: Night, visitor: Visitor, resident: Resident
) -> None:
    night.house = msgspec.structs.replace(night.house, channels=frozenset())
    dora = await invite(night)
    admin = await visitor(await resident("Olga", role="admin"))

    shown = await admin.send(await admin.open("/account/password"), f"/users/{dora.id}/invite")

    assert "With this link, Dora chooses a password for dora@example.com." in text_of(shown)
    assert "/invitation/" in shown.text
