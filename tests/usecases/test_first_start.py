"""The first start: an owner who can be paged, a key that works, a secret that stays the same."""

import pytest
from sqlalchemy import select

from tests.team import NOON
from tocsin.auth.keys import identify
from tocsin.auth.passwords import is_password
from tocsin.config import read_settings
from tocsin.kit.sealing import Sealer, SealingError
from tocsin.store import tables
from tocsin.store.database import Database
from tocsin.store.escalation_policies import POLICIES
from tocsin.usecases.directory import Directory
from tocsin.usecases.first_start import Owner, recognise, set_up
from tocsin.usecases.house import House

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
