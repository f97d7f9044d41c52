"""What tests of use cases share: an environment to watch, and a town whose channels hear."""

import pytest

from tests.night import Night
from tests.telling import Town
from tests.watching import environment
from tocsin.domain.monitoring.environment import Environment


@pytest.fixture
async def env(night: Night) -> Environment:
    return await environment(night)


@pytest.fixture
async def town(night: Night) -> Town:
    return await Town.stands(night)
