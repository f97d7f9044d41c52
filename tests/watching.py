"""An environment for tests, with monitors that look at nothing unless a test lets them."""

from typing import Any

import msgspec

from tests.night import Night
from tocsin.domain.monitoring.environment import BUILT_IN_AGENT, Environment
from tocsin.domain.monitoring.errand import Errand
from tocsin.domain.monitoring.monitor import Http, Measurement, Monitor, Result, Target
from tocsin.usecases.house import House
from tocsin.usecases.monitoring import environments, monitors

SHOP = Http(url="https://shop.example.com/")
FINE = Measurement(ok=True, values={"response_time": 12})
BROKEN = Measurement(ok=False, fault_kind="status", fault="Answered 500")


class Eyes:
    """Sees what it is told to see, and remembers where it looked."""

    def __init__(self) -> None:
        self.sight: dict[str, Measurement] = {}
        self.looked: list[str] = []

    async def __call__(self, errand: Errand) -> Measurement:
        self.looked.append(errand.name)
        return self.sight.get(errand.name, FINE)


async def environment(night: Night, name: str = "Production") -> Environment:
    """Make an environment."""
    return await environments.create(night.house, environments.Wish(name=name), night.now)


async def monitor(
    night: Night, env: Environment, name: str = "Shop", target: Target = SHOP, **given: Any
) -> Monitor:
    """Make a monitor."""
    wish = msgspec.structs.replace(monitors.Wish(name=name, target=target), **given)
    return await monitors.create(night.house, env.id, wish, night.now)


async def monitor_now(house: House, id_: str) -> Monitor:
    """Read a monitor as it stands."""
    return (await monitors.get(house, id_)).monitor


async def results(night: Night, id_: str) -> list[Result]:
    """Return what was found last."""
    return list((await monitors.get(night.house, id_)).results)


def found(one: Monitor, night: Night, measurement: Measurement, **given: Any) -> Result:
    """Return what the built-in agent found now."""
    result = Result(
        monitor_id=one.id,
        agent_id=BUILT_IN_AGENT,
        round=night.now,
        at=night.now,
        measurement=measurement,
    )
    return msgspec.structs.replace(result, **given)
