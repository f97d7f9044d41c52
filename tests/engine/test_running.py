"""The engine at work in real time: woken, side by side with others, stopped, cut off and back."""

import asyncio
import time
from collections import Counter
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from datetime import timedelta

import pytest
import sqlalchemy as sa
from prometheus_client import CollectorRegistry

from tests.hook import Hook
from tests.inbox import Inbox
from tests.night import Night
from tests.notebook import Notebook
from tests.working import at_work
from tocsin.channels.email import Email
from tocsin.channels.webhook import Webhook
from tocsin.domain.reaching.channel import Channel
from tocsin.engine.engine import Engine
from tocsin.kit.http import Outbound, make_client
from tocsin.kit.smtp import MailServer
from tocsin.store.database import Database
from tocsin.usecases import nodes


@pytest.fixture
async def night(database: Database) -> Night:
    return await Night.falls(database, real_time=True)


def running(
    night: Night, *channels: Channel, is_crowded: Callable[[], bool] = lambda: False
) -> AbstractAsyncContextManager[Engine]:
    return at_work(Engine(night.house, channels, CollectorRegistry(), is_crowded))


async def until(condition: Callable[[], bool], seconds: float = 5) -> None:
    """Wait until ``condition`` holds."""
    async with asyncio.timeout(seconds):
        while not condition():  # noqa: ASYNC110 - it is only looked at from outside
            await asyncio.sleep(0.005)


async def test_planning_a_page_wakes_the_engine(night: Night, smtp_inbox: Inbox) -> None:
    server = MailServer(host="127.0.0.1", port=smtp_inbox.port)
    async with running(night, Email(server)):
        await asyncio.sleep(0.2)
        began = time.monotonic()
        await night.trigger("Disk full")
        await smtp_inbox.receive(1)
        took = time.monotonic() - began

    await server.close()
    assert took < 1


async def test_what_becomes_due_while_an_address_is_busy_is_one_message(night: Night) -> None:
    notebook = Notebook(seconds=0.3)
    async with running(night, notebook):
        await night.trigger("first")
        await asyncio.sleep(0.1)
        for n in range(5):
            await night.trigger(f"later {n}")
        await until(lambda: len(notebook.titles) == 6)

    assert [len(titles) for _, titles in notebook.pages] == [1, 5]


async def test_a_webhook_that_hangs_delays_no_mail(
    night: Night, hook: Hook, smtp_inbox: Inbox
) -> None:
    hook.open.clear()
    await night.give(night.team.ann, "webhook", hook.url, minutes=0)
    server = MailServer(host="127.0.0.1", port=smtp_inbox.port)
    async with make_client(Outbound(), user_agent="Tocsin/1") as http:
        email, webhook = Email(server), Webhook(http, "key")
        async with running(night, email, webhook):
            for n in range(3):
                await night.trigger(f"Host {n}")
                await smtp_inbox.receive(n + 1, seconds=1)
            hook.open.set()

    await server.close()
    assert len(hook.heard[0].json["incidents"]) == 1


async def test_two_engines_send_each_page_once(night: Night) -> None:
    keys = await night.crowd(40)
    notebook = Notebook(seconds=0.002)
    async with running(night, notebook), running(night, notebook):
        for round_ in range(5):
            for name, key in keys.items():
                await night.trigger(f"{name} {round_}", key=key)
        await until(lambda: len(notebook.titles) >= 200)
        await asyncio.sleep(0.2)

    assert set(Counter(notebook.titles).values()) == {1}
    assert len(notebook.titles) == 200
    assert await night.work() == []


async def test_pages_go_out_though_events_crowd_at_the_door(night: Night) -> None:
    notebook = Notebook()
    async with running(night, notebook, is_crowded=lambda: True):
        for n in range(3):
            await night.trigger(f"Host {n}")
            await until(lambda: len(notebook.titles) == n + 1, seconds=1)  # noqa: B023


async def test_stopping_lets_what_is_on_its_way_arrive(night: Night) -> None:
    notebook = Notebook(seconds=0.3)
    async with running(night, notebook):
        await night.trigger("Disk full")
        await asyncio.sleep(0.1)
        assert notebook.pages == []

    assert notebook.titles == ["Disk full"]
    assert await night.work() == []


async def test_a_cancelled_engine_lets_what_is_on_its_way_arrive(night: Night) -> None:
    notebook = Notebook(seconds=0.3)
    task = asyncio.create_task(Engine(night.house, [notebook], CollectorRegistry()).run())
    await night.trigger("Disk full")
    await asyncio.sleep(0.15)

    task.cancel()
    await asyncio.gather(task, return_exceptions=True)

    assert notebook.titles == ["Disk full"]
    assert await night.work() == []


async def test_an_engine_that_was_cut_off_goes_on_by_itself(night: Night) -> None:
    notebook = Notebook(seconds=0.2)
    async with running(night, notebook):
        await night.trigger("before")
        await asyncio.sleep(0.1)
        await night.sql(
            sa.text(
                "select pg_terminate_backend(pid) from pg_stat_activity"
                " where datname = current_database() and pid <> pg_backend_pid()"
            )
        )
        await until(lambda: "before" in notebook.titles)
        await night.trigger("after")
        await until(lambda: "after" in notebook.titles, seconds=10)

    assert notebook.titles == ["before", "after"]
    assert await night.work() == []


async def test_a_slow_address_does_not_delay_the_others(night: Night) -> None:
    keys = await night.crowd(20)
    notebook = Notebook()
    notebook.stuck["p0@example.com"] = asyncio.Event()
    async with running(night, notebook):
        for name, key in keys.items():
            await night.trigger(name, key=key)
        await until(lambda: len(notebook.titles) == 19)
        notebook.stuck["p0@example.com"].set()
        await until(lambda: len(notebook.titles) == 20)


async def test_the_heart_beats_as_long_as_the_engine_runs(night: Night) -> None:
    house = night.house
    assert not await nodes.is_beating(house, house.clock())

    async with running(night):
        await asyncio.sleep(0.3)
        assert await nodes.is_beating(house, house.clock())
        assert not await nodes.is_beating(house, house.clock() + timedelta(seconds=31))

    assert not await nodes.is_beating(house, house.clock())
