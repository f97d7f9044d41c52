"""Passwords: who may choose one, what ends with the old one, and what a stranger learns."""

import asyncio
import time

import pytest
import sqlalchemy as sa

from tests.night import Night
from tests.post import Post, link_in
from tocsin.auth.attempts import Attempts
from tocsin.auth.passwords import is_password
from tocsin.auth.principal import Principal
from tocsin.domain.people.session import Origin
from tocsin.domain.people.user import User
from tocsin.store import tables
from tocsin.store.people import users
from tocsin.usecases.errors import Forbidden, Invalid, NotFound
from tocsin.usecases.people import passwords, sessions, tickets
from tocsin.usecases.people.passwords import EVENLY
from tocsin.usecases.people.sessions import Credentials, TooSoon
from tocsin.usecases.people.tickets import LinkOver

GOOD = "a long pass phrase"
HOME = Origin("192.0.2.1", "Firefox")
AWAY = Origin("198.51.100.9", "Chrome")


@pytest.fixture
def attempts() -> Attempts:
    return Attempts()


async def ask(night: Night, attempts: Attempts, email: str = "ben@example.com") -> None:
    await passwords.ask(night.house, attempts, email, HOME, night.now)


async def choose(night: Night, token: str, password: str = GOOD) -> str:
    return await passwords.choose(
        night.house, "reset", token, password=password, origin=HOME, now=night.now
    )


async def fits(night: Night, user: User, password: str) -> bool:
    async with night.database.read() as tx:
        return await is_password(password, await users.password_hash(tx, user.id))


async def token_for_ben(night: Night) -> str:
    """Return the token of a link that Ann hands over, because no mail can be sent."""
    by = Principal(key_id="", user=night.team.ann)
    sent = await passwords.offer(night.house, night.team.ben.id, by, night.now)
    assert sent.link is not None
    assert sent.link not in repr(sent)
    return sent.link.rpartition("/")[2]


async def session_of(night: Night, user: User, password: str, origin: Origin) -> Principal:
    given = Credentials(email=user.email, password=password, origin=origin)
    token = await sessions.sign_in(night.house, Attempts(), given, night.now)
    principal = await sessions.recognise(night.house, token, night.now)
    assert principal is not None
    return principal


async def test_whoever_asks_gets_a_link_and_chooses_a_password(
    night: Night, post: Post, attempts: Attempts
) -> None:
    await ask(night, attempts, " BEN@example.com ")
    [mail] = await post.come()
    session = await choose(night, link_in(mail).rpartition("/")[2])

    principal = await sessions.recognise(night.house, session, night.now)
    assert principal is not None
    assert principal.user == night.team.ben
    assert await fits(night, night.team.ben, GOOD)
    [told] = await post.come()
    assert told["Subject"] == "[Tocsin] Your password was changed"
    assert "from the address 192.0.2.1" in told.text


@pytest.mark.parametrize("email", ["nobody@example.com", "", "bad\x00@example.com"])
async def test_nobody_is_written_to_whom_nobody_knows(
    night: Night, post: Post, attempts: Attempts, email: str
) -> None:
    await ask(night, attempts, email)

    assert await post.come() == []


async def test_the_time_of_the_answer_does_not_tell_who_is_known(
    night: Night, post: Post, attempts: Attempts
) -> None:
    for email in ("ben@example.com", "nobody@example.com"):
        begun = time.monotonic()
        await ask(night, attempts, email)
        assert time.monotonic() - begun >= EVENLY - 0.01


async def test_nobody_is_sent_more_than_three_links_in_an_hour(
    night: Night, post: Post, attempts: Attempts
) -> None:
    for _ in range(4):
        await ask(night, attempts)
    assert len(await post.come()) == 3

    night.passes(hours=1)
    await ask(night, attempts)
    assert len(await post.come()) == 1


async def test_whoever_asks_again_and_again_waits(
    night: Night, post: Post, attempts: Attempts
) -> None:
    for _ in range(5):
        await ask(night, attempts)

    with pytest.raises(TooSoon, match=r"several times. Try again in 3 seconds"):
        await ask(night, attempts)
    given = Credentials(email="ben@example.com", password="x", origin=HOME)
    with pytest.raises(sessions.NotKnown):
        await sessions.sign_in(night.house, attempts, given, night.now)


