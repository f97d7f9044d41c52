"""What the tests of this folder begin with."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.inbox import Inbox
from tests.journeys.story import Story
from tocsin.store.database import Database


@pytest.fixture
async def story(database: Database, smtp_inbox: Inbox, folder: Path) -> AsyncIterator[Story]:
    """Begin a story."""
    async with Story.begins(database, smtp_inbox, folder) as story:
        yield story
