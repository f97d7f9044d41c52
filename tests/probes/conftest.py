"""What the tests of probes share: tools that trust an authority of our own, and a web site."""

from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any, get_args

import pytest

from tests.conftest import open_folder
from tests.probes import site as sites
from tests.probes.authority import Authority
from tests.probes.site import Site
from tocsin.domain.monitoring.measured import VALUES
from tocsin.domain.monitoring.monitor import KINDS, Measurement, MonitorKind, Target
from tocsin.kit.http import Outbound
from tocsin.probes.look import Tools, open_tools
from tocsin.probes.looking import look

Looks = Callable[..., Awaitable[Measurement]]
_KINDS: dict[type, MonitorKind] = {
    target: kind
    for target in get_args(Target)
    for kind in KINDS
    if kind == target.__struct_config__.tag
}


@pytest.fixture(scope="session")
def authority() -> Any:
    with open_folder() as folder:
        yield Authority(folder)


@pytest.fixture(scope="session")
async def tools(authority: Authority) -> AsyncIterator[Tools]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SSL_CERT_FILE", str(authority.file))
        async with open_tools(Outbound(), user_agent="Tocsin/1") as tools:
            yield tools


@pytest.fixture
def look_at(tools: Tools) -> Looks:
    """Look, and see that all that was learned is what the kind is known to measure."""

    async def look_once(target: Target, *, seconds: float = 5, retries: int = 0) -> Measurement:
        found = await look(target, timeout=seconds, retries=retries, tools=tools)
        known = {value.name for value in VALUES[_KINDS[type(target)]]}
        assert set(found.values) <= known
        assert {"response_time", "looks"} <= set(found.values)
        assert found.ok == (not found.fault) == (not found.fault_kind)
        assert not found.fault.endswith(".")
        return found

    return look_once


@pytest.fixture
async def site() -> AsyncIterator[Site]:
    async with sites.running() as site:
        yield site