async def test_a_link_works_once_also_for_two_at_the_same_moment(night: Night) -> None:
    token = await token_for_ben(night)
    answers = await asyncio.gather(
        *(choose(night, token) for _ in range(3)), return_exceptions=True
    )

    assert [type(answer) for answer in answers].count(LinkOver) == 2
    with pytest.raises(LinkOver, match="used already"):
        await choose(night, token)


async def test_a_link_is_too_old_after_an_hour(night: Night) -> None:
    token = await token_for_ben(night)
    night.passes(minutes=59, seconds=59)
    assert await tickets.holder(night.house, "reset", token, night.now) == night.team.ben
    night.passes(seconds=1)

    with pytest.raises(LinkOver):
        await choose(night, token)


async def test_a_link_of_one_kind_opens_nothing_else(night: Night) -> None:
    token = await token_for_ben(night)

    with pytest.raises(LinkOver):
        await tickets.holder(night.house, "invitation", token, night.now)


@pytest.mark.parametrize("password", ["eleven char", "x" * 1025, ""])
async def test_a_password_has_a_length_and_no_other_rule(night: Night, password: str) -> None:
    token = await token_for_ben(night)

    with pytest.raises(Invalid) as no:
        await choose(night, token, password)
    assert no.value.sentences == ("Password must have 12 to 1024 characters.",)
    await choose(night, token, "aaaaaaaaaaaa")


async def test_with_the_old_password_all_its_sessions_and_links_end(night: Night) -> None:
    token, other = await token_for_ben(night), await token_for_ben(night)
    first = await choose(night, token)

    with pytest.raises(LinkOver):
        await choose(night, other)
    await choose(night, await token_for_ben(night), "another long one")
    assert await sessions.recognise(night.house, first, night.now) is None


async def test_a_house_without_a_mail_server_plans_no_letter(night: Night) -> None:
    await choose(night, await token_for_ben(night))

    assert await night.work("letter") == []


async def test_only_an_owner_sends_a_link_to_an_owner(night: Night) -> None:
    ben = Principal(key_id="", user=night.team.ben)

    with pytest.raises(Forbidden, match="Only an owner"):
        await passwords.offer(night.house, night.team.ann.id, ben, night.now)


async def test_whoever_knows_the_present_password_changes_it_and_begins_anew(
    night: Night, post: Post, attempts: Attempts
) -> None:
    ben = night.team.ben
    async with night.database.begin() as tx:
        await passwords.put(tx, "BEN@example.com", GOOD)
    here, there = [await session_of(night, ben, GOOD, origin) for origin in (HOME, AWAY)]

    token = await passwords.change(
        night.house,
        attempts,
        here,
        present=GOOD,
        new="an even longer phrase",
        origin=HOME,
        now=night.now,
    )

    [left] = await sessions.find(night.house, ben.id, night.now)
    fresh = await sessions.recognise(night.house, token, night.now)
    assert fresh is not None
    assert fresh.key_id == left.id
    assert left.id not in {here.key_id, there.key_id}
    assert await fits(night, ben, "an even longer phrase")
    assert len(await post.come()) == 1


async def test_guessing_the_present_password_takes_longer_and_longer(
    night: Night, attempts: Attempts
) -> None:
    async with night.database.begin() as tx:
        await passwords.put(tx, "ben@example.com", GOOD)
    here = await session_of(night, night.team.ben, GOOD, HOME)

    async def guess() -> None:
        await passwords.change(
            night.house, attempts, here, present="?", new=GOOD * 2, origin=HOME, now=night.now
        )

    for _ in range(5):
        with pytest.raises(Invalid, match="Present password is not this one"):
            await guess()
    with pytest.raises(TooSoon):
        await guess()
    assert await fits(night, night.team.ben, GOOD)


async def test_a_key_of_the_account_has_no_password_to_change(
    night: Night, attempts: Attempts
) -> None:
    with pytest.raises(Forbidden):
        await passwords.change(
            night.house,
            attempts,
            Principal(key_id=""),
            present="",
            new=GOOD,
            origin=HOME,
            now=night.now,
        )


async def test_the_machine_sets_nobodys_password(night: Night) -> None:
    async with night.database.begin() as tx:
        with pytest.raises(NotFound):
            await passwords.put(tx, "nobody@example.com", GOOD)


async def test_links_are_kept_as_hashes(night: Night) -> None:
    token = await token_for_ben(night)

    async with night.database.read() as tx:
        [ticket] = (await tx.execute(sa.select(tables.tickets))).all()
    assert len(ticket.token_hash) == 32
    assert token not in str(ticket)
