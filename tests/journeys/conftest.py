"""What the tests of this folder begin with."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from pathlib import Path

import pytest
from playwright.async_api import Browser

from tests.conftest import another_database, emptied, open_folder
from tests.inbox import Inbox
from tests.journeys.by_chromium import chromium_hands
from tests.journeys.by_http import http_hands
from tests.journeys.houses import HERE, THERE, Clock, House, Play, Scene, opened
from tests.journeys.story import Story
from tests.journeys.website import open_website
from tocsin.store.database import Database
from tocsin.store.postgres import Postgres


@pytest.fixture
async def story(database: Database, smtp_inbox: Inbox, folder: Path) -> AsyncIterator[Story]:
    """Begin a story."""
    async with Story.begins(database, smtp_inbox, folder) as story:
        yield story


@pytest.fixture(scope="session")
async def far_database(postgres: Postgres) -> AsyncIterator[Database]:
    """Give the other house a database, too."""
    async with another_database(postgres, "far_away") as database:
        yield database


@pytest.fixture
def play(request: pytest.FixtureRequest) -> Play:
    """Say how a story is played; tests name it by ``plays``."""
    found: Play = request.param
    return found


@pytest.fixture
def window(request: pytest.FixtureRequest, play: Play) -> Browser | None:
    """Give the real browser, if it is wanted."""
    if play.browser == "http":
        return None
    found: Browser = request.getfixturevalue("chromium")
    return found


@pytest.fixture
def far(request: pytest.FixtureRequest, play: Play) -> Database | None:
    """Give the database of the other house, if there is one."""
    if play.houses == 1:
        return None
    found: Database = request.getfixturevalue("far_database")
    return found


@pytest.fixture
async def scene(
    database: Database,
    far: Database | None,
    window: Browser | None,
    smtp_inbox: Inbox,
    folder: Path,
) -> AsyncIterator[Scene]:
    """Begin a story that somebody plays by following a guide."""
    clock = Clock()
    here = there = House(database, folder, smtp_inbox, clock, HERE)
    async with AsyncExitStack() as stack:
        if far:
            beside = stack.enter_context(open_folder())
            there = House(await emptied(far), beside, smtp_inbox, clock, THERE)
        await stack.enter_async_context(opened(*{here: None, there: None}))
        hands = chromium_hands(window) if window else http_hands()
        starts = [await house.begins() for house in {there: None, here: None}]
        yield Scene(
            here=here,
            there=there,
            hands=await stack.enter_async_context(hands),
            website=await stack.enter_async_context(open_website()),
            clock=clock,
            start=starts[0],
        )
