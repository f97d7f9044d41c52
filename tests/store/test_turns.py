"""Turns: one at a time, and the next one when the first is gone."""

import asyncio

import pytest
import sqlalchemy as sa

from tocsin.store import turns
from tocsin.store.database import Database
from tocsin.store.turns import do_alone

LOCK = 0x7E57


class Doing:
    """Something that goes on until it is cancelled."""

    def __init__(self) -> None:
        self.began, self.ended = asyncio.Event(), asyncio.Event()

    async def go_on(self) -> None:
        self.began.set()
        try:
            await asyncio.Event().wait()
        finally:
            self.ended.set()


async def test_while_one_holds_the_turn_nobody_else_does(database: Database) -> None:
    first, second = Doing(), Doing()
    holding = asyncio.create_task(do_alone(database, LOCK, first.go_on))
    await first.began.wait()

    await do_alone(database, LOCK, second.go_on)

    assert not second.began.is_set()
    holding.cancel()
    await asyncio.gather(holding, return_exceptions=True)
    assert first.ended.is_set()


async def test_whoever_loses_the_connection_ends_what_they_do(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(turns, "STILL_THERE", 0.01)
    first = Doing()
    holding = asyncio.create_task(do_alone(database, LOCK, first.go_on))
    await first.began.wait()

    async with database.begin() as tx:
        await tx.execute(
            sa.text(
                "select pg_terminate_backend(pid) from pg_locks"
                " where locktype = 'advisory' and objid = :lock"
            ),
            {"lock": LOCK},
        )
    (fault,) = await asyncio.gather(holding, return_exceptions=True)

    assert isinstance(fault, Exception)
    assert first.ended.is_set()
    done = asyncio.Event()

    async def finish() -> None:
        done.set()

    await do_alone(database, LOCK, finish)
    assert done.is_set()


async def test_what_fails_is_told(database: Database) -> None:
    async def fail() -> None:
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await do_alone(database, LOCK, fail)
