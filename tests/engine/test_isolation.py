"""A provider that hangs: it delays nobody else, and soon not even those whom it should reach."""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import ClassVar

import msgspec
import pytest
import sqlalchemy as sa
from prometheus_client import CollectorRegistry

from tests.engine.test_running import until
from tests.night import Night
from tests.notebook import Notebook
from tests.talkers import FAST, Switchboard, Talker
from tests.working import at_work
from tocsin.domain.reaching.channel import Declaration
from tocsin.domain.reaching.provider import Provider
from tocsin.engine.carrying import Carrying
from tocsin.engine.engine import Engine
from tocsin.store import tables
from tocsin.store.database import Database
from tocsin.store.reaching import limits
from tocsin.usecases.reaching import providers
from tocsin.usecases.reaching.providers import Wish

PEOPLE = 12


class Hasty(Talker):
    """Has not much time."""

    declaration: ClassVar[Declaration] = msgspec.structs.replace(FAST, timeout=0.3)


@pytest.fixture
async def night(database: Database) -> Night:
    return await Night.falls(database, real_time=True)


@asynccontextmanager
async def running(board: Switchboard) -> AsyncIterator[None]:
    engine = Engine(board.house, board.carrying, CollectorRegistry())
    async with at_work(engine):
        try:
            yield
        finally:
            for talker in board.talkers.values():
                talker.open.set()


async def give_everybody(night: Night, kind: str) -> dict[str, str]:
    """Make people who are paged by this kind alone; return the keys of their services."""
    keys = await night.crowd(PEOPLE)
    await night.sql(sa.delete(tables.notification_rules))
    async with night.database.read() as tx:
        query = sa.select(tables.users.c.id).where(tables.users.c.name.in_(keys))
        ids = list((await tx.execute(query)).scalars())
    for number, id_ in enumerate(ids):
        user = msgspec.structs.replace(night.team.ann, id=id_)
        await night.give(user, kind, f"555{number:04}", minutes=0)
    return keys


async def until_waiting(night: Night, count: int) -> None:
    async with asyncio.timeout(10):
        while True:
            async with night.database.read() as tx:
                if await limits.waiting(tx) == {"sms": count}:
                    return
            await asyncio.sleep(0.05)


async def test_one_that_hangs_has_no_more_than_its_limit_and_the_rest_goes_on(night: Night) -> None:
    board = Switchboard(night, Notebook())
    slow = await board.add("fast", "One")
    await board.add("fast", "Two")
    await providers.change(board.house, slow.id, Wish(most_per_minute=3), night.house.clock())
    keys = await give_everybody(night, "sms")
    board["One"].open.clear()

    async with running(board):
        for name, key in keys.items():
            await night.trigger(f"Trouble of {name}", key=key)
        await until(lambda: len(board["Two"].sent) == PEOPLE - 3)

        assert len(board["One"].sent) == 3


async def test_two_nodes_do_not_exceed_a_limit_together(night: Night) -> None:
    board = Switchboard(night, Notebook())
    one = await board.add("fast", "One")
    await providers.change(board.house, one.id, Wish(most_per_minute=3), night.house.clock())
    keys = await give_everybody(night, "sms")

    async with running(board), running(board):
        for name, key in keys.items():
            await night.trigger(f"Trouble of {name}", key=key)
        await until_waiting(night, PEOPLE - 3)

        assert len(board["One"].sent) == 3


async def test_a_provider_that_hangs_delays_no_other_kind(night: Night) -> None:
    notebook = Notebook()
    board = Switchboard(night, notebook)
    await board.add("fast", "One")
    board["One"].open.clear()
    keys = await give_everybody(night, "sms")

    async with running(board):
        for name, key in keys.items():
            await night.trigger(f"Trouble of {name}", key=key)
        await until(lambda: len(board["One"].sent) == PEOPLE)
        began = time.monotonic()
        await night.sql(sa.delete(tables.notification_rules))
        await night.trigger("Disk full")
        await until(lambda: notebook.titles == ["Disk full"])
        took = time.monotonic() - began

    assert took < 3


async def test_once_it_rests_the_others_of_its_kind_go_on_without_it(night: Night) -> None:
    board = Switchboard(night)

    def make(provider: Provider) -> Talker:
        made = Hasty(provider)
        board.talkers[provider.name] = made
        return made

    board.carrying = Carrying((), make)
    await board.add("fast", "One")
    await board.add("fast", "Two")
    board["One"].open.clear()
    keys = list((await give_everybody(night, "sms")).items())

    async with running(board):
        for name, key in keys[:4]:
            await night.trigger(f"Trouble of {name}", key=key)
        await until(lambda: len(board["Two"].sent) == 4, seconds=20)
        hung = len(board["One"].sent)
        for name, key in keys[4:]:
            await night.trigger(f"Trouble of {name}", key=key)
        await until(lambda: len(board["Two"].sent) == PEOPLE, seconds=20)

    assert hung == 4
    assert len(board["One"].sent) == 4


async def test_what_takes_its_time_is_leased_for_longer(night: Night) -> None:
    board = Switchboard(night)
    await board.add("call", "Line")
    board["Line"].open.clear()
    keys = await give_everybody(night, "phone")

    async with running(board):
        await night.trigger("Disk full", key=keys["P0"])
        await until(lambda: len(board["Line"].sent) == 1)
        [leased] = await night.work("phone")

        assert leased.due - night.house.clock() > timedelta(seconds=140)
