"""Pages in a real browser: Debian's Chromium, over the whole product in this process."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from playwright.async_api import Browser, expect

from tests.browser.drive import Visit, visitors
from tests.browser.history import Lived, lived_in
from tests.browser.site import Site, open_site
from tests.inbox import Inbox
from tocsin.kit.clock import system_clock
from tocsin.store.database import Database
from tocsin.store.postgres import Postgres

expect.set_options(timeout=10_000)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark what is in this folder."""
    for item in items:
        if item.path.is_relative_to(Path(__file__).parent):
            item.add_marker("browser")


@pytest.fixture
async def site(database: Database, smtp_inbox: Inbox, folder: Path) -> AsyncIterator[Site]:
    """Give an empty installation that works in real time."""
    async with open_site(database, folder, smtp_inbox, system_clock) as site:
        yield site


@pytest.fixture
async def visit(chromium: Browser, site: Site) -> AsyncIterator[Visit]:
    """Give pages of the empty installation: ``await visit("/services", ann, width=360)``."""
    async with visitors(chromium, site) as visit:
        yield visit


@pytest.fixture(scope="session")
async def lived(postgres: Postgres) -> AsyncIterator[Lived]:
    """Give an installation with a month behind it, in which nothing must be changed."""
    async with lived_in(postgres) as lived:
        yield lived
