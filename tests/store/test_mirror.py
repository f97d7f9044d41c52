"""Mirrors: the present state of a table, without reading all of it each time."""

from datetime import UTC, datetime

from msgspec.structs import replace

from tocsin.domain.people.user import User
from tocsin.kit.ids import new_id
from tocsin.store.database import Database
from tocsin.store.mirror import Mirror
from tocsin.store.people.users import USERS

NOON = datetime(2026, 11, 21, 12, tzinfo=UTC)


def _user(name: str) -> User:
    email = f"{name.lower()}@example.com"
    return User(id=new_id(), name=name, email=email, created_at=NOON)


async def _look(database: Database, mirror: Mirror[User]) -> dict[str, User]:
    async with database.read() as tx:
        return await mirror.read(tx)


async def test_a_mirror_shows_what_is_new_changed_and_gone(database: Database) -> None:
    mirror = Mirror(USERS)
    anna, ben, cleo = _user("Anna"), _user("Ben"), _user("Cleo")
    async with database.begin() as tx:
        await USERS.insert(tx, anna)
        await USERS.insert(tx, ben)

    before = await _look(database, mirror)
    async with database.begin() as tx:
        await USERS.update(tx, replace(anna, name="Ann"))
        await USERS.delete(tx, ben.id)
        await USERS.insert(tx, cleo)
    after = await _look(database, mirror)

    assert before == {anna.id: anna, ben.id: ben}
    assert after == {anna.id: replace(anna, name="Ann"), cleo.id: cleo}


async def test_a_mirror_keeps_what_stayed_the_same(database: Database) -> None:
    mirror, anna = Mirror(USERS), _user("Anna")
    async with database.begin() as tx:
        await USERS.insert(tx, anna)

    first = await _look(database, mirror)
    async with database.begin() as tx:
        await USERS.insert(tx, _user("Ben"))
    second = await _look(database, mirror)

    assert second[anna.id] is first[anna.id]


async def test_each_transaction_sees_its_own_moment_in_the_mirror(database: Database) -> None:
    mirror, anna = Mirror(USERS), _user("Anna")
    async with database.begin() as tx:
        await USERS.insert(tx, anna)

    async with database.read() as earlier:
        await mirror.read(earlier)
        async with database.begin() as tx:
            await USERS.update(tx, replace(anna, name="Ann"))
        later = await _look(database, mirror)
        still = await mirror.read(earlier)

    assert (later[anna.id].name, still[anna.id].name) == ("Ann", "Anna")


async def test_only_the_rows_that_are_wanted_are_shown(database: Database) -> None:
    mirror, anna = Mirror(USERS), _user("Anna")
    async with database.begin() as tx:
        await USERS.insert(tx, anna)
        await USERS.insert(tx, _user("Ben"))

    async with database.read() as tx:
        found = await mirror.read(tx, USERS.c.name == "Anna")

    assert found == {anna.id: anna}
