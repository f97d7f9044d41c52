"""Login addresses: what ends and who is told when one changes, and whose nobody else changes."""

import pytest

from tests.night import Night
from tests.post import Post
from tocsin.auth.principal import Principal
from tocsin.domain.people.user import User
from tocsin.usecases.errors import Forbidden
from tocsin.usecases.people import invitations, tickets, users
from tocsin.usecases.people.tickets import LinkOver
from tocsin.usecases.people.users import Wish

NEW = "elsewhere@example.com"


async def move(night: Night, user: User, by: User | None, email: str = NEW) -> User:
    """Let somebody give a user another address; without somebody, a key of the account."""
    principal = Principal(key_id="", user=by)
    wish = Wish(email=email)
    return (await users.change(night.house, user.id, wish, principal, night.now)).user


async def test_whoever_reads_the_old_address_is_told(night: Night, post: Post) -> None:
    await move(night, night.team.ben, night.team.ann)

    [mail] = await post.come()
    assert mail.envelope_to == "ben@example.com"
    assert mail["Subject"] == "[Tocsin] You sign in with another address now"
    assert "Ann has changed the e-mail address of ben@example.com" in mail.text
    assert f"to {NEW}." in mail.text


async def test_nobody_is_told_of_another_capital_letter_or_name(night: Night, post: Post) -> None:
    await move(night, night.team.ben, None, "BEN@example.com")

    assert await post.come() == []


async def test_an_invitation_to_a_mistyped_address_leads_nowhere_once_it_is_mended(
    night: Night,
) -> None:
    by = Principal(key_id="", user=night.team.ann)
    wish = Wish(name="Dora", email="stranger@example.com")
    sent = await invitations.invite(night.house, wish, by, night.now)
    assert sent.link
    await move(night, sent.user, night.team.ann)

    with pytest.raises(LinkOver):
        token = sent.link.rpartition("/")[2]
        await tickets.holder(night.house, "invitation", token, night.now)
    assert await night.work("letter") == []


async def test_only_an_owner_moves_an_owner(night: Night) -> None:
    ann, ben = night.team.ann, night.team.ben

    with pytest.raises(Forbidden, match="Only an owner can change the e-mail address"):
        await move(night, ann, ben)
    assert (await move(night, ann, ann)).email == NEW
    assert (await move(night, ann, None, "ann@example.com")).email == "ann@example.com"
