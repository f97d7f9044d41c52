"""What the tests of this folder begin with."""

from collections.abc import AsyncIterator

import pytest

from tests.clients.office import Office
from tests.conftest import open_folder


@pytest.fixture(scope="session")
async def office() -> AsyncIterator[Office]:
    """Run one server for all clients."""
    with open_folder() as folder:
        async with Office.opens(folder) as office:
            yield office
