"""What tests of the engine share: a dispatcher, and a subscription whose receiver is ours."""

from collections.abc import AsyncIterator

import httpx
import pytest
from prometheus_client import CollectorRegistry

from tests.hook import Hook
from tests.night import Night
from tocsin.domain.machines.delivery import LANES, DeliveryStatus, Dispatch
from tocsin.domain.machines.webhook import EVENTS
from tocsin.engine.dispatcher import Dispatcher
from tocsin.engine.meters import Meters
from tocsin.engine.webhook_courier import webhook_courier
from tocsin.kit.http import Outbound, make_client
from tocsin.store.machines import deliveries as store
from tocsin.usecases.machines import webhooks
from tocsin.usecases.machines.webhooks import Wish

ALL = Wish(events=EVENTS)


@pytest.fixture
def registry() -> CollectorRegistry:
    return CollectorRegistry()


@pytest.fixture
async def http() -> AsyncIterator[httpx.AsyncClient]:
    async with make_client(Outbound(), user_agent="Tocsin/test") as client:
        yield client


@pytest.fixture
def dispatcher(night: Night, http: httpx.AsyncClient) -> Dispatcher:
    meters = Meters(CollectorRegistry(), LANES)
    return Dispatcher(night.house, {"webhook": webhook_courier(http)}, meters)


class Listening:
    """A subscription whose receiver is a web server of ours."""

    def __init__(
        self, night: Night, dispatcher: Dispatcher, hook: Hook, id_: str, secret: str
    ) -> None:
        self.id, self.secret, self.hook = id_, secret, hook
        self._night, self._dispatcher = night, dispatcher

    async def passes(self, **time: float) -> list[str]:
        """Move the clock, deliver what is due, and return which events were heard then."""
        before = len(self.hook.heard)
        self._night.passes(**time)
        await self._dispatcher.step(lambda: self._night.now)
        return [heard.json["event"]["event_type"] for heard in self.hook.heard[before:]]

    async def statuses(self) -> list[DeliveryStatus]:
        return [dispatch.status for dispatch in await self.dispatches()]

    async def dispatches(self) -> list[Dispatch]:
        async with self._night.database.read() as tx:
            where = store.DELIVERIES.c.destination_id == self.id
            order = (store.DELIVERIES.c.sequence,)
            return await store.DELIVERIES.select(tx, where, order_by=order)

    async def is_disabled(self) -> bool:
        known = await webhooks.get(self._night.house, self.id)
        return known.is_disabled(self._night.now)


async def listen(night: Night, dispatcher: Dispatcher, hook: Hook, wish: Wish = ALL) -> Listening:
    known, secret = await webhooks.create(night.house, hook.url, wish, night.now)
    return Listening(night, dispatcher, hook, known.subscription.id, secret)


@pytest.fixture
async def ears(night: Night, dispatcher: Dispatcher, hook: Hook) -> Listening:
    return await listen(night, dispatcher, hook)
