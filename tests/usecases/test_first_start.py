"""The first start: an owner who can be paged, a key that works, a secret that stays the same."""

import asyncio

import pytest
from msgspec.structs import replace
from sqlalchemy import select

from tests.team import NOON
from tocsin.auth.attempts import Attempts
from tocsin.auth.keys import identify
from tocsin.auth.passwords import is_password
from tocsin.config import read_settings
from tocsin.domain.people.session import Origin
from tocsin.kit.sealing import Sealer, SealingError
from tocsin.store import tables
from tocsin.store.database import Database
from tocsin.store.duty.escalation_policies import POLICIES
from tocsin.usecases.directory import Directory
from tocsin.usecases.errors import Conflict, Invalid
from tocsin.usecases.first_start import Owner, claim, code_of, is_unclaimed, recognise, set_up
from tocsin.usecases.house import House
from tocsin.usecases.people import sessions
from tocsin.usecases.people.sessions import TooSoon

TOKEN = "an-account-key-12345"
ANN = Owner(email="ann@example.com", password="a long pass phrase", name="Ann")


@pytest.fixture
def house(database: Database) -> House:
    return house_with(database, "a secret of thirty-two characters")


def house_with(database: Database, secret: str) -> House:
    return House(
        database=database,
        settings=read_settings({}),
        sealer=Sealer(secret),
        directory=Directory(),
    )


async def test_the_owner_can_sign_in_and_is_on_the_default_policy(house: House) -> None:
    owner = await set_up(house, owner=ANN, token=None, now=NOON)

    async with house.database.read() as tx:
        stored = (await tx.execute(select(tables.users.c.password_hash))).scalar_one()
        [policy] = await POLICIES.select(tx)
    assert owner is not None
    assert await is_password("a long pass phrase", stored)
    assert policy.rules[0].targets[0].id == owner.id


async def test_the_given_token_is_a_key_of_the_account_and_is_made_once(house: House) -> None:
    for _ in range(2):
        await set_up(house, owner=None, token=TOKEN, now=NOON)

    async with house.database.begin() as tx:
        principal = await identify(tx, f"Token token={TOKEN}", NOON)
        keys = (await tx.execute(select(tables.api_keys.c.id))).all()
    assert principal is not None
    assert (principal.power, len(keys)) == ("administer", 1)


async def test_an_installation_with_users_is_given_no_other_owner(house: House) -> None:
    await set_up(house, owner=ANN, token=None, now=NOON)
    other = Owner(email="ben@example.com")

    assert await set_up(house, owner=other, token=None, now=NOON) is None


async def test_a_node_with_another_secret_is_turned_away(database: Database) -> None:
    await recognise(house_with(database, "a secret of thirty-two characters"))
    await recognise(house_with(database, "a secret of thirty-two characters"))

    with pytest.raises(SealingError, match="TOCSIN_SECRET_KEY"):
        await recognise(house_with(database, "another secret of thirty-two chars"))


async def claimed(house: House, *, code: str | None = None, owner: Owner = ANN) -> str:
    return await claim(
        house,
        Attempts(),
        owner,
        code=code_of(house.sealer) if code is None else code,
        origin=Origin("192.0.2.1", "Firefox"),
        now=NOON,
    )


async def test_whoever_has_the_code_owns_the_house_and_is_signed_in(house: House) -> None:
    assert await is_unclaimed(house)
    zoned = replace(ANN, time_zone="Asia/Tokyo")

    token = await claimed(house, owner=zoned)

    principal = await sessions.recognise(house, token, NOON)
    assert principal is not None
    assert principal.user is not None
    assert (principal.user.role, principal.user.time_zone) == ("owner", "Asia/Tokyo")
    assert not await is_unclaimed(house)
    async with house.database.read() as tx:
        assert len(await POLICIES.select(tx)) == 1


async def test_a_stranger_without_the_code_does_not(house: House) -> None:
    other = code_of(Sealer("another secret of thirty-two chars"))
    for code in ("", "AAAA-BBBB-CCCC", other, code_of(house.sealer)[:-1]):
        with pytest.raises(Invalid, match="Set-up code"):
            await claimed(house, code=code)

    assert await is_unclaimed(house)


async def test_the_code_is_read_however_it_is_written(house: House) -> None:
    await claimed(house, code=f" {code_of(house.sealer).lower().replace('-', ' ')} ")

    assert not await is_unclaimed(house)


async def test_guessing_the_code_takes_longer_and_longer(house: House) -> None:
    attempts, origin = Attempts(), Origin("192.0.2.1")
    for _ in range(5):
        with pytest.raises(Invalid):
            await claim(house, attempts, ANN, code="x", origin=origin, now=NOON)

    with pytest.raises(TooSoon):
        await claim(house, attempts, ANN, code="x", origin=origin, now=NOON)


async def test_everything_that_is_wrong_is_told_at_once(house: House) -> None:
    with pytest.raises(Invalid) as no:
        await claimed(house, owner=Owner(email="ann", password="short", name=""))

    told = " ".join(no.value.sentences)
    for word in ("Name cannot be blank.", "Email must", "Password must have 12"):
        assert word in told


async def test_the_first_one_owns_it_however_many_claim_it_at_once(house: House) -> None:
    owners = [replace(ANN, email=f"ann{n}@example.com") for n in range(4)]
    answers = await asyncio.gather(
        *(claimed(house, owner=owner) for owner in owners), return_exceptions=True
    )

    assert [type(answer) for answer in answers].count(Conflict) == 3
    with pytest.raises(Conflict, match="owns this installation already"):
        await claimed(house)


async def test_two_nodes_that_start_at_once_make_one_owner(house: House) -> None:
    made = await asyncio.gather(*(set_up(house, owner=ANN, token=None, now=NOON) for _ in range(3)))

    assert [owner is None for owner in made].count(False) == 1


def test_no_log_shows_a_password() -> None:
    assert "phrase" not in repr(ANN)
