"""One Chromium for the session, for all who look at pages with it."""

import os
from collections.abc import AsyncIterator

import pytest
from playwright.async_api import Browser

from tests.browser.drive import CHROMIUM, launched


@pytest.fixture(scope="session")
async def chromium() -> AsyncIterator[Browser]:
    """Start one browser for the session. Where there is none, CI fails and others skip."""
    if CHROMIUM is None and not os.environ.get("CI"):
        pytest.skip("Chromium is not installed")
    async with launched() as browser:
        yield browser
