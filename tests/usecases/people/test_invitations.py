"""Invitations: somebody is added, follows a link, and is one of the team."""

import pytest

from tests.night import URL, Night
from tests.post import Post, link_in
from tocsin.auth.principal import Principal
from tocsin.domain.people.session import Origin
from tocsin.usecases.errors import Forbidden, Invalid
from tocsin.usecases.people import invitations, passwords, sessions, tickets, users
from tocsin.usecases.people.tickets import LinkOver, Sent
from tocsin.usecases.people.users import Wish

CAROL = Wish(name="Carol", email="carol@example.com", role="observer", time_zone="Asia/Tokyo")
GOOD = "a long pass phrase"


async def invite(night: Night, wish: Wish = CAROL) -> Sent:
    by = Principal(key_id="", user=night.team.ann)
    return await invitations.invite(night.house, wish, by, night.now)


async def invite_again(night: Night, sent: Sent) -> Sent:
    by = Principal(key_id="", user=night.team.ann)
    return await invitations.invite_again(night.house, sent.user.id, by, night.now)


async def accept(night: Night, token: str) -> str:
    return await passwords.choose(
        night.house, "invitation", token, password=GOOD, origin=Origin(), now=night.now
    )


async def standing(night: Night, sent: Sent) -> str:
    return (await invitations.standings(night.house, [sent.user.id], night.now))[sent.user.id]


async def test_somebody_is_invited_by_letter_and_comes_in(night: Night, post: Post) -> None:
    sent = await invite(night)
    assert sent.link is None
    assert await standing(night, sent) == "invited"

    [mail] = await post.come()
    session = await accept(night, link_in(mail).rpartition("/")[2])

    assert mail["To"] == "Carol <carol@example.com>"
    assert mail["Subject"] == "[Tocsin] Ann invites you to Tocsin"
    assert "sign in with carol@example.com" in mail.text
    assert await standing(night, sent) == "joined"
    principal = await sessions.recognise(night.house, session, night.now)
    assert principal is not None
    assert principal.user is not None
    assert (principal.user.role, principal.user.invitation_sent) == ("observer", False)
    assert await post.come() == []


async def test_an_invited_person_can_be_paged_before_they_come(night: Night) -> None:
    sent = await invite(night)

    known = await users.get(night.house, sent.user.id)
    assert [method.address for method in known.methods] == ["carol@example.com"]
    assert known.user.invitation_sent


async def test_without_a_mail_server_the_link_is_handed_over(night: Night) -> None:
    sent = await invite(night)

    assert sent.link is not None
    assert sent.link.startswith(f"{URL}/invitation/")
    assert await night.work("letter") == []
    await accept(night, sent.link.rpartition("/")[2])


async def test_who_is_invited_again_follows_the_newest_link(night: Night) -> None:
    first = await invite(night)
    second = await invite_again(night, first)
    assert first.link
    assert second.link

    with pytest.raises(LinkOver):
        await accept(night, first.link.rpartition("/")[2])
    await accept(night, second.link.rpartition("/")[2])


async def test_an_invitation_is_too_old_after_a_week(night: Night) -> None:
    sent = await invite(night)
    assert sent.link
    token = sent.link.rpartition("/")[2]
    night.passes(days=6, hours=23)
    assert await tickets.holder(night.house, "invitation", token, night.now) == sent.user
    night.passes(hours=1)

    assert await standing(night, sent) == "expired"
    with pytest.raises(LinkOver):
        await accept(night, token)


async def test_whoever_has_a_password_is_not_invited_again(night: Night) -> None:
    sent = await invite(night)
    assert sent.link
    await accept(night, sent.link.rpartition("/")[2])

    with pytest.raises(Invalid, match="Carol has chosen a password already"):
        await invite_again(night, sent)


async def test_somebody_made_by_a_program_was_never_invited(night: Night) -> None:
    ben = night.team.ben
    assert await standing(night, Sent(user=ben)) == "absent"

    assert (await invite_again(night, Sent(user=ben))).link


async def test_an_address_is_invited_once(night: Night) -> None:
    with pytest.raises(Invalid, match="already been taken"):
        await invite(night, Wish(name="Ann", email="ANN@example.com"))
    assert await night.work("letter") == []


async def test_only_an_owner_lets_an_owner_in(night: Night) -> None:
    ben = Principal(key_id="", user=night.team.ben)

    with pytest.raises(Forbidden):
        await invitations.invite_again(night.house, night.team.ann.id, ben, night.now)
    with pytest.raises(Forbidden):
        wish = Wish(name="Eve", email="eve@example.com", role="owner")
        await invitations.invite(night.house, wish, ben, night.now)


async def test_a_key_of_the_account_invites_too(night: Night, post: Post) -> None:
    await invitations.invite(night.house, CAROL, Principal(key_id=""), night.now)

    [mail] = await post.come()
    assert mail["Subject"] == "[Tocsin] An administrator invites you to Tocsin"


async def test_whoever_becomes_an_owner_does_not_come_in_by_a_link_that_others_may_have(
    night: Night,
) -> None:
    sent = await invite(night)
    assert sent.link
    by = Principal(key_id="S1", user=night.team.ann)
    await users.change(night.house, sent.user.id, Wish(role="owner"), by, night.now)

    with pytest.raises(LinkOver):
        await accept(night, sent.link.rpartition("/")[2])
