"""Two transactions that wait for each other: the one that is undone begins anew."""

import asyncio

import pytest
import sqlalchemy as sa

from tocsin.store import tables
from tocsin.store.clashes import tried_again
from tocsin.store.database import Database
from tocsin.store.driver import driver

NAMES = ("first", "second")


@pytest.fixture
async def pair(database: Database) -> Database:
    """Give a database with two rows to wait for."""
    async with database.begin() as tx:
        values = [{"name": name, "value": 0} for name in NAMES]
        await tx.execute(sa.insert(tables.settings), values)
    return database


async def _raise_both(database: Database, names: tuple[str, ...], *, raw: bool) -> None:
    """Raise two numbers, one after the other, so slowly that others come between."""
    text = "update settings set value = to_jsonb(value::int + 1) where name = "
    async with database.begin() as tx:
        connection = await driver(tx)
        for name in names:
            if raw:
                await connection.execute(f"{text}$1", name)
            else:
                await tx.execute(sa.text(f"{text}:name"), {"name": name})
            await asyncio.sleep(0.05)


@pytest.mark.parametrize("raw", [False, True])
async def test_what_was_undone_by_a_clash_is_done_in_the_end(pair: Database, raw: bool) -> None:
    raise_both = tried_again(_raise_both)

    await asyncio.gather(
        raise_both(pair, NAMES, raw=raw), raise_both(pair, tuple(reversed(NAMES)), raw=raw)
    )

    async with pair.read() as tx:
        found = (await tx.execute(sa.select(tables.settings.c.value))).scalars()
        assert list(found) == [2, 2]


async def test_what_clashes_every_time_is_told(pair: Database) -> None:
    tries = []

    @tried_again
    async def take_a_name_that_is_taken() -> None:
        tries.append(1)
        async with pair.begin() as tx:
            await tx.execute(sa.insert(tables.settings).values(name="first", value=0))

    with pytest.raises(sa.exc.IntegrityError):
        await take_a_name_that_is_taken()
    assert len(tries) == 4


async def test_any_other_fault_is_told_at_once(pair: Database) -> None:
    tries = []

    @tried_again
    async def say_nonsense() -> None:
        tries.append(1)
        async with pair.begin() as tx:
            await tx.execute(sa.text("select nonsense"))

    with pytest.raises(sa.exc.ProgrammingError):
        await say_nonsense()
    assert len(tries) == 1
